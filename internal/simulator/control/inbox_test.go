package control_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"wapost/simclient"
)

func jidOf(phone string) types.JID { return types.NewJID(phone, types.DefaultUserServer) }

// say lets the gateway write to a person.
func (g *gateway) say(to string, m *waE2E.Message) string {
	g.t.Helper()
	sent, err := g.SendMessage(g.t.Context(), jidOf(to), m)
	must(g.t, err)
	return sent.ID
}

// next waits for the entry behind after.
func (r *rig) next(phone string, after uint64, kinds ...string) simclient.InboxEntry {
	r.t.Helper()
	page, err := r.Inbox(r.t.Context(), phone, simclient.InboxQuery{After: after, Limit: 1, Timeout: patience, Kinds: kinds})
	must(r.t, err)
	if len(page.Entries) != 1 || page.Next != page.Entries[0].Seq {
		r.t.Fatalf("the inbox has %+v", page)
	}
	return page.Entries[0]
}

func text(s string) *waE2E.Message { return &waE2E.Message{Conversation: &s} }

func TestAnInboxHasWhatTheGatewaySent(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	lid := r.user(anna, "Anna").LID
	id := g.say(anna, text("got it"))
	e := r.next(anna, 0)
	if e.Kind != simclient.KindMessage || e.ID != id || e.Chat != owner || e.From.Phone != owner || e.From.Device != 1 || e.From.LID == "" ||
		e.FromMe == nil || *e.FromMe || e.Retry == nil || *e.Retry || e.Encryption != "pkmsg" || time.Since(e.At) > time.Minute {
		t.Errorf("the entry is %+v", e)
	}
	var raw waE2E.Message
	if must(t, proto.Unmarshal(e.Raw, &raw)); raw.GetConversation() != "got it" || e.Content == nil || e.Content.Text != "got it" {
		t.Errorf("it says %v %+v", &raw, e.Content)
	}
	if u, err := r.User(t.Context(), lid); err != nil || u.InboxNext < e.Seq {
		t.Errorf("the inbox is at %d, %v", u.InboxNext, err)
	}
}

func TestAnInboxTellsEveryContent(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	first := g.say(anna, text("first"))
	after := r.next(anna, 0).Seq
	key := &waE2E.ContextInfo{StanzaID: &first, Participant: proto.String(owner + "@s.whatsapp.net"), QuotedMessage: text("first"),
		MentionedJID: []string{anna + "@s.whatsapp.net", "1@s.whatsapp.net"}}
	for name, c := range map[string]struct {
		sent *waE2E.Message
		want simclient.Content
	}{
		"quote": {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("yes"), ContextInfo: key}},
			simclient.Content{Text: "yes", ReplyTo: first, Mentions: []string{anna, "1@s.whatsapp.net"}}},
		"reaction": {g.BuildReaction(jidOf(anna), *g.Store.ID, first, "👍"), simclient.Content{Reaction: &simclient.Reaction{ID: first, Emoji: "👍"}}},
		"edit":     {g.BuildEdit(jidOf(anna), first, text("better")), simclient.Content{Edit: &simclient.Edit{ID: first, Text: "better"}}},
		"revoke":   {g.BuildRevoke(jidOf(anna), types.EmptyJID, first), simclient.Content{Revoke: &simclient.Revoke{ID: first}}},
		"poll": {g.BuildPollCreation("Lunch?", []string{"Yes", "No"}, 1),
			simclient.Content{Poll: &simclient.Poll{Name: "Lunch?", Options: []string{"Yes", "No"}, Selectable: 1}}},
		"location": {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(52.5), DegreesLongitude: proto.Float64(13.4),
			Name: proto.String("Office"), Address: proto.String("Street 1")}},
			simclient.Content{Location: &simclient.Location{Latitude: 52.5, Longitude: 13.4, Name: "Office", Address: "Street 1"}}},
		"contact": {&waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: proto.String("Ben"), Vcard: proto.String("BEGIN:VCARD")}},
			simclient.Content{Contacts: []simclient.Contact{{Name: "Ben", VCard: "BEGIN:VCARD"}}}},
		"contacts": {&waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{Contacts: []*waE2E.ContactMessage{{DisplayName: proto.String("Ben"), Vcard: proto.String("V")}}}},
			simclient.Content{Contacts: []simclient.Contact{{Name: "Ben", VCard: "V"}}}},
		"wrapped document": {&waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{
			DocumentMessage: &waE2E.DocumentMessage{Mimetype: proto.String("a/b"), Caption: proto.String("read")}}}},
			simclient.Content{Document: &simclient.FileContent{Mimetype: "a/b", Caption: "read"}}},
		"unlisted": {&waE2E.Message{GroupInviteMessage: &waE2E.GroupInviteMessage{GroupName: proto.String("x")}}, simclient.Content{}},
	} {
		id := g.say(anna, c.sent)
		e := r.next(anna, after)
		after = e.Seq
		if diff := cmp.Diff(&c.want, e.Content); diff != "" || e.ID == "" || id == "" || len(e.Raw) == 0 {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnInboxHasTheFilesOfTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	file := bytes.Repeat([]byte("file"), 1000)
	var after uint64
	for kind, media := range map[string]whatsmeow.MediaType{"image": whatsmeow.MediaImage, "video": whatsmeow.MediaVideo, "audio": whatsmeow.MediaAudio,
		"document": whatsmeow.MediaDocument, "sticker": whatsmeow.MediaImage} {
		up, err := g.Upload(t.Context(), file, media)
		must(t, err)
		g.say(anna, fileMessage(kind, up))
		e := r.next(anna, after)
		after = e.Seq
		want := map[string]simclient.Content{
			"image":    {Image: &simclient.FileContent{Mimetype: "a/b", Size: 4000, Caption: "look"}},
			"video":    {Video: &simclient.FileContent{Mimetype: "a/b", Size: 4000, Caption: "look", Seconds: 2}},
			"audio":    {Audio: &simclient.FileContent{Mimetype: "a/b", Size: 4000, Voice: true, Seconds: 2}},
			"document": {Document: &simclient.FileContent{Mimetype: "a/b", Size: 4000, Caption: "look", FileName: "a.txt"}},
			"sticker":  {Sticker: &simclient.FileContent{Mimetype: "a/b", Size: 4000}},
		}[kind]
		if diff := cmp.Diff(&want, e.Content); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
		if got, err := r.InboxMedia(t.Context(), anna, e.Seq); err != nil || !bytes.Equal(got, file) {
			t.Errorf("%s: %d bytes, %v", kind, len(got), err)
		}
	}
	_, err := r.InboxMedia(t.Context(), anna, after+100)
	fails(t, err, 404, "unknown_message")
	_, err = r.InboxMedia(t.Context(), "4915100000009", 1)
	fails(t, err, 404, "unknown_person")
}

// fileMessage is what a gateway makes of an upload.
func fileMessage(kind string, up whatsmeow.UploadResponse) *waE2E.Message {
	mime, caption, seconds := proto.String("a/b"), proto.String("look"), proto.Uint32(2)
	switch kind {
	case "image":
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: mime, Caption: caption}}
	case "video":
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: mime, Caption: caption, Seconds: seconds}}
	case "audio":
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: mime, PTT: proto.Bool(true), Seconds: seconds}}
	case "sticker":
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: mime}}
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: mime, Caption: caption, FileName: proto.String("a.txt")}}
}

