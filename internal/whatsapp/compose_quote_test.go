package whatsapp

import (
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
	"wapost/internal/session"
)

func kept(t *testing.T, m *waE2E.Message) []byte {
	t.Helper()
	e := event.New(event.MessageReceived)
	e.Data, e.Raw = event.Message{}, rawMessage(&events.Message{RawMessage: m, Message: m})
	sealed, err := e.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return sealed.RawJSON
}

func TestAQuoteIsACopyOfTheMessage(t *testing.T) {
	ref := func(s string) *string { return &s }
	inner := &waE2E.ContextInfo{StanzaID: ref("Q"), QuotedMessage: &waE2E.Message{Conversation: ref("older")}, MentionedJID: []string{"1@lid"}, IsForwarded: proto.Bool(true)}
	mentions := &waE2E.ContextInfo{MentionedJID: []string{"1@lid"}}
	secret := &waE2E.MessageContextInfo{MessageSecret: []byte("secret")}
	pdf := &event.Media{MimeType: "application/pdf", Filename: ref("a.pdf")}
	poll := &waE2E.PollCreationMessage{Name: ref("when?"), Options: []*waE2E.PollCreationMessage_Option{{OptionName: ref("now")}}}
	for name, c := range map[string]struct {
		q    session.Quote
		want *waE2E.Message
	}{
		"a text": {session.Quote{Raw: kept(t, &waE2E.Message{Conversation: ref("hi"), MessageContextInfo: secret})}, &waE2E.Message{Conversation: ref("hi")}},
		"a text that quotes and mentions": {
			session.Quote{Raw: kept(t, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: ref("hi @1"), ContextInfo: inner}})},
			&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: ref("hi @1"), ContextInfo: mentions}}},
		"a message in wrappers": {
			session.Quote{Raw: kept(t, &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: &waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{
				Message: &waE2E.Message{PollCreationMessageV3: poll}}}}})}, &waE2E.Message{PollCreationMessageV3: poll}},
		"an edited text": {session.Quote{Raw: kept(t, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: ref("old")}}), Edited: true, Text: "new"},
			&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: ref("new")}}},
		"an edited caption": {session.Quote{Raw: kept(t, &waE2E.Message{VideoMessage: &waE2E.VideoMessage{Caption: ref("old"), MediaKey: []byte{1}}}), Edited: true, Text: "new"},
			&waE2E.Message{VideoMessage: &waE2E.VideoMessage{Caption: ref("new"), MediaKey: []byte{1}}}},
		"an edit of what has no text": {session.Quote{Raw: kept(t, &waE2E.Message{PollCreationMessageV3: poll}), Edited: true, Text: "x"}, &waE2E.Message{PollCreationMessageV3: poll}},
		"a form that is damaged":      {session.Quote{Raw: []byte(`{"type":"waE2E.Message","json":{"error":"x"}}`), Kind: event.KindText, Text: "hi"}, &waE2E.Message{Conversation: ref("hi")}},
		"the form of something else":  {session.Quote{Raw: []byte(`{"type":"other","json":{"conversation":"no"}}`), Kind: event.KindText, Text: "hi"}, &waE2E.Message{Conversation: ref("hi")}},
		"a form of keys alone":        {session.Quote{Raw: kept(t, &waE2E.Message{MessageContextInfo: secret}), Kind: event.KindText, Text: "hi"}, &waE2E.Message{Conversation: ref("hi")}},
		"a document without its form": {session.Quote{Kind: event.KindDocument, Media: pdf, Text: "read"},
			&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Caption: ref("read"), Mimetype: ref("application/pdf"), FileName: ref("a.pdf")}}},
		"a picture without its form":    {session.Quote{Kind: event.KindImage}, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{}}},
		"a video without its form":      {session.Quote{Kind: event.KindVideo, Text: "x"}, &waE2E.Message{VideoMessage: &waE2E.VideoMessage{Caption: ref("x")}}},
		"a video note without its form": {session.Quote{Kind: event.KindVideoNote}, &waE2E.Message{PtvMessage: &waE2E.VideoMessage{}}},
		"a voice note without its form": {session.Quote{Kind: event.KindVoice}, &waE2E.Message{AudioMessage: &waE2E.AudioMessage{PTT: proto.Bool(true)}}},
		"a sound without its form":      {session.Quote{Kind: event.KindAudio}, &waE2E.Message{AudioMessage: &waE2E.AudioMessage{}}},
		"a sticker without its form":    {session.Quote{Kind: event.KindSticker}, &waE2E.Message{StickerMessage: &waE2E.StickerMessage{}}},
		"a place without its form":      {session.Quote{Kind: event.KindLocation}, &waE2E.Message{Conversation: ref("location")}},
		"a poll without its form":       {session.Quote{Kind: event.KindPoll, Text: "when?"}, &waE2E.Message{Conversation: ref("when?")}},
	} {
		if got := composeQuoted(c.q); !proto.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
