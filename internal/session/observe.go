package session

import (
	"context"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

var _ Observer = (*session)(nil)

// Record puts a batch on disk: nil means that it, or an earlier copy, is there.
//
// Errors: fault.Unavailable when storage does not work now; fault.Internal when an event cannot be rendered.
func (s *session) Record(ctx context.Context, b Batch) error {
	for _, e := range b.Events {
		s.stamp(e)
	}
	err := s.mark(ctx, b.Marks)
	if err == nil {
		err = s.record(ctx, b)
	}
	if fault.Is(err, fault.NotFound) {
		return nil // the device has been deleted: nobody is left to be told
	}
	if err != nil {
		return err
	}
	s.commits.Add(1)
	s.renamed(b.Events)
	s.mu.Lock()
	s.facts.lastEvent = time.Now()
	s.dev.LastEventAt = s.facts.lastEvent
	s.mu.Unlock()
	return nil
}

func (s *session) record(ctx context.Context, b Batch) error {
	if len(b.Answers) > 0 {
		return s.answered(ctx, b.Answers)
	}
	if len(b.Notices) > 0 {
		return s.announced(ctx, b.Notices)
	}
	if b.Receipt != nil && s.m.receipted != nil {
		if err := s.m.receipted(ctx, s.id, b.Receipt); err != nil {
			return err
		}
	}
	return s.learnt(ctx, b.Learned, false, func(ctx context.Context, announced []*event.Event) error {
		list := append(announced, b.Events...)
		if len(list) == 1 {
			return s.m.sink.Append(ctx, list[0])
		}
		return s.m.store.Atomic(ctx, "record events", func(ctx context.Context) error {
			for _, e := range list {
				if err := s.m.sink.Append(ctx, e); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// DeviceID returns the id of the device.
func (s *session) DeviceID() string { return s.id }

// Signal leaves a signal for the loop. A new name is shown at once: its event may be on its way to the customer before the loop
// comes to it.
func (s *session) Signal(v Signal) {
	if r, ok := v.(Renamed); ok {
		s.mu.Lock()
		s.dev.PushName = r.PushName
		s.mu.Unlock()
	}
	s.box.put(v)
}

// Commits counts what is on disk.
func (s *session) Commits() uint64 { return s.commits.Load() }

// Directory returns the account's directory.
func (s *session) Directory() *Directory { return s.dir }

// Claim reserves the number for this device, before WhatsApp is told that the link is accepted.
func (s *session) Claim(ctx context.Context, l Linked) error {
	if err := s.m.store.Link(ctx, s.id, l); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dev.JID, s.dev.LID, s.dev.Phone = l.JID, l.LID, l.Phone
	return nil
}
