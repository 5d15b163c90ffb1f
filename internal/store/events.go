package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Events is the log.
type Events struct{ db *DB }

// Events returns the log.
func (db *DB) Events() *Events { return &Events{db} }

// One statement for all devices of a round: their numbers come as a JSON object.
const setSequence = `UPDATE devices SET sequence = j.value, last_event_at = $1 FROM json_each($2) AS j WHERE devices.id = j.key`

// Append records one event and returns when it is on disk; nil also when the same occurrence was recorded before.
// Errors: fault.NotFound when the event's device does not exist (any more), fault.Unavailable when storage is down.
func (s *Events) Append(ctx context.Context, e *event.Sealed) error {
	if tx, ok := joined(ctx); ok {
		return wrap("append event", tx.round.append(e))
	}
	j := newAppend(e)
	j.done = make(chan error, 1)
	if err := s.db.submit(ctx, j); err != nil {
		return wrap("append event", err)
	}
	return wrap("append event", s.db.await(j.done))
}

// appendJob is an event on its way into the log. A round gathers them, because neighbours are cheaper together.
type appendJob struct {
	event *event.Sealed
	key   []byte // of its occurrence; nil = every occurrence is new
	done  chan error
	err   error // found when the event is numbered
}

func (j *appendJob) run(r *round) error {
	r.appends = append(r.appends, j)
	return nil
}

func (j *appendJob) reset() { j.err = nil }

func (j *appendJob) end(err error) {
	if err == nil {
		err = j.err
	}
	j.done <- err
}

// append is the append of a running transaction.
func (r *round) append(e *event.Sealed) error {
	j := newAppend(e)
	r.appends = append(r.appends, j)
	if err := r.flush(context.Background()); err != nil {
		return err
	}
	return j.err
}

// flush inserts the gathered events, so that the next statement sees them.
func (r *round) flush(ctx context.Context) error {
	err := r.numberAppends(ctx)
	if err == nil {
		err = r.send(ctx)
	}
	if err != nil {
		r.broken = err
	}
	return err
}

// numberAppends gives the gathered events their numbers, in order, and inserts them. A copy of a recorded occurrence takes no
// number, nor does an event whose device is gone.
func (r *round) numberAppends(ctx context.Context) error {
	jobs := r.appends
	if len(jobs) == 0 {
		return nil
	}
	r.appends = nil
	known, err := r.lookUp(ctx, jobs)
	if err != nil {
		return fmt.Errorf("look up events and devices: %w", err)
	}
	fresh := make([]*appendJob, 0, len(jobs))
	for _, j := range jobs {
		name := j.name()
		if known[name] {
			continue
		}
		sequence, ok := r.ledger.next(j.event)
		if !ok {
			j.err = fault.New(fault.NotFound, "No such device")
			continue
		}
		known[name] = true
		fresh = append(fresh, j)
		r.record(j.event, sequence)
		r.note(j.event, r.ledger.head)
	}
	events := r.events[len(r.events)-len(fresh):]
	if err := r.insertEvents(ctx, events, fresh); err != nil {
		return err
	}
	for _, j := range fresh {
		if err := r.appendMedia(ctx, j.event); err != nil {
			return err
		}
	}
	return nil
}

// name is what a copy of the event would be recognised by: its occurrence, or else its id, because a caller who did not hear
// of a commit tries again.
func (j *appendJob) name() string {
	if j.key != nil {
		return string(j.key)
	}
	return j.event.ID
}

func (r *round) lookUp(ctx context.Context, jobs []*appendJob) (known map[string]bool, err error) {
	if r.pipeline != nil {
		return r.askServer(ctx, jobs)
	}
	return r.askFile(ctx, jobs)
}

// record puts the event into the round under the next numbers.
func (r *round) record(e *event.Sealed, sequence int64) {
	rec := &event.Recorded{
		Seq: r.ledger.head + 1, ID: e.ID, Type: e.Type, Class: e.Class, AccountID: e.AccountID, DeviceID: e.DeviceID,
		Key: e.Key, At: time.UnixMilli(r.now), Sequence: sequence, Body: e.Body(sequence), Raw: e.RawJSON,
	}
	r.ledger.head = rec.Seq
	if sequence > 0 {
		r.ledger.devices[rec.DeviceID], r.touched[rec.DeviceID] = sequence, sequence
	}
	r.events = append(r.events, rec)
}

func (r *round) insertEvents(ctx context.Context, events []*event.Recorded, jobs []*appendJob) error {
	if len(events) == 0 {
		return nil
	}
	if r.pipeline != nil {
		r.queueEvents(events, jobs)
		return nil
	}
	for i, e := range events {
		r.remember(jobs[i].key, e.Seq)
	}
	return r.insertRows(ctx, events, jobs)
}

// finish writes what the round has gathered: the devices' numbers and the packed outcomes.
func (r *round) finish(ctx context.Context) error {
	if err := r.numberAppends(ctx); err != nil {
		return err
	}
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
	if err := r.endNotes(ctx); err != nil {
		return err
	}
	return r.writeOutcomes(ctx)
}

func newAppend(e *event.Sealed) *appendJob { return &appendJob{event: e, key: sourceKey(e)} }

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
