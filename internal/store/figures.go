package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Totals are the operator's figures.
type Totals struct {
	Accounts, ActiveAccounts int
	Devices                  map[string]int // by state
	Webhooks                 map[string]int // by status
	Dead                     int            // deliveries given up
	Events24h                int
	Successes24h             int // attempts of the last 24 hours, whoever asked for them
	Failures24h              int
}

// Figures counts across all accounts.
type Figures struct{ db *DB }

// Figures returns the counting part of the store.
func (db *DB) Figures() *Figures { return &Figures{db: db} }

// Totals counts everything as of now.
func (s *Figures) Totals(ctx context.Context, now time.Time) (Totals, error) {
	dayAgo := now.Add(-24 * time.Hour)
	var t Totals
	err := s.db.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM accounts WHERE active = 1),
		(SELECT count(*) FROM deliveries WHERE status = 'dead'), (SELECT count(*) FROM events WHERE id >= $1),
		(SELECT count(*) FROM attempts WHERE at >= $2 AND error_class NOT IN ('', 'local')),
		(SELECT count(*) FROM attempts WHERE at >= $2 AND error_class = '')`, firstEventID(dayAgo), dayAgo.UnixMilli()).
		Scan(&t.Accounts, &t.ActiveAccounts, &t.Dead, &t.Events24h, &t.Failures24h, &t.Successes24h)
	if err != nil {
		return t, wrap("count totals", err)
	}
	if t.Devices, err = s.groups(ctx, `SELECT state, count(*) FROM devices GROUP BY state`); err != nil {
		return t, wrap("count devices", err)
	}
	if t.Webhooks, err = s.groups(ctx, `SELECT status, count(*) FROM webhooks GROUP BY status`); err != nil {
		return t, wrap("count webhooks", err)
	}
	packed, err := s.successes(ctx, dayAgo)
	t.Successes24h += packed
	return t, wrap("count successes", err)
}

// firstEventID is an id before all that were made at or after a time: event ids begin with it.
func firstEventID(t time.Time) string {
	var id uuid.UUID
	for i, ms := 5, t.UnixMilli(); i >= 0; i, ms = i-1, ms>>8 {
		id[i] = byte(ms)
	}
	return "evt_" + id.String()
}

func (s *Figures) groups(ctx context.Context, query string) (map[string]int, error) {
	rows, err := s.db.read.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what matters
	counts := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, rows.Err()
}

// successes counts the attempts that the packed rows alone tell of.
func (s *Figures) successes(ctx context.Context, since time.Time) (int, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT at, max_seq, packed FROM outcomes WHERE at >= $1`, since.UnixMilli())
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what matters
	total := 0
	for rows.Next() {
		var at, maxSeq int64
		var packed []byte
		if err := rows.Scan(&at, &maxSeq, &packed); err != nil {
			return 0, err
		}
		err := eachPacked(at, maxSeq, packed, func(o packedOutcome) {
			if o.status > 0 && !o.ownRow() {
				total++
			}
		})
		if err != nil {
			return 0, fmt.Errorf("read outcomes: %w", err)
		}
	}
	return total, rows.Err()
}
