package store

import (
	"context"
	"fmt"

	"wapost/internal/event"
)

// ledger is the writer's memory of the numbers it gives: the head of the log and each device's last sequence number. The
// database is the truth; a failed round forgets what it changed.
type ledger struct {
	head    int64            // seq of the newest event
	devices map[string]int64 // device → last sequence number
	chats   chatIDs
	oldest  int64 // the lowest number of an old message: they fall; 0 = not read yet, or there is none
}

func (l *ledger) load(ctx context.Context, db rowQuerier, head string) error {
	l.devices = map[string]int64{}
	err := db.QueryRowContext(ctx, head).Scan(&l.head)
	if err != nil {
		return fmt.Errorf("read the head of the log: %w", err)
	}
	return nil
}

// numbered reports whether the event takes one of its device's numbers.
func numbered(e *event.Sealed) bool { return e.DeviceID != "" && e.Class != event.BestEffort }

// next returns the number after the device's last one, 0 for an event that is not numbered; false when the device is not known.
func (l *ledger) next(e *event.Sealed) (int64, bool) {
	if !numbered(e) {
		return 0, true
	}
	last, known := l.devices[e.DeviceID]
	return last + 1, known
}

// reset forgets a failed round.
func (l *ledger) reset(head int64) {
	l.head = head
	clear(l.devices)
	l.chats.forget()
	l.oldest = 0
}

// mark remembers where the round stands, for rollbackTo.
func (r *round) mark() roundMark {
	return roundMark{head: r.ledger.head, events: len(r.events), outcomes: len(r.outcomes), added: len(r.added), page: r.page}
}

type roundMark struct {
	head                    int64
	events, outcomes, added int
	page                    pageOfNotes
}

// rollbackTo forgets what a failed job added to the round, newest first, so that each device ends at its oldest number.
func (r *round) rollbackTo(m roundMark) {
	for i := len(r.events) - 1; i >= m.events; i-- {
		if e := r.events[i]; e.Sequence > 0 {
			r.ledger.devices[e.DeviceID], r.touched[e.DeviceID] = e.Sequence-1, e.Sequence-1
		}
	}
	r.forgetAdded(m.added)
	r.ledger.head, r.events, r.outcomes, r.page = m.head, r.events[:m.events], r.outcomes[:m.outcomes], m.page
	r.ledger.chats.forget()
}
