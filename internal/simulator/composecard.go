package simulator

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

func (p *Person) composeLocation(m *Message, chat types.JID) (*waE2E.Message, error) {
	info, err := p.contextOf(m, chat)
	if err != nil {
		return nil, err
	}
	l := m.Location
	return &waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: &l.Latitude, DegreesLongitude: &l.Longitude, Name: textOrNil(l.Name),
		Address: textOrNil(l.Address), ContextInfo: info}}, nil
}

// composeContact writes one card, or an array of several.
func (p *Person) composeContact(m *Message, chat types.JID) (*waE2E.Message, error) {
	info, err := p.contextOf(m, chat)
	if err != nil {
		return nil, err
	}
	var cards []*waE2E.ContactMessage
	for _, c := range m.Contacts {
		card := c.VCard
		if card == "" {
			card = "BEGIN:VCARD\nVERSION:3.0\nFN:" + c.Name + "\nTEL;type=CELL;waid=" + c.Phone + ":+" + c.Phone + "\nEND:VCARD"
		}
		cards = append(cards, &waE2E.ContactMessage{DisplayName: &c.Name, Vcard: &card})
	}
	if len(cards) == 1 {
		cards[0].ContextInfo = info
		return &waE2E.Message{ContactMessage: cards[0]}, nil
	}
	return &waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{Contacts: cards, ContextInfo: info}}, nil
}

func (p *Person) composePoll(m *Message, chat types.JID) (*waE2E.Message, error) {
	info, err := p.contextOf(m, chat)
	if err != nil {
		return nil, err
	}
	if m.Poll.Name == "" || len(m.Poll.Options) < 2 || m.Poll.Selectable < 0 || m.Poll.Selectable > len(m.Poll.Options) {
		return nil, fail(CodeInvalid, "a poll needs a name and two options, and cannot have more to choose than options")
	}
	poll := &waE2E.PollCreationMessage{Name: &m.Poll.Name, SelectableOptionsCount: proto.Uint32(uint32(m.Poll.Selectable)), ContextInfo: info}
	for _, name := range m.Poll.Options {
		poll.Options = append(poll.Options, &waE2E.PollCreationMessage_Option{OptionName: &name})
	}
	body := &waE2E.Message{PollCreationMessage: poll}
	if m.Poll.Selectable == 1 { // phones send those in another field
		body = &waE2E.Message{PollCreationMessageV3: poll}
	}
	return withSecret(body), nil
}

func (p *Person) composeEvent(m *Message, chat types.JID) (*waE2E.Message, error) {
	info, err := p.contextOf(m, chat)
	if err != nil {
		return nil, err
	}
	e := m.Event
	if e.Name == "" {
		return nil, fail(CodeInvalid, "an event needs a name")
	}
	event := &waE2E.EventMessage{Name: &e.Name, Description: textOrNil(e.Description), ContextInfo: info, ExtraGuestsAllowed: proto.Bool(true)}
	if !e.StartsAt.IsZero() {
		event.StartTime = proto.Int64(e.StartsAt.Unix())
	}
	if e.Place != "" {
		event.Location = &waE2E.LocationMessage{Name: &e.Place}
	}
	return withSecret(&waE2E.Message{EventMessage: event}), nil
}
