package whatsapp

import (
	"fmt"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
)

// largest is what a body may be (events.md).
const largest = event.LargestBody

func rendered(t *testing.T, m *waE2E.Message) (event.Message, int) {
	t.Helper()
	b := testTranslator().translate(fromPeer(m))
	if len(b.Events) != 1 {
		t.Fatalf("%d events", len(b.Events))
	}
	s, err := b.Events[0].Seal()
	if err != nil {
		t.Fatal(err)
	}
	return b.Events[0].Data.(event.Message), len(s.Body(1))
}

func TestNoMessageMakesABodyTooLarge(t *testing.T) {
	card := &waE2E.ContactMessage{Vcard: proto.String(strings.Repeat("\x01", 100<<10))}
	rows := &waE2E.ListMessage_Section{}
	for range 20_000 {
		rows.Rows = append(rows.Rows, &waE2E.ListMessage_Row{})
	}
	crowd := &waE2E.ContextInfo{StanzaID: proto.String("x")}
	for i := range 3000 {
		crowd.MentionedJID = append(crowd.MentionedJID, fmt.Sprintf("%015d@lid", i))
		crowd.GroupMentions = append(crowd.GroupMentions, &waE2E.GroupMention{GroupSubject: proto.String("g")})
	}
	for name, m := range map[string]*waE2E.Message{
		"a card":          {ContactMessage: card},
		"a list":          {ListMessage: &waE2E.ListMessage{Sections: []*waE2E.ListMessage_Section{rows}}},
		"a text":          {Conversation: proto.String(strings.Repeat("\x01", 1<<20))},
		"a crowd":         {ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("all of you"), ContextInfo: crowd}},
		"a long quote":    {ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("x"), ContextInfo: &waE2E.ContextInfo{StanzaID: proto.String("x"), QuotedMessage: &waE2E.Message{Conversation: proto.String(strings.Repeat("\x01", 1<<20))}}}},
		"a long document": {DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String(strings.Repeat("a", 1<<20))}},
	} {
		if _, size := rendered(t, m); size > largest {
			t.Errorf("%s makes %d bytes", name, size)
		}
	}
	d, _ := rendered(t, &waE2E.Message{ContactMessage: card})
	if d.Kind != event.KindUnsupported || d.Unsupported == nil || *d.Unsupported.Field != "contactMessage" || d.Unsupported.Reason != "convert_failed" || d.Contact != nil {
		t.Errorf("%+v", d)
	}
	d, _ = rendered(t, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("all of you"), ContextInfo: crowd}})
	if len(d.Mentions) != 1024 || d.MentionsTotal != 3000 || len(d.GroupMentions) != 1024 || *d.Text != "all of you" {
		t.Errorf("%d mentions of %d", len(d.Mentions), d.MentionsTotal)
	}
	if d, _ := rendered(t, &waE2E.Message{ContactMessage: &waE2E.ContactMessage{Vcard: proto.String(strings.Repeat("x", 100<<10))}}); d.Kind != event.KindContact {
		t.Errorf("a card of 100 KiB is %s", d.Kind)
	}
}
