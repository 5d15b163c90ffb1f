package whatsapp

import (
	"encoding/json"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"wapost/internal/event"
	"wapost/internal/session"
)

// composeQuoted returns the copy of a message that a reply carries: whole if its form was kept, so that a picture or a poll
// shows as one, else what we know of it.
func composeQuoted(q session.Quote) *waE2E.Message {
	if m := keptForm(q); m != nil {
		return m
	}
	caption, mime, name := event.Text(q.Text), (*string)(nil), (*string)(nil)
	if q.Media != nil {
		mime, name = event.Text(q.Media.MimeType), q.Media.Filename
	}
	switch q.Kind {
	case event.KindImage:
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: caption, Mimetype: mime}}
	case event.KindVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{Caption: caption, Mimetype: mime}}
	case event.KindVideoNote:
		return &waE2E.Message{PtvMessage: &waE2E.VideoMessage{Mimetype: mime}}
	case event.KindAudio:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{Mimetype: mime}}
	case event.KindVoice:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{Mimetype: mime, PTT: proto.Bool(true)}}
	case event.KindDocument:
		return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Caption: caption, Mimetype: mime, FileName: name}}
	case event.KindSticker:
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{Mimetype: mime}}
	}
	if q.Text == "" { // nothing to read is left of it; an empty quote would look like a fault
		return &waE2E.Message{Conversation: proto.String(string(q.Kind))}
	}
	return &waE2E.Message{Conversation: proto.String(q.Text)}
}

// keptForm reads the library's form of a message, as rawMessage wrote it; nil when there is none that can be used. Wrappers are
// taken off, and of its context only the mentions stay, which its text shows: a quote holds no quote.
func keptForm(q session.Quote) *waE2E.Message {
	var raw event.Raw
	if len(q.Raw) == 0 || json.Unmarshal(q.Raw, &raw) != nil || raw.Type != messageType {
		return nil
	}
	m := &waE2E.Message{}
	if (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw.JSON, m) != nil {
		return nil
	}
	c := unwrap(m)
	if c.msg == nil || c.field == "" {
		return nil
	}
	c.msg.MessageContextInfo = nil
	if c.info != nil {
		mentioned := c.info.GetMentionedJID()
		proto.Reset(c.info)
		c.info.MentionedJID = mentioned
	}
	if q.Edited {
		c.reword(q.Text)
	}
	return c.msg
}

// reword puts the text of the newest edit where the content has its own.
func (c *content) reword(text string) {
	switch c.field {
	case "conversation":
		c.msg.Conversation = &text
		return
	case "extendedTextMessage":
		c.msg.ExtendedTextMessage.Text = &text
		return
	}
	if c.inner == nil {
		return
	}
	if f := c.inner.Descriptor().Fields().ByName("caption"); f != nil && f.Kind() == protoreflect.StringKind {
		c.inner.Set(f, protoreflect.ValueOfString(text))
	}
}
