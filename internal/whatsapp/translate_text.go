package whatsapp

import (
	"fmt"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
	"wapost/internal/message"
)

// say sets the kind and what belongs to it.
func (t *translator) say(data *event.Message, c content, story bool) {
	switch {
	case c.field == "conversation":
		data.Kind, data.Text = event.KindText, event.Text(cut(c.msg.GetConversation()))
	case c.field == "extendedTextMessage":
		x := c.msg.GetExtendedTextMessage()
		data.Kind, data.Text = event.KindText, event.Text(cut(x.GetText()))
		data.Preview = preview(x)
		if story {
			data.Style = style(x)
		}
	default:
		data.Kind, data.Text = event.KindUnsupported, event.Text(cut(c.text()))
		data.Unsupported = &event.Unsupported{Field: event.Text(c.field), Reason: "unknown"}
		if c.field == "conditionalRevealMessage" {
			data.Unsupported.Reason = "encrypted"
		}
	}
}

// cut bounds a text to what an event may hold.
func cut(s string) string {
	if len(s) <= message.MaxText || utf8.RuneCountInString(s) <= message.MaxText {
		return s
	}
	return string([]rune(s)[:message.MaxText])
}

func preview(x *waE2E.ExtendedTextMessage) *event.Preview {
	if x.GetMatchedText() == "" || x.GetTitle() == "" && x.GetDescription() == "" {
		return nil
	}
	return &event.Preview{URL: event.Text(x.GetMatchedText()), Title: event.Text(x.GetTitle()),
		Description: event.Text(x.GetDescription()), Type: lower(x.GetPreviewType())}
}

func style(x *waE2E.ExtendedTextMessage) *event.Style {
	s := &event.Style{}
	if x.BackgroundArgb != nil {
		s.Background = event.Text(fmt.Sprintf("#%08X", x.GetBackgroundArgb()))
	}
	if x.TextArgb != nil {
		s.TextColor = event.Text(fmt.Sprintf("#%08X", x.GetTextArgb()))
	}
	if x.Font != nil {
		s.Font = event.Text(lower(x.GetFont()))
	}
	return s
}
