package store

import (
	"context"
	"database/sql"
	"time"
)

// backlog is the webhook.Backlog of a change that is being made.
type backlog struct {
	tx      *Tx
	webhook int64
}

// Head implements webhook.Backlog.
func (b backlog) Head() int64 { return b.tx.Head() }

// Oldest implements webhook.Backlog. What has expired is not sent any more.
func (b backlog) Oldest(ctx context.Context) (int64, error) {
	return b.orNext(b.tx.QueryRow(ctx, `SELECT min(seq) FROM events WHERE seq > (SELECT coalesce(max(CAST(value AS BIGINT)), 0) FROM meta WHERE key = $1)`, expiredKey))
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

// FirstSince implements webhook.Backlog. A scan of a long hold would keep the writer from everybody.
func (b backlog) FirstSince(ctx context.Context, t time.Time) (int64, error) {
	low, err := b.Oldest(ctx)
	if err != nil {
		return 0, err
	}
	return firstSince(ctx, b.tx.QueryRow, low, b.Head()+1, t)
}

// Skip implements webhook.Backlog.
func (b backlog) Skip(ctx context.Context, upTo int64) error {
	_, err := b.tx.Exec(ctx, `UPDATE deliveries SET status = 'skipped', next_at = NULL, updated_at = $1
WHERE webhook_id = $2 AND seq <= $3 AND status IN ('retrying', 'late')`, b.tx.Now(), b.webhook, upTo)
	return err
}