func TestAnInboxIsReadInPages(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	var ids []string
	for _, s := range []string{"1", "2", "3"} {
		ids = append(ids, g.say(anna, text(s)))
	}
	var got []string
	var after uint64
	for len(got) < 3 {
		e := r.next(anna, after)
		after = e.Seq
		got = append(got, e.ID)
	}
	if !slices.Equal(got, ids) {
		t.Errorf("read %v, want %v", got, ids)
	}
	page, err := r.Inbox(t.Context(), anna, simclient.InboxQuery{After: after, Timeout: time.Millisecond, Kinds: []string{"call", "group"}})
	must(t, err)
	if len(page.Entries) != 0 || page.Next < after || page.DroppedBefore != 1 {
		t.Errorf("the empty page is %+v", page)
	}
	_, err = r.Inbox(t.Context(), "4915100000009", simclient.InboxQuery{})
	fails(t, err, 404, "unknown_person")
}

func TestAnInboxHasTheSignsOfLife(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	_, _, err := r.CreateUser(t.Context(), simclient.NewUser{Phone: anna, Name: new("Anna"), Contacts: &[]string{owner}})
	must(t, err)
	sent := r.send(anna, simclient.Message{To: owner, Text: "hi"})
	if e := r.next(anna, 0, "receipt"); e.Type != "delivered" && e.Type != "inactive" || !slices.Equal(e.IDs, []string{sent.ID}) {
		t.Errorf("the receipt is %+v", e)
	}
	ctx := context.Background()
	must(t, g.SendPresence(ctx, types.PresenceAvailable))
	if e := r.next(anna, 0, "presence"); e.Available == nil || !*e.Available {
		t.Errorf("the presence is %+v", e)
	}
	must(t, g.SendChatPresence(ctx, jidOf(anna), types.ChatPresenceComposing, types.ChatPresenceMediaAudio))
	if e := r.next(anna, 0, "typing"); e.State != "recording" {
		t.Errorf("the typing is %+v", e)
	}
	must(t, g.RejectCall(ctx, jidOf(anna), "CALL1"))
	if e := r.next(anna, 0, "call"); e.State != "reject" || e.CallID != "CALL1" {
		t.Errorf("the call is %+v", e)
	}
	page, err := r.Inbox(t.Context(), anna, simclient.InboxQuery{Kinds: []string{"all"}})
	must(t, err)
	if len(page.Entries) < 4 || len(page.Entries[0].Kind) == 0 {
		t.Errorf("all are %+v", page.Entries)
	}
}
