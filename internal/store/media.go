package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/media"
)

// Media keeps the records of files that came with messages.
type Media struct{ db *DB }

// Media returns the records of files.
func (db *DB) Media() *Media { return &Media{db} }

var _ media.Store = (*Media)(nil)

// Atomic implements media.Store.
func (s *Media) Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return s.db.Atomic(ctx, what, fn)
}

const mediaColumns = `id, device_id, account_id, event_id, order_key, message_id, chat, sender, from_me, kind, keys, mime_type, filename, size,
direct_path, url, sealed_key, sha256, enc_sha256, thumbnail, state, reason, stored_size, stored_at, used_at, asked_at, next_at, attempts, created_at`

// Get implements media.Store.
func (s *Media) Get(ctx context.Context, scope media.Scope, id string) (media.Record, error) {
	list, err := s.query(ctx, "read media", `id = $1 AND account_id = $2 AND ($3 = '' OR device_id = $3)`, id, scope.AccountID, scope.DeviceID)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "No such media")
	}
	if err != nil {
		return media.Record{}, err
	}
	return list[0], nil
}

// OfMessage implements media.Store.
func (s *Media) OfMessage(ctx context.Context, scope media.Scope, chats []string, messageID string) ([]media.Record, error) {
	where := `message_id = $1 AND account_id = $2 AND ($3 = '' OR device_id = $3)`
	args := []any{messageID, scope.AccountID, scope.DeviceID}
	if scope.DeviceID != "" { // in this form for the index
		where = `device_id = $3 AND message_id = $1 AND account_id = $2`
	} else {
		where += ` AND device_id IN (SELECT id FROM devices WHERE account_id = $2)`
	}
	if len(chats) > 0 {
		marks := make([]string, len(chats))
		for i, c := range chats {
			args = append(args, c)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		where += ` AND chat IN (` + strings.Join(marks, ", ") + `)`
	}
	return s.query(ctx, "read media", where+` ORDER BY id`, args...)
}

// OfDevice implements media.Store.
func (s *Media) OfDevice(ctx context.Context, deviceID, messageID string) ([]media.Record, error) {
	return s.query(ctx, "read media", `device_id = $1 AND message_id = $2 ORDER BY id`, deviceID, messageID)
}

// Body implements media.Store.
func (s *Media) Body(ctx context.Context, eventID string) ([]byte, error) {
	var body []byte
	err := s.db.read.QueryRowContext(ctx, `SELECT body FROM events WHERE id = $1`, eventID).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return body, wrap("read event", err)
}

// Add implements media.Store.
func (s *Media) Add(ctx context.Context, m media.Record) error {
	return s.db.Write(ctx, "add media", func(ctx context.Context, tx *Tx) error {
		e := &event.Sealed{Event: &event.Event{AccountID: m.AccountID, DeviceID: m.DeviceID, Origin: event.History}} // never fetched unasked
		if _, err := tx.Exec(ctx, insertMedia, tx.round.mediaRow(e, &m.Attachment)...); err != nil {
			return err
		}
		return storing(ctx, tx, m.ID, m.StoredSize)
	})
}

// Storing implements media.Store.
func (s *Media) Storing(ctx context.Context, id string, size int64) error {
	return s.db.Write(ctx, "begin to store media", func(ctx context.Context, tx *Tx) error { return storing(ctx, tx, id, size) })
}

func storing(ctx context.Context, tx *Tx, id string, size int64) error {
	res, err := tx.Exec(ctx, `UPDATE media SET state = 'storing', stored_size = $2 WHERE id = $1`, id, size)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.NotFound, "No such media")
}

// Stored implements media.Store.
func (s *Media) Stored(ctx context.Context, id string, size int64, sha256 []byte) error {
	now := time.Now().UnixMilli()
	n, err := s.change(ctx, "store media", `UPDATE media SET state = 'stored', reason = '', stored_size = $2, sha256 = $3, stored_at = $4, used_at = $4,
asked_at = NULL, next_at = NULL, attempts = 0 WHERE id = $1`, id, size, sha256, now)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "No such media")
	}
	return err
}

