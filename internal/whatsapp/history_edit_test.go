package whatsapp

import (
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waWeb"

	"wapost/internal/event"
)

func TestAnEditedMessageOfTheHistoryIsAMessage(t *testing.T) {
	text := "corrected"
	body := &waE2E.Message{EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{Conversation: &text}}}
	web := &waWeb.WebMessageInfo{Message: body}
	evt := fromPeer(body)
	evt.SourceWebMsg = web
	data, _, _, ok := testTranslator().oldContent(evt, web)
	if !ok || data.Kind != event.KindText || data.Text == nil || *data.Text != text {
		t.Errorf("%v, %+v", ok, data)
	}
}

func TestAnEditThatThePhoneSuppliedIsAnEdit(t *testing.T) {
	text := "corrected"
	body := &waE2E.Message{EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{Conversation: &text}}}
	evt := fromPeer(body)
	evt.SourceWebMsg, evt.UnavailableRequestID = &waWeb.WebMessageInfo{Message: body}, "request"
	b := testTranslator().translate(evt)
	if len(b.Events) != 1 || b.Events[0].Type != event.MessageEdited {
		t.Fatalf("%+v", b.Events)
	}
	if d := b.Events[0].Data.(event.EditedMessage); d.Recovered == nil || *d.Recovered != "phone" || *d.Text != text {
		t.Errorf("%+v", d)
	}
}
