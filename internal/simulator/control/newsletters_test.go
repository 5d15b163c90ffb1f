package control_test

import (
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestANewsletterIsMadeReadAndWrittenIn(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	made, err := r.CreateNewsletter(t.Context(), simclient.NewNewsletter{Name: "Harbour", Owner: anna, Description: "news", Verified: true})
	must(t, err)
	jid, err := types.ParseJID(made.ID)
	must(t, err)
	if !strings.HasSuffix(made.ID, "@newsletter") || made.Name != "Harbour" || made.Description != "news" || made.Owner != anna || !made.Verified ||
		!strings.HasPrefix(made.InviteLink, "https://whatsapp.com/channel/") || len(made.Followers) != 1 || made.Followers[0].Role != "owner" || made.CreatedAt.IsZero() {
		t.Errorf("made %+v", made)
	}
	followed, err := r.ChangeFollower(t.Context(), made.ID, owner, "follow")
	must(t, err)
	if len(followed.Followers) != 2 {
		t.Errorf("followed by %+v", followed.Followers)
	}
	await(g, func(e *events.NewsletterJoin) bool { return e.ID.String() == made.ID })
	post, acked, err := r.Publish(t.Context(), made.ID, simclient.NewPost{Text: "The ferry is late", ID: "POST1"}, patience)
	must(t, err)
	if post.ID != "POST1" || post.ServerID != 1 || !acked || post.At.IsZero() {
		t.Errorf("published %+v, %t", post, acked)
	}
	if m := await(g, withID("POST1")); m.Message.GetConversation() != "The ferry is late" {
		t.Errorf("the gateway got %+v", m)
	}
	_, _, err = r.Publish(t.Context(), made.ID, simclient.NewPost{Edit: &simclient.Edit{ID: "POST1", Text: "It is here"}}, 0)
	must(t, err)
	await(g, func(m *events.Message) bool { return m.NewsletterMeta != nil })
	_, err = r.ChangeFollower(t.Context(), made.ID, owner, "mute")
	must(t, err)
	await[*events.NewsletterMuteChange](g, nil)
	if _, err := g.NewsletterSubscribeLiveUpdates(t.Context(), jid); err != nil {
		t.Fatal(err)
	}
	post, err = r.SetCounters(t.Context(), made.ID, simclient.Counters{ServerID: 1, Views: new(12), Emoji: "👍", Count: 3})
	must(t, err)
	if post.Views != 12 || len(post.Reactions) != 1 || post.Reactions[0] != (simclient.ReactionCount{Emoji: "👍", Count: 3}) {
		t.Errorf("counted %+v", post)
	}
	await(g, func(e *events.NewsletterLiveUpdate) bool { return e.Messages[0].ViewsCount == 12 })
	_, _, err = r.Publish(t.Context(), made.ID, simclient.NewPost{Revoke: &simclient.Revoke{ID: "POST1"}}, 0)
	must(t, err)
	got, err := r.Newsletter(t.Context(), strings.TrimSuffix(made.ID, "@newsletter"))
	must(t, err)
	list, err := r.Newsletters(t.Context())
	must(t, err)
	if len(got.Posts) != 1 || !got.Posts[0].Deleted || len(list) != 1 || list[0].ID != made.ID {
		t.Errorf("it is %+v in %+v", got, list)
	}
	_, err = r.ChangeFollower(t.Context(), made.ID, owner, "unfollow")
	must(t, err)
	await[*events.NewsletterLeave](g, nil)
}

func TestAPostOfAGatewayIsInTheInboxesOfFollowers(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	made, err := g.CreateNewsletter(t.Context(), whatsmeow.CreateNewsletterParams{Name: "Mine"})
	must(t, err)
	_, err = r.ChangeFollower(t.Context(), made.ID.String(), anna, "follow")
	must(t, err)
	sent, err := g.SendMessage(t.Context(), made.ID, text("hello all"))
	must(t, err)
	if e := r.next(anna, 0); e.ID != sent.ID || e.Chat != made.ID.String() || e.Encryption != "none" || e.Content.Text != "hello all" || e.From.Phone != owner {
		t.Errorf("Anna sees %+v", e)
	}
}

func TestANewsletterCallThatCannotBeIsRefused(t *testing.T) {
	r := newRig(t)
	r.user(anna, "Anna")
	made, err := r.CreateNewsletter(t.Context(), simclient.NewNewsletter{Name: "Harbour", Owner: anna})
	must(t, err)
	_, err = r.CreateNewsletter(t.Context(), simclient.NewNewsletter{Name: "", Owner: anna})
	fails(t, err, 400, "invalid_request")
	_, err = r.CreateNewsletter(t.Context(), simclient.NewNewsletter{Name: "x", Owner: "4915199999999"})
	fails(t, err, 404, "unknown_person")
	_, err = r.Newsletter(t.Context(), "1@newsletter")
	fails(t, err, 404, "unknown_newsletter")
	_, _, err = r.Publish(t.Context(), made.ID, simclient.NewPost{}, 0)
	fails(t, err, 400, "invalid_request")
	_, _, err = r.Publish(t.Context(), made.ID, simclient.NewPost{Edit: &simclient.Edit{ID: "NONE", Text: "x"}}, 0)
	fails(t, err, 404, "unknown_message")
	_, err = r.SetCounters(t.Context(), made.ID, simclient.Counters{ServerID: 1})
	fails(t, err, 404, "unknown_message")
	_, err = r.ChangeFollower(t.Context(), made.ID, anna, "praise")
	fails(t, err, 400, "invalid_request")
	_, err = r.ChangeFollower(t.Context(), made.ID, "4915199999999", "follow")
	fails(t, err, 404, "unknown_person")
}
