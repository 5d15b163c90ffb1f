package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

// template reads the form that is filled in: the hydrated one, an interactive one, or one whose texts the app would look up.
func (r *reader) template(d *event.Message, x *waE2E.TemplateMessage) {
	hydrated := x.GetHydratedFourRowTemplate()
	if hydrated == nil {
		hydrated = x.GetHydratedTemplate()
	}
	tpl := event.Template{TemplateID: event.Text(x.GetTemplateID()), Buttons: []event.TemplateButton{}}
	switch rows := x.GetFourRowTemplate(); {
	case hydrated != nil:
		r.hydrated(d, &tpl, hydrated)
	case x.GetInteractiveMessageTemplate() != nil:
		in := x.GetInteractiveMessageTemplate()
		card := r.card(in)
		tpl.Title, tpl.Footer, tpl.Media, d.Text = card.Header, card.Footer, card.Media, card.Body
		for _, b := range in.GetNativeFlowMessage().GetButtons() {
			tpl.Buttons = append(tpl.Buttons, event.TemplateButton{Type: b.GetName(), Text: event.Text(b.GetName())})
		}
	case rows != nil:
		tpl.Title, tpl.Footer = event.Text(rows.GetHighlyStructuredMessage().GetElementName()), event.Text(rows.GetFooter().GetElementName())
		tpl.Media = r.headed(rows.GetImageMessage(), rows.GetVideoMessage(), rows.GetDocumentMessage())
		d.Text = text(rows.GetContent().GetElementName())
		for _, b := range rows.GetButtons() {
			tpl.Buttons = append(tpl.Buttons, rowButton(b))
		}
	}
	d.Kind, d.Template = event.KindTemplate, &tpl
}

func (r *reader) hydrated(d *event.Message, tpl *event.Template, x *waE2E.TemplateMessage_HydratedFourRowTemplate) {
	tpl.Title, tpl.Footer = event.Text(x.GetHydratedTitleText()), event.Text(x.GetHydratedFooterText())
	tpl.Media = r.headed(x.GetImageMessage(), x.GetVideoMessage(), x.GetDocumentMessage())
	if tpl.TemplateID == nil {
		tpl.TemplateID = event.Text(x.GetTemplateID())
	}
	d.Text = text(x.GetHydratedContentText())
	for _, b := range x.GetHydratedButtons() {
		tpl.Buttons = append(tpl.Buttons, hydratedButton(b))
	}
}

func hydratedButton(b *waE2E.HydratedTemplateButton) event.TemplateButton {
	switch {
	case b.GetUrlButton() != nil:
		return event.TemplateButton{Type: "url", Text: event.Text(b.GetUrlButton().GetDisplayText()), URL: event.Text(b.GetUrlButton().GetURL())}
	case b.GetCallButton() != nil:
		return event.TemplateButton{Type: "call", Text: event.Text(b.GetCallButton().GetDisplayText()), Phone: event.Text(b.GetCallButton().GetPhoneNumber())}
	}
	return event.TemplateButton{Type: "reply", Text: event.Text(b.GetQuickReplyButton().GetDisplayText()), ID: event.Text(b.GetQuickReplyButton().GetID())}
}

// rowButton is a button whose texts are names of the form.
func rowButton(b *waE2E.TemplateButton) event.TemplateButton {
	switch {
	case b.GetUrlButton() != nil:
		return event.TemplateButton{Type: "url", Text: event.Text(b.GetUrlButton().GetDisplayText().GetElementName()), URL: event.Text(b.GetUrlButton().GetURL().GetElementName())}
	case b.GetCallButton() != nil:
		return event.TemplateButton{Type: "call", Text: event.Text(b.GetCallButton().GetDisplayText().GetElementName()), Phone: event.Text(b.GetCallButton().GetPhoneNumber().GetElementName())}
	}
	return event.TemplateButton{Type: "reply", Text: event.Text(b.GetQuickReplyButton().GetDisplayText().GetElementName()), ID: event.Text(b.GetQuickReplyButton().GetID())}
}

// structured is a template without its form: what is left are its name and parameters.
func (r *reader) structured(d *event.Message, x *waE2E.HighlyStructuredMessage) {
	if x.GetHydratedHsm() != nil {
		r.template(d, x.GetHydratedHsm())
	} else {
		d.Template = &event.Template{Buttons: []event.TemplateButton{}}
	}
	d.Kind = event.KindTemplate
	if d.Template.TemplateID == nil {
		d.Template.TemplateID = event.Text(x.GetElementName())
	}
	if d.Text == nil && len(x.GetParams()) > 0 {
		d.Text = text(x.GetParams()[0])
	}
}
