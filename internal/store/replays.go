package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/replay"
	"wapost/internal/webhook"
)

// Replays keeps the jobs and wishes of sending again: it implements replay.Store.
type Replays struct{ db *DB }

// Replays returns the store of sending again.
func (db *DB) Replays() *Replays { return &Replays{db} }

var _ replay.Store = (*Replays)(nil)

// keptAtLeast is how far back a replay may reach in a log from which nothing was dropped yet, although it is younger.
const keptAtLeast = 30 * 24 * time.Hour

// Create implements replay.Store.
func (s *Replays) Create(ctx context.Context, j replay.Job, done func()) (replay.Job, error) {
	err := s.db.Write(ctx, "create replay", func(ctx context.Context, tx *Tx) error {
		b := backlog{tx, j.WebhookID}
		if err := checkBegin(ctx, b, j.Since); err != nil {
			return err
		}
		first, err := b.FirstSince(ctx, j.Since)
		if err != nil {
			return err
		}
		j.Cursor, j.Last = first-1, b.Head()
		if j.Until.IsZero() {
			j.Until = time.UnixMilli(tx.Now())
		} else {
			end, err := b.FirstSince(ctx, j.Until)
			if err != nil {
				return err
			}
			j.Last = end - 1
		}
		var open int
		err = tx.QueryRow(ctx, `SELECT count(*) FROM replays WHERE webhook_id = $1 AND state IN ('queued', 'running')`, j.WebhookID).Scan(&open)
		if err != nil {
			return err
		}
		if open > 0 {
			return fault.New(fault.Conflict, "A replay to this webhook is already running")
		}
		if err := s.insert(ctx, tx, &j); err != nil {
			return err
		}
		tx.AfterCommit(done)
		return nil
	})
	return j, err
}

// checkBegin refuses a begin before the oldest event kept. A log that still begins with its first event has lost nothing, so
// there the begin may be older.
func checkBegin(ctx context.Context, b backlog, since time.Time) error {
	var seq, at int64
	err := b.tx.QueryRow(ctx, `SELECT seq, at FROM events ORDER BY seq LIMIT 1`).Scan(&seq, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	oldest, least := time.UnixMilli(at), time.UnixMilli(at)
	if kept := time.UnixMilli(b.tx.Now()).Add(-keptAtLeast); seq == 1 && kept.Before(least) {
		least = kept
	}
	if since.Before(least) {
		return fault.New(fault.Invalid, "since is before the oldest event kept (%s)", oldest.UTC().Format(event.TimeLayout))
	}
	return nil
}

func (s *Replays) insert(ctx context.Context, tx *Tx, j *replay.Job) error {
	types, err := json.Marshal(j.Types)
	if err != nil {
		return err
	}
	statuses, err := json.Marshal(j.Statuses)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO replays (id, webhook_id, state, since, until, types, statuses, cursor, last, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, j.ID, j.WebhookID, string(j.State), j.Since.UnixMilli(), j.Until.UnixMilli(),
		string(types), string(statuses), j.Cursor, j.Last, j.CreatedAt.UnixMilli())
	return err
}

const selectReplay = `SELECT r.id, r.webhook_id, r.state, r.since, r.until, r.types, r.statuses, r.cursor, r.last, r.matched, r.sent,
	r.delivered, r.failed, r.created_at, r.finished_at FROM replays r `

func scanReplay(row scanner) (replay.Job, error) {
	var (
		j                     replay.Job
		since, until, created int64
		types, statuses       []byte
		matched, finished     sql.NullInt64
	)
	err := row.Scan(&j.ID, &j.WebhookID, &j.State, &since, &until, &types, &statuses, &j.Cursor, &j.Last, &matched, &j.Sent, &j.Delivered,
		&j.Failed, &created, &finished)
	if err != nil {
		return j, err
	}
	j.Since, j.Until, j.CreatedAt, j.FinishedAt = time.UnixMilli(since), time.UnixMilli(until), time.UnixMilli(created), instant(finished)
	if j.Matched = -1; matched.Valid {
		j.Matched = int(matched.Int64)
	}
	return j, errors.Join(json.Unmarshal(types, &j.Types), json.Unmarshal(statuses, &j.Statuses))
}

// Get implements replay.Store.
func (s *Replays) Get(ctx context.Context, webhookID int64, id string) (replay.Job, error) {
	j, err := scanReplay(s.db.read.QueryRowContext(ctx, selectReplay+`WHERE r.id = $1 AND r.webhook_id = $2`, id, webhookID))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "No such replay")
	}
	return j, wrap("read replay", err)
}

// List implements replay.Store.
func (s *Replays) List(ctx context.Context, webhookID int64, before string, limit int) ([]replay.Job, error) {
	rows, err := s.db.read.QueryContext(ctx, selectReplay+`WHERE r.webhook_id = $1 AND ($2 = '' OR r.id < $2) ORDER BY r.id DESC LIMIT $3`,
		webhookID, before, limit)
	if err != nil {
		return nil, wrap("list replays", err)
	}
	list, err := scanAll(rows, scanReplay)
	return list, wrap("list replays", err)
}

// Open implements replay.Store.
func (s *Replays) Open(ctx context.Context) ([]replay.Job, error) {
	rows, err := s.db.read.QueryContext(ctx, selectReplay+`JOIN webhooks w ON w.id = r.webhook_id
WHERE r.state IN ('queued', 'running') AND w.status = 'active' ORDER BY r.id`)
	if err != nil {
		return nil, wrap("read open replays", err)
	}
	list, err := scanAll(rows, scanReplay)
	return list, wrap("read open replays", err)
}

// Begin implements replay.Store.
func (s *Replays) Begin(ctx context.Context, id string, matched int) error {
	return s.db.Write(ctx, "begin replay", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE replays SET state = 'running', matched = $1 WHERE id = $2 AND state = 'queued'`, matched, id)
		return err
	})
}

// Advance implements replay.Store.
func (s *Replays) Advance(ctx context.Context, id string, cursor int64) error {
	return s.db.Write(ctx, "advance replay", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE replays SET cursor = $1 WHERE id = $2 AND cursor < $1`, cursor, id)
		return err
	})
}

// End implements replay.Store.
func (s *Replays) End(ctx context.Context, id string, state replay.State) (j replay.Job, ended bool, err error) {
	err = s.db.Write(ctx, "end replay", func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, `UPDATE replays SET state = $1, finished_at = $2 WHERE id = $3 AND state IN ('queued', 'running')`,
			string(state), tx.Now(), id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		ended = n > 0
		j, err = scanReplay(tx.QueryRow(ctx, selectReplay+`WHERE r.id = $1`, id))
		return err
	})
	return j, ended, err
}

// Webhook implements replay.Store.
func (s *Replays) Webhook(ctx context.Context, id int64) (webhook.Webhook, error) {
	return s.db.Webhooks().Load(ctx, id)
}

// Atomic implements replay.Store.
func (s *Replays) Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return s.db.Atomic(ctx, what, fn)
}
