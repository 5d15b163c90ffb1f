package session

import (
	"context"
	"time"

	"wapost/internal/event"
)

// turn is the one function that changes the state. A transition that the table does not have is a bug of ours: it is logged
// and not made.
func (s *session) turn(to State, reason string) { s.turnUntil(to, reason, time.Time{}) }

func (s *session) turnUntil(to State, reason string, until time.Time) {
	s.mu.Lock()
	from := s.dev.State
	if from == to {
		s.dev.Reason, s.dev.StateUntil = reason, until
		s.mu.Unlock()
		s.turned = true
		return
	}
	if !from.Allows(to) {
		s.mu.Unlock()
		s.m.log.Error("transition not in the table", "device_id", s.id, "from", from, "to", to, "reason", reason)
		return
	}
	now := time.Now()
	s.dev.State, s.dev.Reason, s.dev.StateSince, s.dev.StateUntil = to, reason, now, until
	if to == Connected && from != Degraded {
		s.dev.ConnectedAt = now
	}
	s.mu.Unlock()
	s.turned = true
	s.tell(event.DeviceStateChanged, event.StateChanged{From: string(from), To: string(to), Reason: event.Text(reason)})
	s.m.log.Info("device state changed", "device_id", s.id, "from", from, "to", to, "reason", reason)
}

// tell notes an event of the device.
func (s *session) tell(t event.Type, data any) {
	e := event.New(t)
	e.At, e.Key, e.Data = time.Now(), "d", data
	s.stamp(e)
	s.notes = append(s.notes, e)
}

// keep hands what one step left to the diary.
func (s *session) keep() {
	if len(s.notes) == 0 && !s.turned {
		return
	}
	notes, d, turned := s.notes, s.device(), s.turned
	s.notes, s.turned = nil, false
	t := Turn{State: d.State, Reason: d.Reason, Since: d.StateSince, Until: d.StateUntil, ConnectedAt: d.ConnectedAt,
		PushName: d.PushName, BusinessName: d.BusinessName, Platform: d.Platform}
	s.m.diary.add(entry{s.id, func(ctx context.Context) error {
		err := s.m.store.Atomic(ctx, "note a step of a session", func(ctx context.Context) error {
			if turned {
				if err := s.m.store.SetState(ctx, s.id, t); err != nil {
					return err
				}
			}
			for _, e := range notes {
				if err := s.m.sink.Append(ctx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			s.commits.Add(1)
		}
		return err
	}})
}

// stamp fills in what belongs to the device, once: an event whose commit failed comes here again.
func (s *session) stamp(e *event.Event) {
	if e.DeviceID != "" {
		return
	}
	d := s.device()
	e.AccountID, e.DeviceID, e.Account = d.AccountID, d.ID, d.Account()
	e.Key = d.ID + "|" + e.Key
	if e.At.IsZero() {
		e.At = time.Now()
	}
}
