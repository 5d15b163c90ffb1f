package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"wapost/internal/fault"
	"wapost/internal/outbox"
)

// Outbox keeps the messages on their way to WhatsApp.
type Outbox struct{ db *DB }

// Outbox returns the messages on their way to WhatsApp.
func (db *DB) Outbox() *Outbox { return &Outbox{db} }

var _ outbox.Store = (*Outbox)(nil)

// Atomic makes one transaction of what is written with the context given to fn.
func (s *Outbox) Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return s.db.Atomic(ctx, what, fn)
}

// Add inserts a row behind all others of its device.
func (s *Outbox) Add(ctx context.Context, r outbox.Row) error {
	body, err := json.Marshal(r.Body)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, "add to outbox", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO outbox (device_id, message_id, position, chat, payload, body, client_ref, state, expires_at, created_at)
SELECT $1, $2, coalesce(max(position), 0) + 1, $3, $4, $5, $6, $7, $8, $9 FROM outbox WHERE device_id = $1`,
			r.DeviceID, r.MessageID, r.Chat, r.Payload, string(body), r.Body.ClientRef, string(r.State), r.ExpiresAt.UnixMilli(), r.CreatedAt.UnixMilli())
		return err
	})
}

const outboxColumns = `device_id, message_id, position, chat, payload, body, state, attempts, error, next_at, expires_at, sent_at, server_id, created_at`

// Get reads a row.
func (s *Outbox) Get(ctx context.Context, deviceID, messageID string) (outbox.Row, error) {
	row := s.db.read.QueryRowContext(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE device_id = $1 AND message_id = $2`, deviceID, messageID)
	r, _, err := scanOutbox(row)
	return r, messageError("read outbox", err)
}

func messageError(what string, err error) error {
	err = wrap(what, err)
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(err, fault.NotFound, "No such message")
	}
	return err
}

// Open returns the first row of each chat of a device that is not settled, in the order of their submission: a chat that backs
// off hides no other.
func (s *Outbox) Open(ctx context.Context, deviceID string, limit int) ([]outbox.Row, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT `+outboxColumns+` FROM outbox AS o
WHERE state IN ('queued', 'sending') AND device_id = $1 AND NOT EXISTS (SELECT 1 FROM outbox AS earlier
    WHERE earlier.state IN ('queued', 'sending') AND earlier.device_id = o.device_id AND earlier.chat = o.chat AND earlier.position < o.position)
ORDER BY position LIMIT $2`, deviceID, limit)
	if err != nil {
		return nil, wrap("read outbox", err)
	}
	list, err := scanAll(rows, func(row scanner) (outbox.Row, error) {
		r, _, err := scanOutbox(row)
		return r, err
	})
	return list, wrap("read outbox", err)
}

// Waiting returns the devices that have open rows.
func (s *Outbox) Waiting(ctx context.Context) ([]string, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT DISTINCT device_id FROM outbox WHERE state IN ('queued', 'sending')`)
	if err != nil {
		return nil, wrap("read outbox", err)
	}
	list, err := scanAll(rows, func(row scanner) (id string, err error) {
		err = row.Scan(&id)
		return id, err
	})
	return list, wrap("read outbox", err)
}

// Begin notes that a try begins; false = the row is not open any more.
func (s *Outbox) Begin(ctx context.Context, deviceID, messageID string) (begun bool, err error) {
	err = s.db.Write(ctx, "begin a try", func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, `UPDATE outbox SET state = 'sending', attempts = attempts + 1
WHERE device_id = $1 AND message_id = $2 AND state IN ('queued', 'sending')`, deviceID, messageID)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		begun = n == 1
		return err
	})
	return begun, err
}

// Settle ends a row, unless it has ended.
func (s *Outbox) Settle(ctx context.Context, r outbox.Row) (ended bool, err error) {
	err = s.db.Write(ctx, "settle message", func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, `UPDATE outbox SET state = $3, error = $4, sent_at = $5, server_id = $6, next_at = NULL
WHERE device_id = $1 AND message_id = $2 AND state IN ('queued', 'sending')`, r.DeviceID, r.MessageID, string(r.State), r.Error, millis(r.SentAt), number(r.ServerID))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		ended = n == 1
		return err
	})
	return ended, err
}

// Postpone puts a row back.
func (s *Outbox) Postpone(ctx context.Context, r outbox.Row, counted bool) error {
	return s.db.Write(ctx, "postpone message", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'queued', error = $3, next_at = $4,
attempts = CASE WHEN $5 THEN attempts ELSE attempts - 1 END WHERE device_id = $1 AND message_id = $2 AND state = 'sending'`,
			r.DeviceID, r.MessageID, r.Error, millis(r.NextAt), counted)
		return err
	})
}

// Cancel ends a row that is only queued; it returns what state the row had.
func (s *Outbox) Cancel(ctx context.Context, deviceID, messageID string) (outbox.State, error) {
	var was outbox.State
	err := s.db.Write(ctx, "cancel message", func(ctx context.Context, tx *Tx) error {
		row := tx.QueryRow(ctx, `SELECT state FROM outbox WHERE device_id = $1 AND message_id = $2`, deviceID, messageID)
		if err := row.Scan(&was); err != nil || was != outbox.Queued {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'cancelled', next_at = NULL WHERE device_id = $1 AND message_id = $2`, deviceID, messageID)
		return err
	})
	return was, messageError("cancel message", err)
}

// List returns a page, oldest first, and the cursor of the next one.
func (s *Outbox) List(ctx context.Context, deviceID string, f outbox.Filter) ([]outbox.Row, string, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	after, _, err := readCursor(f.After)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.read.QueryContext(ctx, `SELECT `+outboxColumns+` FROM outbox
WHERE device_id = $1 AND ($2 = '' OR state = $2) AND position > $3 ORDER BY position LIMIT $4`, deviceID, string(f.State), after, limit+1)
	if err != nil {
		return nil, "", wrap("list outbox", err)
	}
	var last int64
	n := 0
	list, err := scanAll(rows, func(row scanner) (outbox.Row, error) {
		r, position, err := scanOutbox(row)
		if n++; n <= limit {
			last = position
		}
		return r, err
	})
	if err != nil {
		return nil, "", wrap("list outbox", err)
	}
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], cursorOf(time.UnixMilli(last), ""), nil
}

// Prune deletes rows that were submitted before a time and are settled.
func (s *Outbox) Prune(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, "prune outbox", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM outbox WHERE state IN ('sent', 'failed', 'cancelled') AND created_at < $1`, before.UnixMilli())
		return err
	})
}

func scanOutbox(row scanner) (r outbox.Row, position int64, err error) {
	var (
		body                 string
		next, sent, serverID sql.NullInt64
		expires, created     int64
	)
	err = row.Scan(&r.DeviceID, &r.MessageID, &position, &r.Chat, &r.Payload, &body, &r.State, &r.Attempts, &r.Error, &next, &expires,
		&sent, &serverID, &created)
	if err != nil {
		return outbox.Row{}, 0, err
	}
	r.NextAt, r.SentAt, r.ServerID = instant(next), instant(sent), serverID.Int64
	r.ExpiresAt, r.CreatedAt = time.UnixMilli(expires), time.UnixMilli(created)
	return r, position, json.Unmarshal([]byte(body), &r.Body)
}
