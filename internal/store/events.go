package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
)

// Events is the log.
type Events struct{ db *DB }

// Events returns the log.
func (db *DB) Events() *Events { return &Events{db} }

const insertEvent = `INSERT INTO events (seq, id, type, class, account_id, device_id, sequence, order_key, source_key, at, body, raw)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 WHERE NOT EXISTS (SELECT 1 FROM occurrences WHERE key = $9)`

// One statement for all devices of a round: their numbers come as a JSON object.
const setSequence = `UPDATE devices SET sequence = j.value, last_event_at = $1 FROM json_each($2) AS j WHERE devices.id = j.key`

// Append records one event and returns when it is on disk; nil also when the same occurrence was recorded before.
// Errors: fault.NotFound when the event's device does not exist (any more), fault.Unavailable when storage is down.
func (s *Events) Append(ctx context.Context, e *event.Sealed) error {
	if tx, ok := joined(ctx); ok {
		return wrap("append event", tx.round.append(e))
	}
	j := &appendJob{event: e, done: make(chan error, 1)}
	if err := s.db.submit(ctx, j); err != nil {
		return wrap("append event", err)
	}
	return wrap("append event", s.db.await(j.done))
}

type appendJob struct {
	event *event.Sealed
	done  chan error
	err   error // found when the pipeline numbers the event
	note  *chat.Note
}

func (j *appendJob) run(r *round) error {
	if r.pipeline == nil {
		return r.append(j.event)
	}
	r.pipeline.appends = append(r.pipeline.appends, j)
	return nil
}

func (j *appendJob) reset() { j.err = nil }

func (j *appendJob) end(err error) {
	if err == nil {
		err = j.err
	}
	j.done <- err
}

// append inserts the event under the next numbers. A copy of a recorded occurrence takes none.
func (r *round) append(e *event.Sealed) error {
	ctx := context.Background()
	if r.pipeline != nil {
		return r.appendNow(ctx, e)
	}
	source := sourceKey(e)
	if r.recent(source) {
		return nil
	}
	sequence, err := r.nextSequence(ctx, e)
	if err != nil {
		return err
	}
	rec := &event.Recorded{
		Seq: r.ledger.head + 1, ID: e.ID, Type: e.Type, Class: e.Class, AccountID: e.AccountID, DeviceID: e.DeviceID,
		Key: e.Key, At: time.UnixMilli(r.now), Sequence: sequence, Body: e.Body(sequence), Raw: e.RawJSON,
	}
	res, err := r.stmts.insertEvent.ExecContext(ctx, rec.Seq, rec.ID, string(rec.Type), string(rec.Class), rec.AccountID,
		text(rec.DeviceID), number(rec.Sequence), rec.Key, source, r.now, rec.Body, rec.Raw)
	if err != nil {
		if broken(err) {
			r.broken = err
		}
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	r.ledger.head = rec.Seq
	if sequence > 0 {
		r.ledger.devices[rec.DeviceID], r.touched[rec.DeviceID] = sequence, sequence
	}
	r.events = append(r.events, rec)
	r.remember(source, rec.Seq)
	if err := r.note(ctx, e, rec.Seq); err != nil {
		r.broken = err // the event must not stay in the log alone
		return err
	}
	return r.appendMedia(ctx, e)
}

// nextSequence returns the number after the device's last one; 0 for events that are not numbered.
func (r *round) nextSequence(ctx context.Context, e *event.Sealed) (int64, error) {
	next, known := r.ledger.next(e)
	if !known {
		var last int64
		err := r.conn.QueryRowContext(ctx, `SELECT sequence FROM devices WHERE id = $1`, e.DeviceID).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, fault.New(fault.NotFound, "No such device")
		}
		if err != nil {
			return 0, fmt.Errorf("read the device's sequence: %w", err)
		}
		r.ledger.devices[e.DeviceID] = last
		return last + 1, nil
	}
	return next, nil
}

// finish writes what the round has gathered: the devices' numbers and the packed outcomes.
func (r *round) finish(ctx context.Context) error {
	if r.pipeline != nil {
		return r.finishTogether(ctx)
	}
	if len(r.touched) > 0 {
		numbers, err := json.Marshal(r.touched)
		if err != nil {
			return err
		}
		if _, err := r.stmts.setSequence.ExecContext(ctx, r.now, string(numbers)); err != nil {
			return fmt.Errorf("set the devices' sequences: %w", err)
		}
	}
	if err := r.merge(ctx); err != nil {
		return err
	}
	if err := r.tellChats(ctx); err != nil {
		return err
	}
	return r.writeOutcomes(ctx)
}

// sourceKey is 16 bytes of a hash over device and occurrence; nil when every occurrence is new.
func sourceKey(e *event.Sealed) []byte {
	if e.SourceKey == "" {
		return nil
	}
	h := sha256.Sum256([]byte(e.DeviceID + "\x00" + e.SourceKey))
	return h[:16]
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func number(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
