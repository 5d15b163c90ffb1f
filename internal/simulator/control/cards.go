package control

import "wapost/internal/simulator"

type placeBody struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

type cardBody struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty" doc:"digits; or give vcard"`
	VCard string `json:"vcard,omitempty"`
}

type pollBody struct {
	Name       string   `json:"name" doc:"the question"`
	Options    []string `json:"options" doc:"two or more"`
	Selectable int      `json:"selectable,omitempty" doc:"how many may be chosen; 0 = any number"`
}

type voteBody struct {
	ID      string   `json:"id" doc:"of the poll"`
	Options []string `json:"options" doc:"names; none withdraws the vote"`
}

type eventBody struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Place       string `json:"place,omitempty"`
	StartsAt    string `json:"starts_at,omitempty"`
}

type answerBody struct {
	ID       string `json:"id" doc:"of the event"`
	Response string `json:"response" enum:"going,not_going,maybe"`
	Guests   int    `json:"guests,omitempty" doc:"who come along"`
}

type pinBody struct {
	ID      string `json:"id" doc:"of the message"`
	Unpin   bool   `json:"unpin,omitempty"`
	Seconds int    `json:"seconds,omitempty" doc:"default: seven days"`
}

type commentBody struct {
	ID   string `json:"id" doc:"of the message, which needs a secret"`
	Text string `json:"text"`
}

// fillCard puts places, cards, polls and events into the message, and what acts on them. Errors: simulator.ErrInvalid.
func (b *contentBody) fillCard(m *simulator.Message) (err error) {
	switch {
	case b.Location != nil:
		m.Location = &simulator.Location{Latitude: b.Location.Latitude, Longitude: b.Location.Longitude, Name: b.Location.Name, Address: b.Location.Address}
	case b.Poll != nil:
		m.Poll = &simulator.Poll{Name: b.Poll.Name, Options: b.Poll.Options, Selectable: b.Poll.Selectable}
	case b.Vote != nil:
		m.Vote = &simulator.Vote{ID: b.Vote.ID, Options: b.Vote.Options}
	case b.Event != nil:
		m.Event = &simulator.Event{Name: b.Event.Name, Description: b.Event.Description, Place: b.Event.Place}
		m.Event.StartsAt, err = instant("event.starts_at", b.Event.StartsAt)
	case b.Answer != nil:
		if b.Answer.Guests < 0 {
			return invalid("answer.guests must not be negative")
		}
		m.Answer = &simulator.Answer{ID: b.Answer.ID, Response: b.Answer.Response, Guests: b.Answer.Guests}
	case b.Pin != nil:
		if b.Pin.Seconds < 0 {
			return invalid("pin.seconds must not be negative")
		}
		m.Pin = &simulator.Pin{ID: b.Pin.ID, Unpin: b.Pin.Unpin, Seconds: b.Pin.Seconds}
	case b.Comment != nil:
		m.Comment = &simulator.Comment{ID: b.Comment.ID, Text: b.Comment.Text}
	}
	for _, c := range b.Contacts {
		if (c.Phone == "") == (c.VCard == "") {
			return invalid("contacts[] needs either phone or vcard")
		}
		m.Contacts = append(m.Contacts, simulator.Contact{Name: c.Name, Phone: c.Phone, VCard: c.VCard})
	}
	return err
}
