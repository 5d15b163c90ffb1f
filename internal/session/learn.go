package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/message"
)

// learnt puts new identities on disk together with what write does, and then takes them into the directory. An identity that
// is announced gives contact.identity_resolved; quiet ones, which come by the list, only when the person was met before under
// the number alone, or when what was known changes.
func (s *session) learnt(ctx context.Context, list []Identity, quiet bool, write func(ctx context.Context, announced []*event.Event) error) error {
	if len(s.dir.judge(list)) == 0 {
		return write(ctx, nil)
	}
	s.dir.learning.Lock()
	defer s.dir.learning.Unlock()
	fresh := s.dir.judge(list)
	keep := make([]Identity, len(fresh))
	var announced []*event.Event
	for i, n := range fresh {
		keep[i] = n.Identity
		if n.LID != "" && (!quiet || n.met || n.wasPhone != "" || n.wasLID != "") {
			announced = append(announced, s.resolved(n))
		}
	}
	err := s.m.store.Atomic(ctx, "learn identities", func(ctx context.Context) error {
		if err := s.m.identities.Learn(ctx, s.account, keep); err != nil {
			return err
		}
		return write(ctx, announced)
	})
	if err == nil {
		s.dir.learn(keep)
	}
	return err
}

// resolved is the event of a pair that became known or changed.
func (s *session) resolved(n news) *event.Event {
	lid, phone := n.LID+"@"+message.ServerLID, "+"+n.Phone
	data := event.IdentityResolved{Contact: event.Person{JID: lid, LID: &lid, Phone: &phone}}
	if n.wasPhone != "" {
		data.Previous.Phone = event.Text("+" + n.wasPhone)
	}
	if n.wasLID != "" {
		data.Previous.LID = event.Text(n.wasLID + "@" + message.ServerLID)
	}
	e := event.New(event.ContactResolved)
	e.At, e.Data, e.Key = time.Now(), data, "c|"+lid
	if n.Key != "" {
		e.Key = "c|" + n.Key + "@" + message.ServerPhone
	}
	s.stamp(e)
	return e
}

// learnSelf makes the directory know ourselves, without an event: it is on disk with the device.
func (s *session) learnSelf(d *Device) {
	if d.LID == "" || d.Phone == "" {
		return
	}
	for _, n := range s.dir.judge([]Identity{{LID: userOf(d.LID), Phone: strings.TrimPrefix(d.Phone, "+")}}) {
		s.dir.learn([]Identity{n.Identity})
	}
}

// Learn keeps identities that came without an event: members of groups, answers to look-ups, lists of the phone. A store that
// is down costs a second question later, nothing more.
func (s *session) Learn(ctx context.Context, list []Identity) {
	for part := range slices.Chunk(list, learnAtOnce) { // a whole address book would keep the writer from everybody
		s.learnPart(ctx, part)
	}
}

// learnAtOnce bounds the pairs of one transaction.
const learnAtOnce = 100

func (s *session) learnPart(ctx context.Context, list []Identity) {
	err := s.learnt(ctx, list, true, func(ctx context.Context, announced []*event.Event) error {
		for _, e := range announced {
			if err := s.m.sink.Append(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.m.log.Warn("addresses not kept", "device_id", s.id, "error", err)
	}
}

// ChatKey returns the one address under which a chat's events are kept in order: for a person the one of Directory.Key, for
// anything else the address itself. lid and phone are a JID and a number with +, "" = not known.
//
// Errors: fault.NotFound for an unknown device.
func (m *Manager) ChatKey(ctx context.Context, deviceID string, a message.Address, lid, phone string) (string, error) {
	if !a.IsPerson() {
		return a.JID(), nil
	}
	s, err := m.find(ctx, 0, deviceID)
	if err != nil {
		return "", err
	}
	switch a.Server {
	case message.ServerLID:
		lid = a.JID()
	case message.ServerPhone:
		phone = a.Phone()
	}
	if d := s.device(); d.LID != "" && (phone != "" && phone == d.Phone || lid == d.Own(true)) {
		return d.Own(true), nil // the chat with ourselves
	}
	digits := strings.TrimPrefix(phone, "+")
	key, fresh := s.dir.Key(userOf(lid), digits)
	if fresh {
		s.Learn(ctx, []Identity{{Phone: digits}})
	}
	return key, nil
}
