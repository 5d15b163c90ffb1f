package store

import (
	"context"
	"database/sql"
	"fmt"
)

// ledger is the writer's memory of the numbers it gives: the head of the log and each device's last sequence number. The
// database is the truth; a failed round forgets what it changed.
type ledger struct {
	head    int64            // seq of the newest event
	devices map[string]int64 // device → last sequence number
}

func (l *ledger) load(ctx context.Context, db *sql.DB) error {
	l.devices = map[string]int64{}
	// sqlite_sequence remembers the highest number ever used, also when the row is gone.
	err := db.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'`).Scan(&l.head)
	if err != nil {
		return fmt.Errorf("read the head of the log: %w", err)
	}
	return nil
}

// reset forgets a failed round.
func (l *ledger) reset(head int64) {
	l.head = head
	clear(l.devices)
}

// mark remembers where the round stands, for rollbackTo.
func (r *round) mark() roundMark {
	return roundMark{head: r.ledger.head, events: len(r.events), outcomes: len(r.outcomes)}
}

type roundMark struct {
	head             int64
	events, outcomes int
}

// rollbackTo forgets what a failed job added to the round, newest first, so that each device ends at its oldest number.
func (r *round) rollbackTo(m roundMark) {
	for i := len(r.events) - 1; i >= m.events; i-- {
		if e := r.events[i]; e.Sequence > 0 {
			r.ledger.devices[e.DeviceID], r.touched[e.DeviceID] = e.Sequence-1, e.Sequence-1
		}
	}
	r.ledger.head, r.events, r.outcomes = m.head, r.events[:m.events], r.outcomes[:m.outcomes]
}
