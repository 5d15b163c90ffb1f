package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// backlog is the webhook.Backlog of a change that is being made.
type backlog struct {
	tx      *Tx
	webhook int64
}

// Head implements webhook.Backlog.
func (b backlog) Head() int64 { return b.tx.Head() }

// Oldest implements webhook.Backlog.
func (b backlog) Oldest(ctx context.Context) (int64, error) {
	return b.orNext(b.tx.QueryRow(ctx, `SELECT min(seq) FROM events`))
}

// OldestOpen implements webhook.Backlog.
func (b backlog) OldestOpen(ctx context.Context) (int64, error) {
	return b.orNext(b.tx.QueryRow(ctx, `SELECT min(seq) FROM deliveries WHERE webhook_id = $1 AND status IN ('retrying', 'late')`, b.webhook))
}

// orNext reads a number of the log; when there is none it is the next one to be given.
func (b backlog) orNext(row *sql.Row) (int64, error) {
	var seq sql.NullInt64
	err := row.Scan(&seq)
	if !seq.Valid {
		seq.Int64 = b.Head() + 1
	}
	return seq.Int64, err
}

// FirstSince implements webhook.Backlog. Times rise along the log but for steps of the clock, so it halves the log until the
// place is found: about twenty reads, where a scan of a long hold would keep the writer from everybody.
func (b backlog) FirstSince(ctx context.Context, t time.Time) (int64, error) {
	low, err := b.Oldest(ctx)
	if err != nil {
		return 0, err
	}
	high := b.Head() + 1
	for low < high {
		var seq, at int64
		middle := low + (high-low)/2
		err := b.tx.QueryRow(ctx, `SELECT seq, at FROM events WHERE seq >= $1 ORDER BY seq LIMIT 1`, middle).Scan(&seq, &at)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = middle
		case err != nil:
			return 0, err
		case at >= t.UnixMilli():
			high = middle
		default:
			low = seq + 1
		}
	}
	return low, nil
}

// Skip implements webhook.Backlog.
func (b backlog) Skip(ctx context.Context, upTo int64) error {
	_, err := b.tx.Exec(ctx, `UPDATE deliveries SET status = 'skipped', next_at = NULL, updated_at = $1
WHERE webhook_id = $2 AND seq <= $3 AND status IN ('retrying', 'late')`, b.tx.Now(), b.webhook, upTo)
	return err
}
