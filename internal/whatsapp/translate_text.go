package whatsapp

import (
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

func (r *reader) extendedText(d *event.Message, x *waE2E.ExtendedTextMessage) {
	d.Kind, d.Text, d.Preview = event.KindText, text(x.GetText()), preview(x)
	d.ViewOnce = d.ViewOnce || x.GetViewOnce()
	if d.Story {
		d.Style = style(x)
	}
}

// read returns what a person would read of a content.
func (c *content) read() string {
	switch c.field {
	case "conversation":
		return c.msg.GetConversation()
	case "extendedTextMessage":
		return c.msg.GetExtendedTextMessage().GetText()
	}
	return c.legible()
}

func preview(x *waE2E.ExtendedTextMessage) *event.Preview {
	if x.GetMatchedText() == "" || x.GetTitle() == "" && x.GetDescription() == "" {
		return nil
	}
	return &event.Preview{URL: event.Text(x.GetMatchedText()), Title: event.Text(x.GetTitle()),
		Description: event.Text(x.GetDescription()), Type: lower(x.GetPreviewType())}
}

func style(x *waE2E.ExtendedTextMessage) *event.Style {
	if x.BackgroundArgb == nil && x.TextArgb == nil && x.Font == nil {
		return nil
	}
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
