package outbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/message"
	"wapost/internal/session"
)

func TestHowAKnownMessageIsQuoted(t *testing.T) {
	dev := &session.Device{JID: "491700000001:3@s.whatsapp.net", LID: "99:3@lid", Phone: "+491700000001"}
	yes, no := true, false
	bob := event.Person{JID: "491700000002@s.whatsapp.net", LID: event.Text("22@lid")}
	chatOf := func(jid string, kind event.ChatKind) event.Chat { return event.Chat{JID: jid, Kind: kind} }
	const number, lid, group = "491700000002@s.whatsapp.net", "22@lid", "1@g.us"
	for name, c := range map[string]struct {
		who       session.Linked
		elsewhere bool
		kept      chat.Kept
		want      session.Quote
	}{
		"the other one of a chat, by the LID once it is known": {kept: chat.Kept{Message: event.Message{Chat: chatOf(number, event.DirectChat), Sender: bob, FromMe: &no}},
			want: session.Quote{Sender: lid}},
		"own words of a chat by number": {kept: chat.Kept{Message: event.Message{Chat: chatOf(number, event.DirectChat), Sender: bob, FromMe: &yes}},
			want: session.Quote{Sender: "491700000001@s.whatsapp.net"}},
		"own words of a chat whose LID is known now": {who: session.Linked{LID: lid}, kept: chat.Kept{Message: event.Message{Chat: chatOf(number, event.DirectChat), FromMe: &yes}},
			want: session.Quote{Sender: "99@lid"}},
		"a member of a group, as the group calls him": {kept: chat.Kept{Message: event.Message{Chat: chatOf(group, event.GroupChat), Sender: bob, FromMe: &no}},
			want: session.Quote{Sender: number}},
		"what may be seen once leaves no copy": {kept: chat.Kept{Raw: []byte("{}"), Message: event.Message{Chat: chatOf(group, event.GroupChat), ViewOnce: true, Kind: event.KindImage}},
			want: session.Quote{Kind: event.KindImage}},
		"a message of another chat": {elsewhere: true, kept: chat.Kept{Raw: []byte("{}"), Message: event.Message{Chat: chatOf(group, event.GroupChat), Sender: bob, Text: event.Text("hi")}},
			want: session.Quote{Sender: number, Chat: group, Text: "hi", Raw: []byte("{}")}},
	} {
		p := place{who: c.who, elsewhere: c.elsewhere, chat: message.Address{}}
		got, shown := p.copyOf(dev, &c.kept)
		if diff := cmp.Diff(c.want, got); diff != "" || (shown.Chat != nil) != c.elsewhere {
			t.Errorf("%s: %s, shown %+v", name, diff, shown)
		}
	}
}
