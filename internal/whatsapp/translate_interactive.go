package whatsapp

import (
	"encoding/json"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

// loose returns JSON that another party wrote: as it is when it can be parsed, else as a string; nil for none.
func loose(s string) *event.Loose {
	if s == "" {
		return nil
	}
	raw := json.RawMessage(strings.ToValidUTF8(s, "\uFFFD"))
	if !json.Valid(raw) {
		raw = mustJSON(string(raw))
	}
	l := event.Loose(raw)
	return &l
}

func (r *reader) list(d *event.Message, x *waE2E.ListMessage) {
	list := event.List{Title: event.Text(x.GetTitle()), Description: event.Text(x.GetDescription()), Button: event.Text(x.GetButtonText()),
		Footer: event.Text(x.GetFooterText()), Sections: []event.ListSection{}, Products: []string{}}
	for _, s := range x.GetSections() {
		section := event.ListSection{Title: event.Text(s.GetTitle()), Rows: []event.ListRow{}}
		for _, row := range s.GetRows() {
			section.Rows = append(section.Rows, event.ListRow{ID: row.GetRowID(), Title: event.Text(row.GetTitle()), Description: event.Text(row.GetDescription())})
		}
		list.Sections = append(list.Sections, section)
	}
	for _, s := range x.GetProductListInfo().GetProductSections() {
		for _, p := range s.GetProducts() {
			list.Products = append(list.Products, p.GetProductID())
		}
	}
	d.Kind, d.List = event.KindList, &list
	if d.Text = text(x.GetDescription()); d.Text == nil {
		d.Text = text(x.GetTitle())
	}
}

func (r *reader) buttons(d *event.Message, x *waE2E.ButtonsMessage) {
	b := event.Buttons{Header: event.Text(x.GetText()), Footer: event.Text(x.GetFooterText()), Buttons: []event.Button{},
		Media: r.headed(x.GetImageMessage(), x.GetVideoMessage(), x.GetDocumentMessage())}
	for _, button := range x.GetButtons() {
		entry := event.Button{ID: button.GetButtonID(), Text: event.Text(button.GetButtonText().GetDisplayText()), Type: lower(button.GetType())}
		if entry.Text == nil {
			entry.Text = event.Text(button.GetNativeFlowInfo().GetName())
		}
		b.Buttons = append(b.Buttons, entry)
	}
	d.Kind, d.Text, d.Buttons = event.KindButtons, text(x.GetContentText()), &b
}

// headed returns the file above a text: one of the three, or none.
func (r *reader) headed(image *waE2E.ImageMessage, video *waE2E.VideoMessage, document *waE2E.DocumentMessage) *event.Media {
	switch {
	case image != nil:
		return r.optional(imageFile(image))
	case video != nil:
		return r.optional(videoFile(video))
	}
	return r.optional(documentFile(document))
}

func (r *reader) interactive(d *event.Message, x *waE2E.InteractiveMessage) {
	in := event.Interactive{InteractiveCard: r.card(x), Cards: []event.InteractiveCard{}}
	for _, c := range x.GetCarouselMessage().GetCards() {
		in.Cards = append(in.Cards, r.card(c))
	}
	d.Kind, d.Interactive = event.KindInteractive, &in
	if d.Text = text(x.GetBody().GetText()); d.Text == nil {
		d.Text = text(x.GetHeader().GetTitle())
	}
}

func (r *reader) card(x *waE2E.InteractiveMessage) event.InteractiveCard {
	h := x.GetHeader()
	c := event.InteractiveCard{Type: "unknown", Header: event.Text(h.GetTitle()), Body: text(x.GetBody().GetText()),
		Footer: event.Text(x.GetFooter().GetText()), Buttons: []event.InteractiveButton{}}
	if c.Media = r.headed(h.GetImageMessage(), h.GetVideoMessage(), h.GetDocumentMessage()); c.Media == nil {
		c.Media = r.optional(imageFile(h.GetProductMessage().GetProduct().GetProductImage()))
	}
	if c.Media == nil {
		c.Media = r.optional(audioFile(x.GetFooter().GetAudioMessage()))
	}
	switch {
	case x.GetNativeFlowMessage() != nil:
		c.Type = "native_flow"
		for _, b := range x.GetNativeFlowMessage().GetButtons() {
			c.Buttons = append(c.Buttons, event.InteractiveButton{Name: b.GetName(), Params: loose(b.GetButtonParamsJSON())})
		}
	case x.GetShopStorefrontMessage() != nil:
		c.Type = "shop"
	case x.GetCollectionMessage() != nil:
		c.Type = "collection"
	case x.GetCarouselMessage() != nil:
		c.Type = "carousel"
	}
	return c
}

func (r *reader) buttonReply(d *event.Message, id, shown string, index *uint32) {
	d.Kind, d.Text = event.KindButtonReply, text(shown)
	d.ButtonReply = &event.ButtonReply{ID: event.Text(id), Text: event.Text(shown), Index: heading(index)}
}

func (r *reader) listReply(d *event.Message, x *waE2E.ListResponseMessage) {
	d.Kind, d.Text = event.KindListReply, text(x.GetTitle())
	d.ListReply = &event.ListReply{ID: event.Text(x.GetSingleSelectReply().GetSelectedRowID()), Title: event.Text(x.GetTitle()),
		Description: event.Text(x.GetDescription())}
}

func (r *reader) interactiveReply(d *event.Message, x *waE2E.InteractiveResponseMessage) {
	flow := x.GetNativeFlowResponseMessage()
	d.Kind, d.Text = event.KindInteractiveReply, text(x.GetBody().GetText())
	d.InteractiveReply = &event.InteractiveReply{Name: event.Text(flow.GetName()), Params: loose(flow.GetParamsJSON()), Body: event.Text(x.GetBody().GetText())}
}
