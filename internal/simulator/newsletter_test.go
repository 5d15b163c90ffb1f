package simulator

import (
	"errors"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// channel makes a newsletter that Anna owns.
func channel(t testing.TB, w *world, followers ...string) *Newsletter {
	t.Helper()
	w.person(annaPhone, "Anna")
	l, err := w.s.CreateNewsletter(NewsletterSpec{Name: "Harbour news", Owner: annaPhone, Description: "what goes on", Verified: true, Followers: followers})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func publish(t testing.TB, l *Newsletter, p Post) PostInfo {
	t.Helper()
	info, _, err := l.Publish(p)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestPostsOfANewsletterReachItsFollowers(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	l := channel(t, w, ownerPhone)
	first := publish(t, l, Post{Message: Message{Text: "first"}})
	m := await(t, c, withID(first.ID))
	if m.Info.Chat != l.jid || m.Info.ServerID != 1 || m.Message.GetConversation() != "first" || m.NewsletterMeta != nil {
		t.Errorf("the post is %+v", m)
	}
	publish(t, l, Post{Message: Message{Edit: &Edit{ID: first.ID, Text: "better"}}})
	m = await(t, c, func(m *events.Message) bool { return m.NewsletterMeta != nil })
	if m.Info.ID != first.ID || m.Message.GetConversation() != "better" || m.NewsletterMeta.EditTS.IsZero() || m.NewsletterMeta.OriginalTS.Unix() != first.At.Unix() {
		t.Errorf("the edit is %+v %+v", m, m.NewsletterMeta)
	}
	picture := publish(t, l, Post{Message: Message{Media: &Media{Kind: MediaImage, Data: []byte("jpeg"), Mimetype: "image/jpeg"}}})
	shown := await(t, c, withID(picture.ID))
	if shown.Info.MediaType != "image" || shown.Message.GetImageMessage().MediaKey != nil {
		t.Errorf("the picture is %+v", shown)
	}
	if data, err := c.Download(t.Context(), shown.Message.GetImageMessage()); err != nil || string(data) != "jpeg" {
		t.Errorf("downloaded %q, %v", data, err)
	}
	publish(t, l, Post{Message: Message{Revoke: &Revoke{ID: first.ID}}})
	m = await(t, c, func(m *events.Message) bool { return m.Message.GetProtocolMessage() != nil })
	if m.Message.GetProtocolMessage().GetKey().GetID() != first.ID || m.Info.Edit != types.EditAttributeAdminRevoke {
		t.Errorf("the revoke is %+v", m)
	}
	story := publish(t, l, Post{Message: Message{Text: "a story"}, Story: true})
	if m := await(t, c, withID(story.ID)); !m.Info.IsNewsletterStatus {
		t.Errorf("the story is %+v", m.Info)
	}
	until(t, func() bool { return len(d.Unacked()) == 0 })
	if _, _, err := l.Publish(Post{Message: Message{Edit: &Edit{ID: first.ID, Text: "x"}}}); !errors.Is(err, ErrUnknownMsg) {
		t.Errorf("an edit of what is gone: %v", err)
	}
	nothingUnhandled(t, w.s)
}

func TestPostsWaitForAClientThatIsAway(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	d, c := offline(t, w, nil)
	l := channel(t, w, ownerPhone)
	before := len(d.Unacked())
	first := publish(t, l, Post{Message: Message{Text: "while you were away"}})
	if n := len(d.Unacked()); n != before+1 {
		t.Errorf("%d stanzas wait, before %d", n, before)
	}
	c.connect()
	await(t, c, withID(first.ID))
	until(t, func() bool { return len(d.Unacked()) == 0 })
}

func TestAClientReadsFollowsAndMutesNewsletters(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, first := w.linked(ownerPhone, "Owner", nil)
	second := w.client(nil)
	w.link(owner, second)
	l := channel(t, w)
	info, err := first.GetNewsletterInfoWithInvite(t.Context(), l.Info().InviteLink)
	if err != nil || info.ID != l.jid || info.ThreadMeta.Name.Text != "Harbour news" || info.ThreadMeta.SubscriberCount != 1 ||
		info.ThreadMeta.VerificationState != types.NewsletterVerificationStateVerified || info.State.Type != types.NewsletterStateActive {
		t.Fatalf("%+v %v", info, err)
	}
	if err := first.FollowNewsletter(t.Context(), l.jid); err != nil {
		t.Fatal(err)
	}
	joined := await[*events.NewsletterJoin](t, second, nil)
	if joined.ID != l.jid || joined.ViewerMeta.Role != types.NewsletterRoleSubscriber || joined.Mex.OpName != "NotificationNewsletterJoin" {
		t.Errorf("told %+v", joined)
	}
	if list, err := first.GetSubscribedNewsletters(t.Context()); err != nil || len(list) != 1 || list[0].ID != l.jid {
		t.Errorf("subscribed to %+v %v", list, err)
	}
	if err := first.NewsletterToggleMute(t.Context(), l.jid, true); err != nil {
		t.Fatal(err)
	}
	if e := await[*events.NewsletterMuteChange](t, second, nil); e.ID != l.jid || e.Mute != types.NewsletterMuteOn {
		t.Errorf("told %+v", e)
	}
	if info, err := second.GetNewsletterInfo(t.Context(), l.jid); err != nil || info.ViewerMeta.Mute != types.NewsletterMuteOn {
		t.Errorf("%+v %v", info, err)
	}
	if err := first.UnfollowNewsletter(t.Context(), l.jid); err != nil {
		t.Fatal(err)
	}
	if e := await[*events.NewsletterLeave](t, second, nil); e.ID != l.jid || e.Role != types.NewsletterRoleGuest {
		t.Errorf("told %+v", e)
	}
	if err := first.FollowNewsletter(t.Context(), types.NewJID("1", types.NewsletterServer)); err == nil {
		t.Error("an unknown newsletter was followed")
	}
	if first.count(func(e any) bool { _, ok := e.(*events.NewsletterJoin); return ok }) != 0 {
		t.Error("the client was told of its own change")
	}
	nothingUnhandled(t, w.s)
}

func TestCountersOfPostsAreReadToldAndRaised(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	l := channel(t, w, ownerPhone)
	for _, text := range []string{"one", "two", "three"} {
		publish(t, l, Post{Message: Message{Text: text}})
	}
	views := 7
	if _, err := l.Counters(2, &views, "👍", 3); err != nil {
		t.Fatal(err)
	}
	if d, err := c.NewsletterSubscribeLiveUpdates(t.Context(), l.jid); err != nil || d != liveFor {
		t.Fatalf("subscribed for %s, %v", d, err)
	}
	if err := c.NewsletterMarkViewed(t.Context(), l.jid, []types.MessageServerID{2}); err != nil {
		t.Fatal(err)
	}
	e := await[*events.NewsletterLiveUpdate](t, c, nil)
	if e.JID != l.jid || len(e.Messages) != 1 || e.Messages[0].MessageServerID != 2 || e.Messages[0].ViewsCount != 8 || e.Messages[0].ReactionCounts["👍"] != 3 {
		t.Errorf("told %+v", e.Messages[0])
	}
	if err := c.NewsletterSendReaction(t.Context(), l.jid, 2, "👍", ""); err != nil {
		t.Fatal(err)
	}
	await(t, c, func(e *events.NewsletterLiveUpdate) bool { return e.Messages[0].ReactionCounts["👍"] == 4 })
	if err := c.NewsletterSendReaction(t.Context(), l.jid, 2, "", ""); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return l.Info().Posts[1].Reactions["👍"] == 3 })
	posts, err := c.GetNewsletterMessages(t.Context(), l.jid, &whatsmeow.GetNewsletterMessagesParams{Count: 1, Before: 3})
	if err != nil || len(posts) != 1 || posts[0].Message.GetConversation() != "two" || posts[0].ViewsCount != 8 {
		t.Errorf("%+v %v", posts, err)
	}
	posts, err = c.GetNewsletterMessageUpdates(t.Context(), l.jid, &whatsmeow.GetNewsletterUpdatesParams{After: 1})
	if err != nil || len(posts) != 2 || posts[0].MessageServerID != 2 || posts[0].Message != nil {
		t.Errorf("%+v %v", posts, err)
	}
	if _, err := l.Counters(9, nil, "👍", 1); !errors.Is(err, ErrUnknownMsg) {
		t.Errorf("counters of no post: %v", err)
	}
	nothingUnhandled(t, w.s)
}

func TestAClientWritesInANewsletterOfItsOwn(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, first := w.linked(ownerPhone, "Owner", nil)
	second := w.client(nil)
	w.link(owner, second)
	if err := first.AcceptTOSNotice(t.Context(), "20601218", "5"); err != nil {
		t.Fatal(err)
	}
	made, err := first.CreateNewsletter(t.Context(), whatsmeow.CreateNewsletterParams{Name: "Mine", Description: "all of it"})
	if err != nil || made.ThreadMeta.Name.Text != "Mine" || made.ViewerMeta.Role != types.NewsletterRoleOwner {
		t.Fatalf("%+v %v", made, err)
	}
	resp, err := first.SendMessage(t.Context(), made.ID, text("hello all"))
	if err != nil || resp.ServerID != 1 {
		t.Fatalf("%+v %v", resp, err)
	}
	await(t, second, withID(resp.ID))
	if e := entry(t, owner, message(resp.ID)); e.Text != "hello all" || e.Chat != made.ID.String() || !e.FromMe {
		t.Errorf("the phone sees %+v", e)
	}
	edit := first.BuildEdit(made.ID, resp.ID, text("hello everybody"))
	if _, err := first.SendMessage(t.Context(), made.ID, edit, whatsmeow.SendRequestExtra{ID: resp.ID}); err != nil {
		t.Fatal(err)
	}
	await(t, second, func(m *events.Message) bool {
		return m.NewsletterMeta != nil && m.Message.GetConversation() == "hello everybody"
	})
	revoke := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: &waCommon.MessageKey{ID: proto.String(resp.ID)}}}
	if _, err := first.SendMessage(t.Context(), made.ID, revoke, whatsmeow.SendRequestExtra{ID: resp.ID}); err != nil {
		t.Fatal(err)
	}
	await(t, second, func(m *events.Message) bool { return m.Message.GetProtocolMessage().GetKey().GetID() == resp.ID })
	up, err := first.UploadNewsletter(t.Context(), []byte("jpeg"), whatsmeow.MediaImage)
	if err != nil || up.Handle == "" {
		t.Errorf("upload %+v %v", up, err)
	}
	if _, err := first.SendMessage(t.Context(), channel(t, w, ownerPhone).jid, text("not mine")); !errors.Is(err, whatsmeow.ErrServerReturnedError) {
		t.Errorf("in another's newsletter: %v", err)
	}
	nothingUnhandled(t, w.s)
}
