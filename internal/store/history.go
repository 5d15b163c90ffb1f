package store

import (
	"context"
	"database/sql"
	"time"

	"wapost/internal/history"
	"wapost/internal/session"
)

// Past keeps the parts of histories: it implements history.Store and session.Announced.
type Past struct{ db *DB }

// Past returns the store of histories.
func (db *DB) Past() *Past { return &Past{db} }

var (
	_ history.Store     = (*Past)(nil)
	_ session.Announced = (*Past)(nil)
)

const noticePurpose = "history notice"

// OnHistory sets who is told, after the commit, that a part of a history was announced. It runs on the writer goroutine: it must
// not block. Call it before Run.
func (db *DB) OnHistory(f func()) { db.announced = f }

// Atomic implements history.Store.
func (s *Past) Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return s.db.Atomic(ctx, what, fn)
}

// HistoryAnnounced implements session.Announced. The notice holds the key of the file, so it is sealed.
func (s *Past) HistoryAnnounced(ctx context.Context, deviceID string, n session.Notice) error {
	return s.db.Write(ctx, "keep history notice", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO history_parts (device_id, message_id, notice, type, chunk, progress, request_id, state, next_at, created_at, updated_at)
SELECT id, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, $10 FROM devices WHERE id = $1 ON CONFLICT (device_id, message_id) DO NOTHING`,
			deviceID, n.MessageID, s.db.vault.Seal(noticePurpose, n.Payload), n.Type, n.Chunk, optional(n.Progress), n.RequestID, tx.Now(), tx.Now(), tx.Now())
		if err != nil {
			return err
		}
		if n.Replaces != "" { // the phone has uploaded the file once more
			_, err = tx.Exec(ctx, `UPDATE history_parts SET state = 'done', updated_at = $3
WHERE device_id = $1 AND message_id = $2 AND message_id <> $4 AND state IN ('waiting', 'failed')`, deviceID, n.Replaces, tx.Now(), n.MessageID)
		}
		if s.db.announced != nil {
			tx.AfterCommit(s.db.announced)
		}
		return err
	})
}

func optional(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

// Due implements history.Store.
func (s *Past) Due(ctx context.Context, now time.Time, limit int) ([]history.Part, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT id, device_id, message_id, notice, type, chunk, progress, request_id, state, chats, messages, attempts, error,
next_at, created_at, updated_at FROM history_parts p WHERE state IN ('waiting', 'stored') AND next_at <= $1 AND NOT EXISTS
(SELECT 1 FROM history_parts o WHERE o.device_id = p.device_id AND o.state IN ('waiting', 'stored') AND o.next_at <= $1 AND o.id < p.id) ORDER BY id LIMIT $2`,
		now.UnixMilli(), limit)
	if err != nil {
		return nil, wrap("find parts of histories", err)
	}
	list, err := scanAll(rows, s.scanPart)
	return list, wrap("find parts of histories", err)
}

func (s *Past) scanPart(row scanner) (history.Part, error) {
	var (
		p                      history.Part
		sealed                 []byte
		chunk, progress        sql.NullInt64
		next, created, updated int64
	)
	err := row.Scan(&p.ID, &p.DeviceID, &p.MessageID, &sealed, &p.Type, &chunk, &progress, &p.RequestID, &p.State, &p.Chats, &p.Messages, &p.Attempts, &p.Error,
		&next, &created, &updated)
	if err != nil {
		return p, err
	}
	p.Notice, err = s.db.vault.Open(noticePurpose, sealed)
	p.Damaged = err != nil
	p.Chunk = int(chunk.Int64)
	if progress.Valid {
		percent := int(progress.Int64)
		p.Progress = &percent
	}
	p.NextAt, p.CreatedAt, p.UpdatedAt = time.UnixMilli(next), time.UnixMilli(created), time.UnixMilli(updated)
	return p, nil
}

// NextDue implements history.Store.
func (s *Past) NextDue(ctx context.Context) (time.Time, error) {
	var next sql.NullInt64
	err := s.db.read.QueryRowContext(ctx, `SELECT min(next_at) FROM history_parts WHERE state IN ('waiting', 'stored')`).Scan(&next)
	return instant(next), wrap("find the next part of a history", err)
}

// Ready implements history.Store.
func (s *Past) Ready(ctx context.Context, deviceID string) error {
	var waits bool // mostly nothing does: then a connect costs no transaction
	err := s.db.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM history_parts WHERE device_id = $1 AND state IN ('waiting', 'stored'))`, deviceID).Scan(&waits)
	if err != nil || !waits {
		return wrap("wake parts of a history", err)
	}
	return s.db.Write(ctx, "wake parts of a history", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE history_parts SET next_at = $2 WHERE device_id = $1 AND state IN ('waiting', 'stored') AND next_at > $2`, deviceID, tx.Now())
		return err
	})
}

// Save implements history.Store.
func (s *Past) Save(ctx context.Context, p *history.Part) error {
	return s.db.Write(ctx, "save part of a history", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE history_parts SET state = $2, attempts = $3, error = $4, next_at = $5, updated_at = $6 WHERE id = $1`,
			p.ID, string(p.State), p.Attempts, p.Error, p.NextAt.UnixMilli(), tx.Now())
		if err == nil && p.Notice == nil && (!p.Damaged || p.State == history.Done) { // what is damaged stays for who looks into it
			_, err = tx.Exec(ctx, `UPDATE history_parts SET notice = $2 WHERE id = $1`, p.ID, s.db.vault.Seal(noticePurpose, nil))
		}
		return err
	})
}

// Total implements history.Store.
func (s *Past) Total(ctx context.Context, deviceID, kind string) (n int, err error) {
	err = s.db.Write(ctx, "count history", func(ctx context.Context, tx *Tx) error {
		return tx.QueryRow(ctx, `SELECT coalesce(sum(messages), 0) FROM history_parts WHERE device_id = $1 AND type = $2`, deviceID, kind).Scan(&n)
	})
	return n, err
}

// Progress implements history.Store.
func (s *Past) Progress(ctx context.Context, deviceID string) ([]history.Progress, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT type, state, progress, messages, error, updated_at FROM history_parts WHERE device_id = $1 ORDER BY id`, deviceID)
	if err != nil {
		return nil, wrap("read the progress of a history", err)
	}
	list, at := []history.Progress{}, map[string]int{}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var (
			kind, state, problem string
			percent              sql.NullInt64
			messages             int
			updated              int64
		)
		if err := row.Scan(&kind, &state, &percent, &messages, &problem, &updated); err != nil {
			return struct{}{}, err
		}
		i, ok := at[kind]
		if !ok {
			i = len(list)
			at[kind], list = i, append(list, history.Progress{Type: kind})
		}
		p := &list[i]
		p.Chunks, p.Messages, p.LastAt = p.Chunks+1, p.Messages+messages, later(p.LastAt, time.UnixMilli(updated))
		switch history.State(state) {
		case history.Stored, history.Done:
			p.Done++
			if n := int(percent.Int64); percent.Valid && (p.Percent == nil || *p.Percent < n) {
				p.Percent = &n
			}
		default:
			if problem != "" {
				p.Error = problem
			}
		}
		return struct{}{}, nil
	})
	return list, wrap("read the progress of a history", err)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
