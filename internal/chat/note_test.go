package chat

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/event"
)

const (
	device = "dev"
	mia    = "99000000000002@lid"
)

func noted(key string, t event.Type, data any) (Note, bool) {
	return Of(&event.Event{Type: t, DeviceID: device, Key: device + "|" + key, At: time.UnixMilli(5), Data: data})
}

func person() event.Person {
	return event.Person{JID: "4915550002222@s.whatsapp.net", LID: event.Text(mia), Phone: event.Text("+4915550002222"), Name: event.Text("Mia")}
}

func message(mine bool) event.Message {
	return event.Message{MessageID: "M1", Sender: person(), FromMe: &mine, Kind: event.KindImage, SentAt: &event.Time{Time: time.UnixMilli(3)},
		Chat: event.Chat{JID: mia, Kind: event.DirectChat}}
}

func TestWhatEventsMeanForMessages(t *testing.T) {
	yes, status := true, "read"
	timer, seconds := uint32(60), 60
	story := message(false)
	story.Story = true
	mia1 := event.Person{JID: mia}
	author := []string{"4915550002222@s.whatsapp.net", mia, "4915550002222@s.whatsapp.net"}
	for name, c := range map[string]struct {
		t    event.Type
		data any
		want Note
	}{
		"a message of somebody is unread": {event.MessageReceived, message(false),
			Note{Act: Said, IDs: []string{"M1"}, Sender: mia, Kind: "image", At: time.UnixMilli(3), Counts: true, Name: "Mia"}},
		"an own message is not": {event.MessageSent, event.SentMessage{Message: message(true)},
			Note{Act: Said, IDs: []string{"M1"}, Sender: Me, Kind: "image", At: time.UnixMilli(3)}},
		"a story does not count": {event.StatusPosted, story,
			Note{Act: Said, IDs: []string{"M1"}, Sender: mia, Kind: "image", At: time.UnixMilli(3), Name: "Mia"}},
		"history does not count, and knows how far a message has come": {event.HistoryMessageType, event.HistoryMessage{Message: message(true), Status: &status},
			Note{Act: Said, IDs: []string{"M1"}, Sender: Me, Kind: "image", At: time.UnixMilli(3), Status: Read}},
		"an edit is by one of the author's addresses": {event.MessageEdited, event.EditedMessage{Message: message(false)},
			Note{Act: Edited, IDs: []string{"M1"}, By: author, At: time.UnixMilli(5)}},
		"an option is added by anybody": {event.MessageEdited, event.EditedMessage{Message: event.Message{MessageID: "M1", Content: event.Content{Poll: &event.Poll{AddedOption: &status}}}},
			Note{Act: Edited, IDs: []string{"M1"}, Kind: "poll", At: time.UnixMilli(5)}},
		"a deletion by its author": {event.MessageDeleted, event.DeletedMessage{Ref: event.Ref{MessageID: "M1", Sender: &mia1, FromMe: true}, DeletedBy: person()},
			Note{Act: Deleted, IDs: []string{"M1"}, By: []string{author[0], Me, author[1], author[2]}, At: time.UnixMilli(5)}},
		"a deletion of an own message by somebody else": {event.MessageDeleted,
			event.DeletedMessage{Ref: event.Ref{MessageID: "M1", Sender: &event.Person{JID: "1@lid"}, FromMe: true}, DeletedBy: person()},
			Note{Act: Deleted, IDs: []string{"M1"}, By: author, At: time.UnixMilli(5)}},
		"a deletion by an admin where there is none": {event.MessageDeleted, event.DeletedMessage{Ref: event.Ref{MessageID: "M1"}, DeletedBy: person(), ByAdmin: true},
			Note{Act: Deleted, IDs: []string{"M1"}, By: author, At: time.UnixMilli(5)}},
		"a receipt": {event.MessagePlayed, event.Seen{MessageIDs: []string{"M1", "", "M2", strings.Repeat("x", 256)}, Recipient: person()},
			Note{Act: Received, IDs: []string{"M1", "M2"}, Receipt: Receipt{Person: mia, Mark: Played}, At: time.UnixMilli(5)}},
		"reading on another device": {event.MessageReadSelf, event.SeenBySelf{MessageIDs: []string{"M1"}},
			Note{Act: ReadHere, IDs: []string{"M1"}, At: time.UnixMilli(5)}},
		"deleted for the own account": {event.MessageDeletedForMe, event.DeletedForMe{Ref: event.Ref{MessageID: "M1"}},
			Note{Act: Removed, IDs: []string{"M1"}, At: time.UnixMilli(5)}},
		"cleared, up to what the other device knew": {event.ChatCleaned, event.ChatCleared{LastMessageAt: &event.Time{Time: time.UnixMilli(4000)}},
			Note{Act: Cleared, At: time.UnixMilli(4999)}},
		"deleted, up to now":         {event.ChatDeleted, event.ChatCleared{}, Note{Act: Dropped, At: time.UnixMilli(5)}},
		"a name in the address book": {event.ContactUpdated, event.ContactUpdate{Contact: person()}, Note{Act: Marked, Name: "Mia", At: time.UnixMilli(5)}},
		"a subject and a timer": {event.GroupInfoUpdate, event.GroupUpdate{Changes: event.GroupChanges{Subject: event.Text("crew"), DisappearingSeconds: &timer}},
			Note{Act: Marked, Name: "crew", Mark: Mark{Disappearing: &seconds}, At: time.UnixMilli(5)}},
		"archived": {event.ChatArchived, event.ChatArchive{Archived: true}, Note{Act: Marked, Mark: Mark{Archived: &yes}, At: time.UnixMilli(5)}},
	} {
		c.want.Chat = mia
		got, ok := noted("c|"+mia, c.t, c.data)
		if diff := cmp.Diff(c.want, got); diff != "" || !ok {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnAdminDeletesInAGroup(t *testing.T) {
	got, ok := noted("c|1@g.us", event.MessageDeleted, event.DeletedMessage{Ref: event.Ref{MessageID: "M1"}, DeletedBy: person(), ByAdmin: true})
	if !ok || got.By != nil || got.Act != Deleted {
		t.Errorf("%+v, %t", got, ok)
	}
}

func TestWhatMeansNothingForMessages(t *testing.T) {
	long := message(false)
	long.MessageID = strings.Repeat("x", 256)
	for name, c := range map[string]struct {
		key  string
		data any
	}{
		"an event of the device": {"d", message(false)}, "an id that an index cannot hold": {"c|" + mia, long},
		"a chat that an index cannot hold": {"c|" + strings.Repeat("x", 256), message(false)}, "another event": {"c|" + mia, event.IdentityChanged{}},
		"an edit that could not be opened": {"c|" + mia, event.EditedMessage{Message: message(false), Undecoded: true}},
	} {
		if n, ok := noted(c.key, event.MessageReceived, c.data); ok {
			t.Errorf("%s: %+v", name, n)
		}
	}
}

func TestStatesComeOneAfterAnother(t *testing.T) {
	order := []Status{"", Queued, Failed, Sent, Delivered, Read, Played}
	for i, a := range order {
		for j, b := range order {
			if got, want := a.Further(b), order[max(i, j)]; got != want {
				t.Errorf("%q and %q: %q, want %q", a, b, got, want)
			}
		}
	}
}

// An edit says what the message is now; who, when and to what it answered is said by the original.
func TestAnEditedMessageKeepsWhatIsNotContent(t *testing.T) {
	envelope := func(data any) []byte {
		e := event.New(event.MessageReceived)
		e.Data = data
		sealed, err := e.Seal()
		if err != nil {
			t.Fatal(err)
		}
		return sealed.Body(1)
	}
	original, edit := message(false), message(false)
	original.Text, original.Quoted = event.Text("old"), &event.Quoted{MessageID: "Q"}
	edit.Text, edit.SentAt, edit.Kind = event.Text("new"), nil, event.KindText
	k, err := Stored{Body: envelope(original), Edit: envelope(event.EditedMessage{Message: edit, EditedAt: &event.Time{Time: time.UnixMilli(9)}}), Status: Read}.Message()
	if err != nil {
		t.Fatal(err)
	}
	if *k.Text != "new" || k.Kind != event.KindText || k.Quoted == nil || k.Quoted.MessageID != "Q" || k.SentAt.UnixMilli() != 3 || k.EditedAt.UnixMilli() != 9 || k.Status != "" {
		t.Errorf("%+v", k)
	}
	mine := message(true)
	if k, err := (Stored{Body: envelope(event.SentMessage{Message: mine, ClientRef: event.Text("r")}), Status: Delivered}).Message(); err != nil || k.Status != Delivered || k.ClientRef != "r" {
		t.Errorf("%+v, %v", k, err)
	}
	if _, err := (Stored{Body: []byte("{")}).Message(); err == nil {
		t.Error("a damaged body was read")
	}
}
