package event

import "encoding/json"

// Loose is JSON of another party's making: an object where it could be parsed, else a string.
type Loose json.RawMessage

// MarshalJSON writes the value as it is.
func (l Loose) MarshalJSON() ([]byte, error) { return json.RawMessage(l).MarshalJSON() }

// UnmarshalJSON takes the value as it is.
func (l *Loose) UnmarshalJSON(b []byte) error { return (*json.RawMessage)(l).UnmarshalJSON(b) }

// List is kind list: rows to choose from.
type List struct {
	Title         *string       `json:"title"`
	Description   *string       `json:"description"`
	Button        *string       `json:"button"`
	Footer        *string       `json:"footer"`
	Sections      []ListSection `json:"sections"`
	SectionsTotal int           `json:"sections_total,omitempty"`
	Products      []string      `json:"products"` // ids, for a list of products
	ProductsTotal int           `json:"products_total,omitempty"`
}

// ListSection is a part of a list.
type ListSection struct {
	Title     *string   `json:"title"`
	Rows      []ListRow `json:"rows"`
	RowsTotal int       `json:"rows_total,omitempty"`
}

// ListRow is one choice.
type ListRow struct {
	ID          string  `json:"id"`
	Title       *string `json:"title"`
	Description *string `json:"description"`
}

// Buttons is kind buttons.
type Buttons struct {
	Header       *string  `json:"header"`
	Footer       *string  `json:"footer"`
	Media        *Media   `json:"media"`
	Buttons      []Button `json:"buttons"`
	ButtonsTotal int      `json:"buttons_total,omitempty"`
}

// Button is one of Buttons.
type Button struct {
	ID   string  `json:"id"`
	Text *string `json:"text"`
	Type string  `json:"type"` // "response", "native_flow"
}

// Template is kind template: a message that a business sends by a form that WhatsApp approved.
type Template struct {
	TemplateID   *string          `json:"template_id"`
	Title        *string          `json:"title"`
	Footer       *string          `json:"footer"`
	Media        *Media           `json:"media"`
	Buttons      []TemplateButton `json:"buttons"`
	ButtonsTotal int              `json:"buttons_total,omitempty"`
}

// TemplateButton is a button of a template.
type TemplateButton struct {
	Type  string  `json:"type"` // "reply", "url", "call"
	Text  *string `json:"text"`
	ID    *string `json:"id"`
	URL   *string `json:"url"`
	Phone *string `json:"phone"`
}

// Interactive is kind interactive.
type Interactive struct {
	InteractiveCard
	Cards      []InteractiveCard `json:"cards"` // of a carousel
	CardsTotal int               `json:"cards_total,omitempty"`
}

// InteractiveCard is what an interactive message and each card of a carousel show.
type InteractiveCard struct {
	Type         string              `json:"type"` // "native_flow", "shop", "collection", "carousel"
	Header       *string             `json:"header"`
	Body         *string             `json:"body"`
	Footer       *string             `json:"footer"`
	Media        *Media              `json:"media"`
	Buttons      []InteractiveButton `json:"buttons"`
	ButtonsTotal int                 `json:"buttons_total,omitempty"`
}

// InteractiveButton is a button of an interactive message, with the parameters of its maker.
type InteractiveButton struct {
	Name   string `json:"name"`
	Params *Loose `json:"params"`
}

// ButtonReply is kind button_reply: a button was pressed.
type ButtonReply struct {
	ID    *string `json:"id"`
	Text  *string `json:"text"`
	Index *int    `json:"index"`
}

// ListReply is kind list_reply: a row was chosen.
type ListReply struct {
	ID          *string `json:"id"`
	Title       *string `json:"title"`
	Description *string `json:"description"`
}

// InteractiveReply is kind interactive_reply.
type InteractiveReply struct {
	Name   *string `json:"name"`
	Params *Loose  `json:"params"`
	Body   *string `json:"body"`
}
