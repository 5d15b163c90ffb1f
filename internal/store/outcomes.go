package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"wapost/internal/delivery"
)

// Successes are the most frequent thing we write, so all of a commit round share one row: `at` (when the round was
// committed, Unix ms), `max_seq` and `min_seq` (the newest and the oldest event in it) and `packed`, which is for each success
// six unsigned varints:
//
//	webhook id · max_seq - seq · HTTP status + 1024 × trigger · duration in ms · at - time of the attempt in ms · number of
//	attempts made
//
// The trigger is a place in triggers. Rows that were written before it was kept say auto of all.
const insertOutcomes = `INSERT INTO outcomes (at, max_seq, min_seq, packed) VALUES ($1, $2, $3, $4)`

// triggerUnit is above every HTTP status. With it a status and a trigger take the two bytes that the status takes alone.
const triggerUnit = 1024

// triggers are the reasons of attempts as they are stored: their places must not change.
func triggers() [4]delivery.Trigger {
	return [...]delivery.Trigger{delivery.Auto, delivery.Probe, delivery.Manual, delivery.Replay}
}

// packedOutcome is one success.
type packedOutcome struct {
	webhook, seq int64
	status       int
	trigger      delivery.Trigger // "" = auto
	duration     time.Duration
	at           time.Time
	attempts     int
}

func (r *round) writeOutcomes(ctx context.Context) error {
	if len(r.outcomes) == 0 {
		return nil
	}
	minSeq, maxSeq := r.outcomes[0].seq, r.outcomes[0].seq
	for _, o := range r.outcomes {
		minSeq, maxSeq = min(minSeq, o.seq), max(maxSeq, o.seq)
	}
	b, known := make([]byte, 0, len(r.outcomes)*10), triggers()
	for _, o := range r.outcomes {
		place := max(0, slices.Index(known[:], o.trigger))
		for _, v := range []int64{o.webhook, maxSeq - o.seq, int64(o.status + triggerUnit*place), o.duration.Milliseconds(),
			r.now - o.at.UnixMilli(), int64(o.attempts)} {
			b = binary.AppendUvarint(b, uint64(max(v, 0)))
		}
	}
	if r.pipeline != nil {
		r.pipeline.queue(insertOutcomes, r.now, maxSeq, minSeq, b)
		return nil
	}
	if _, err := r.stmts.insertOutcomes.ExecContext(ctx, r.now, maxSeq, minSeq, b); err != nil {
		return fmt.Errorf("write outcomes: %w", err)
	}
	return nil
}

// ownRow reports whether the success has a row among the attempts too, as all have that somebody asked for.
func (o *packedOutcome) ownRow() bool {
	return o.trigger == delivery.Manual || o.trigger == delivery.Replay
}

var errOutcomes = errors.New("a packed row of outcomes is damaged")

// unpack reads a row of outcomes.
func unpack(at, maxSeq int64, b []byte) ([]packedOutcome, error) {
	var list []packedOutcome
	err := eachPacked(at, maxSeq, b, func(o packedOutcome) { list = append(list, o) })
	return list, err
}

// eachPacked calls f for what a row of outcomes holds, in the order in which it was written.
func eachPacked(at, maxSeq int64, b []byte, f func(packedOutcome)) error {
	for known := triggers(); len(b) > 0; {
		var v [6]int64
		for i := range v {
			u, n := binary.Uvarint(b)
			if n <= 0 {
				return errOutcomes
			}
			v[i], b = int64(u), b[n:]
		}
		place := int(v[2] / triggerUnit)
		if place < 0 || place >= len(known) {
			return errOutcomes
		}
		f(packedOutcome{webhook: v[0], seq: maxSeq - v[1], status: int(v[2] % triggerUnit), trigger: known[place],
			duration: time.Duration(v[3]) * time.Millisecond, at: time.UnixMilli(at - v[4]), attempts: int(v[5])})
	}
	return nil
}
