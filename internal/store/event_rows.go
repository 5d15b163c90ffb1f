package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wapost/internal/event"
)

const (
	eventsAtOnce = 16 // events that one statement inserts
	eventColumns = 12
	askedAtOnce  = 32 // occurrences that one statement looks for
)

// insertRowsStatement inserts events. FAIL instead of ABORT spares SQLite a copy of every page that the statement touches; a
// failure ends the transaction anyway.
func insertRowsStatement(rows int) string {
	return `INSERT OR FAIL INTO events (seq, id, type, class, account_id, device_id, sequence, order_key, source_key, at, body, raw) VALUES ` +
		places(rows, eventColumns)
}

// knownStatement finds which of some occurrences are recorded; a NULL is none.
var knownStatement = `SELECT key FROM occurrences WHERE key IN ` + places(1, askedAtOnce)

// insertRows inserts events into a file.
func (r *round) insertRows(ctx context.Context, events []*event.Recorded, jobs []*appendJob) error {
	args := make([]any, 0, eventsAtOnce*eventColumns)
	for len(events) > 0 {
		stmt, n := r.stmts.insertEvent, 1
		if len(events) >= eventsAtOnce {
			stmt, n = r.stmts.insertEvents, eventsAtOnce
		}
		args = args[:0]
		for i, e := range events[:n] {
			args = append(args, e.Seq, e.ID, string(e.Type), string(e.Class), e.AccountID, text(e.DeviceID), number(e.Sequence), e.Key,
				blob(jobs[i].key), r.now, e.Body, e.Raw)
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("insert events: %w", err)
		}
		events, jobs = events[n:], jobs[n:]
	}
	return nil
}

// askFile returns which of the events are recorded, and has the ledger know their devices.
func (r *round) askFile(ctx context.Context, jobs []*appendJob) (known map[string]bool, err error) {
	known = make(map[string]bool, len(jobs))
	var asked []any
	for _, j := range jobs {
		switch {
		case j.key == nil:
		case r.recent(j.key):
			known[j.name()] = true
		default:
			asked = append(asked, j.key)
		}
		if err := r.knowDevice(ctx, j.event); err != nil {
			return nil, err
		}
	}
	for len(asked)%askedAtOnce > 0 {
		asked = append(asked, nil)
	}
	for ; len(asked) > 0; asked = asked[askedAtOnce:] {
		rows, err := r.stmts.known.QueryContext(ctx, asked[:askedAtOnce]...)
		if err != nil {
			return nil, err
		}
		keys, err := scanAll(rows, func(row scanner) (k []byte, err error) { return k, row.Scan(&k) })
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			known[string(k)] = true
		}
	}
	return known, nil
}

// knowDevice makes the ledger know the last number of an event's device, if there is such a device.
func (r *round) knowDevice(ctx context.Context, e *event.Sealed) error {
	if _, known := r.ledger.next(e); known {
		return nil
	}
	var last int64
	err := r.conn.QueryRowContext(ctx, `SELECT sequence FROM devices WHERE id = $1`, e.DeviceID).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		r.ledger.devices[e.DeviceID] = last
	}
	return err
}
