package store

import "context"

// Census is what the database holds now, in numbers that are cheap to count however long the log is.
type Census struct {
	Webhooks map[string]int // by status
	Outbox   map[string]int // messages that are not settled, by state
	Dead     int            // deliveries given up and still in the log
}

// Census counts. Errors: fault.Unavailable.
func (s *Figures) Census(ctx context.Context) (c Census, err error) {
	if c.Webhooks, err = s.groups(ctx, `SELECT status, count(*) FROM webhooks GROUP BY status`); err != nil {
		return c, wrap("count webhooks", err)
	}
	if c.Outbox, err = s.groups(ctx, `SELECT state, count(*) FROM outbox WHERE state IN ('queued', 'sending') GROUP BY state`); err != nil {
		return c, wrap("count the outbox", err)
	}
	err = s.db.read.QueryRowContext(ctx, `SELECT count(*) FROM deliveries WHERE status = 'dead'`).Scan(&c.Dead)
	return c, wrap("count dead deliveries", err)
}
