package session

import (
	"context"
	"fmt"
	"time"

	"wapost/internal/event"
)

// WhatsApp keeps what a linked device misses, and the link of a phone that is not used, for about 14 days.
const (
	keptByWhatsApp  = 14 * 24 * time.Hour
	phoneWarnAfter  = 12 * 24 * time.Hour
	phoneWarnAgain  = 24 * time.Hour
	phoneFirstLook  = time.Hour        // after a connect: what was missed may hold a sign of the phone
	sightingsKept   = time.Hour        // between two notes about the phone on disk
	aliveKept       = 30 * time.Minute // between two notes that the device is connected: a crash makes an absence seem longer by no more
	reasonTooLong   = "offline_over_14_days"
	reasonNewlyMade = "link_lost"
)

// Sightings are the moments that tell how long a device and its phone have been away; zero = not known.
type Sightings struct {
	HeardAt     time.Time // the device was last known to be connected
	PhoneSeenAt time.Time // the phone that owns the number last gave a sign
}

// noteSightings keeps what is known now.
func (s *session) noteSightings() {
	d := s.device()
	now := Sightings{HeardAt: d.HeardAt, PhoneSeenAt: d.PhoneSeenAt}
	s.m.diary.add(entry{s.id, func(ctx context.Context) error { return s.m.store.Saw(ctx, s.id, now) }})
}

// heard notes that the device is connected now.
func (s *session) heard() {
	s.mu.Lock()
	s.dev.HeardAt = time.Now()
	s.mu.Unlock()
	s.noteSightings()
}

// arrive begins a connection: it announces what the absence before it may have cost, and looks after the phone from now
// on.
func (s *session) arrive() {
	d := s.device()
	now := time.Now()
	reason := ""
	switch {
	case d.HeardAt.IsZero():
	case s.relinked:
		reason = reasonNewlyMade
	case now.Sub(d.HeardAt) > keptByWhatsApp:
		reason = reasonTooLong
	}
	if reason != "" {
		s.tell(event.DeviceGap, event.Gap{From: event.TimeOf(d.HeardAt), To: event.TimeOf(now), Reason: reason})
	}
	s.relinked = false
	if d.PhoneSeenAt.IsZero() { // the count begins: nobody knows better
		s.mu.Lock()
		s.dev.PhoneSeenAt = now
		s.mu.Unlock()
	}
	s.heard()
	s.clock.set(alive, aliveKept)
	s.clock.set(phoneLook, max(phoneFirstLook, time.Until(s.device().PhoneSeenAt.Add(phoneWarnAfter))))
}

// downtime returns how long the device has been away, in seconds; nil when it is not, or when nobody knows.
func (d *Device) downtime() *int64 {
	if d.State.Online() || d.HeardAt.IsZero() {
		return nil
	}
	seconds := int64(time.Since(d.HeardAt) / time.Second)
	return &seconds
}

// unread: something that came is lost, because the library could not read it.
func (s *session) unread(v Unread) {
	details := "a " + v.What + " could not be read by the library"
	if v.ID != "" {
		details += "; its id is " + v.ID
	}
	if v.Code != 0 {
		details += fmt.Sprintf(", the code %d", v.Code)
	}
	now := event.TimeOf(time.Now())
	s.tell(event.DeviceGap, event.Gap{From: now, To: now, Reason: "refused_by_library", Details: &details})
}

// depart ends it.
func (s *session) depart() {
	s.clock.clear(alive, phoneLook)
	s.heard()
}

// phoneSeen: the phone gave a sign of life, perhaps some time ago.
func (s *session) phoneSeen(at time.Time) {
	if now := time.Now(); at.After(now) {
		at = now
	}
	before := s.device().PhoneSeenAt
	if !at.After(before) {
		return
	}
	s.mu.Lock()
	s.dev.PhoneSeenAt = at
	s.mu.Unlock()
	if at.Sub(before) > sightingsKept {
		s.noteSightings()
	}
	if s.device().State.Online() {
		s.clock.set(phoneLook, max(0, time.Until(at.Add(phoneWarnAfter))))
	}
}

// lookForPhone warns when the phone was not seen for so long that WhatsApp will end the link.
func (s *session) lookForPhone() {
	d := s.device()
	away := time.Since(d.PhoneSeenAt)
	if !d.State.Online() {
		return
	}
	if away < phoneWarnAfter {
		s.clock.set(phoneLook, phoneWarnAfter-away)
		return
	}
	s.tell(event.DevicePhoneUnseen, event.PhoneUnseen{LastSeenAt: event.TimeOf(d.PhoneSeenAt), Days: int(away / (24 * time.Hour)),
		UnlinkedAt: event.TimeOf(d.PhoneSeenAt.Add(keptByWhatsApp))})
	s.m.log.Warn("phone not seen", "device_id", s.id, "days", int(away/(24*time.Hour)))
	s.clock.set(phoneLook, phoneWarnAgain)
}

// linkedAs notes who the device has become: the phone has just been in somebody's hand. What happened while the same number
// was not linked is lost.
func (s *session) linkedAs(before, now string) {
	same := before != "" && userOf(before) == userOf(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.relinked = same
	s.dev.PhoneSeenAt = time.Now()
	if !same {
		s.dev.HeardAt = time.Time{}
	}
}
