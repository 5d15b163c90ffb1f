package store

import (
	"context"
	"database/sql"
	"time"

	"wapost/internal/event"
)

// Head returns the number of the newest committed event; 0 when there is none.
func (s *Events) Head(ctx context.Context) (int64, error) {
	var head int64
	err := s.db.read.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM events`).Scan(&head)
	return head, wrap("read the head of the log", err)
}

// selectEvents begins a query whose rows scanEvent reads.
const selectEvents = `SELECT seq, id, type, class, account_id, device_id, sequence, order_key, at, body, raw FROM events `

// After returns up to limit events with after < seq <= upTo, oldest first; account 0 means all accounts, device "" all
// devices.
func (s *Events) After(ctx context.Context, account int64, device string, after, upTo int64, limit int) ([]*event.Recorded, error) {
	rows, err := s.db.read.QueryContext(ctx, selectEvents+`WHERE seq > $1 AND seq <= $2 AND (account_id = $3 OR $3 = 0) AND ($4 = '' OR device_id = $4) ORDER BY seq LIMIT $5`,
		after, upTo, account, device, limit)
	if err != nil {
		return nil, wrap("read the log", err)
	}
	list, err := scanAll(rows, scanEvent)
	return list, wrap("read the log", err)
}

// BySeq returns one event; fault.NotFound when it has left the log.
func (s *Events) BySeq(ctx context.Context, seq int64) (*event.Recorded, error) {
	row := s.db.read.QueryRowContext(ctx, selectEvents+`WHERE seq = $1`, seq)
	e, err := scanEvent(row)
	return e, wrap("read event", err)
}

// scanner is a *sql.Row or a *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

func scanEvent(row scanner) (*event.Recorded, error) {
	var (
		e        event.Recorded
		device   sql.NullString
		sequence sql.NullInt64
		at       int64
	)
	err := row.Scan(&e.Seq, &e.ID, &e.Type, &e.Class, &e.AccountID, &device, &sequence, &e.Key, &at, &e.Body, &e.Raw)
	if err != nil {
		return nil, err
	}
	e.DeviceID, e.Sequence, e.At = device.String, sequence.Int64, time.UnixMilli(at)
	return &e, nil
}

// scanAll reads all rows and closes them.
func scanAll[T any](rows *sql.Rows, scan func(scanner) (T, error)) ([]T, error) {
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
