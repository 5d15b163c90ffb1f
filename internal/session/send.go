package session

import (
	"context"

	"wapost/internal/fault"
	"wapost/internal/message"
)

// Ready reports whether a message for the device can be sent now or, with queue, may wait for its connection: nil = yes.
//
// Errors: fault.NotFound; fault.Conflict with the reason.
func (m *Manager) Ready(ctx context.Context, accountID int64, id string, queue bool) (Device, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return Device{}, err
	}
	d := s.device()
	if queue && d.waits() {
		return d, nil
	}
	return d, d.offline()
}

// Compose turns a message into the bytes that Send takes.
func (m *Manager) Compose(o message.Outgoing, q Quote) ([]byte, error) { return m.dialer.Compose(o, q) }

// Send gives a parcel to WhatsApp. Errors: *message.Refusal is final; fault.Conflict: not connected; any other leaves the
// outcome unknown, and the same parcel may be sent again.
func (m *Manager) Send(ctx context.Context, deviceID string, p Parcel) (Accepted, error) {
	_, line, err := m.usableLine(ctx, deviceID)
	if err != nil {
		return Accepted{}, err
	}
	return line.Send(ctx, p)
}

// Resolve finds the one address of a person under which messages are kept in order: the LID when it is known or can be asked
// for, else the number. It learns what it finds.
//
// Errors: *message.Refusal when the number is not on WhatsApp; fault.Conflict when it is not known and the device is not
// connected; otherwise as Line.Lookup.
func (m *Manager) Resolve(ctx context.Context, deviceID string, a message.Address) (Linked, error) {
	s, err := m.find(ctx, 0, deviceID)
	if err != nil {
		return Linked{}, err
	}
	if known, ok := s.known(a); ok {
		return known, nil
	}
	if a.Server != message.ServerPhone {
		return Linked{JID: a.JID(), LID: a.JID()}, nil
	}
	found, err := m.Registered(ctx, 0, deviceID, a.Phone())
	if err != nil {
		return Linked{}, err
	}
	if !found.Registered {
		return Linked{}, &message.Refusal{Reason: message.UnknownRecipient,
			Err: fault.New(fault.NotFound, "No WhatsApp account for %s", a.Phone())}
	}
	return Linked{JID: found.JID, LID: found.LID, Phone: a.Phone()}, nil
}

// known answers from the directory.
func (s *session) known(a message.Address) (Linked, bool) {
	l := Linked{JID: a.JID()}
	switch a.Server {
	case message.ServerPhone:
		l.Phone = a.Phone()
		if lid := s.dir.LIDOf(a.User); lid != "" {
			l.LID = lid + "@" + message.ServerLID
			return l, true
		}
	case message.ServerLID:
		l.LID = a.JID()
		if phone := s.dir.PhoneOf(a.User); phone != "" {
			l.Phone = "+" + phone
			return l, true
		}
	}
	return l, false
}

// Registered asks whether a number is on WhatsApp, and learns what it finds.
//
// Errors: fault.Invalid for what is not a number; fault.Conflict when the device is not connected; fault.BadGateway or
// fault.GatewayTimeout when WhatsApp does not tell: that is never a "no".
func (m *Manager) Registered(ctx context.Context, accountID int64, id, phone string) (Registration, error) {
	a, err := message.ParseAddress(phone)
	if err != nil {
		return Registration{}, err
	}
	if a.Server != message.ServerPhone {
		return Registration{}, fault.New(fault.Invalid, "Not a phone number: %q", phone)
	}
	if _, err := m.find(ctx, accountID, id); err != nil {
		return Registration{}, err
	}
	s, line, err := m.usableLine(ctx, id)
	if err != nil {
		return Registration{}, err
	}
	list, err := line.Lookup(ctx, []string{a.Phone()})
	if err != nil {
		return Registration{}, err
	}
	if len(list) != 1 {
		return Registration{}, fault.New(fault.BadGateway, "WhatsApp did not say whether %s is registered", a.Phone())
	}
	r := list[0]
	r.Phone = a.Phone()
	if r.Registered && r.LID != "" {
		s.Learn(ctx, []Identity{{LID: userOf(r.LID), Phone: a.User}})
	}
	return r, nil
}