// Dropped implements media.Store.
func (s *Media) Dropped(ctx context.Context, id string) (bool, error) {
	n, err := s.change(ctx, "drop media", `UPDATE media SET state = CASE WHEN direct_path = '' AND url = '' THEN 'gone' ELSE 'remote' END, stored_size = 0, stored_at = NULL, used_at = NULL
WHERE id = $1 AND state IN ('stored', 'storing')`, id)
	return n > 0, err
}

// Asked implements media.Store.
func (s *Media) Asked(ctx context.Context, id string) error {
	return s.set(ctx, "ask for media", `UPDATE media SET state = 'remote', asked_at = $2, next_at = NULL WHERE id = $1 AND state IN ('remote', 'gone')`,
		id, time.Now().UnixMilli())
}

// Moved implements media.Store.
func (s *Media) Moved(ctx context.Context, id, directPath string) error {
	return s.set(ctx, "move media", `UPDATE media SET state = 'remote', direct_path = $2, asked_at = NULL, next_at = $3, attempts = 0
WHERE id = $1 AND state IN ('remote', 'gone')`, id, directPath, time.Now().UnixMilli())
}

// Failed implements media.Store.
func (s *Media) Failed(ctx context.Context, id string, state media.State, why media.Reason) error {
	return s.set(ctx, "give media up", `UPDATE media SET state = $2, reason = $3, asked_at = NULL, next_at = NULL
WHERE id = $1 AND state IN ('remote', 'storing', 'gone')`, id, string(state), string(why))
}

// Want implements media.Store.
func (s *Media) Want(ctx context.Context, id string, at time.Time, attempts int) error {
	return s.set(ctx, "want media", `UPDATE media SET next_at = $2, attempts = $3 WHERE id = $1 AND state = 'remote'`, id, millis(at), attempts)
}

func (s *Media) set(ctx context.Context, what, query string, args ...any) error {
	_, err := s.change(ctx, what, query, args...)
	return err
}

// change returns how many records it has changed.
func (s *Media) change(ctx context.Context, what, query string, args ...any) (n int64, err error) {
	err = s.db.Write(ctx, what, func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

// query reads records with their keys opened, as far as they can be.
func (s *Media) query(ctx context.Context, what, where string, args ...any) ([]media.Record, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT `+mediaColumns+` FROM media WHERE `+where, args...)
	if err != nil {
		return nil, wrap(what, err)
	}
	list, err := scanAll(rows, s.scan)
	return list, wrap(what, err)
}

func (s *Media) scan(row scanner) (media.Record, error) {
	var (
		r                         media.Record
		sealed                    []byte
		stored, used, asked, next sql.NullInt64
		fromMe, created           int64
		kind, state               string
	)
	err := row.Scan(&r.ID, &r.DeviceID, &r.AccountID, &r.EventID, &r.OrderKey, &r.MessageID, &r.Chat, &r.Sender, &fromMe, &r.Kind, &kind,
		&r.MimeType, &r.Filename, &r.Size, &r.DirectPath, &r.URL, &sealed, &r.SHA256, &r.EncSHA256, &r.Thumbnail, &state, &r.Reason, &r.StoredSize,
		&stored, &used, &asked, &next, &r.Attempts, &created)
	if err != nil {
		return r, err
	}
	if sealed != nil {
		r.Key, err = s.db.vault.Open(mediaKeyPurpose, sealed) // of one file: it must not hide the others
		r.KeyLost = err != nil
	}
	r.FromMe, r.Keys, r.State = fromMe == 1, event.Keys(kind), media.State(state)
	r.StoredAt, r.UsedAt, r.AskedAt, r.NextAt = instant(stored), instant(used), instant(asked), instant(next)
	r.CreatedAt = time.UnixMilli(created)
	return r, nil
}
