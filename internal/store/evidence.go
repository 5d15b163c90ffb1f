package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

// evidence is what the database knows about one delivery, beside the event and the webhook's cursor.
type evidence struct {
	row      *delivery.Row  // nil: never refused, or settled since
	done     *packedOutcome // nil: neither delivered nor too old
	attempts []DeliveryAttempt
}

// DeliveryAttempt is one request that was made.
type DeliveryAttempt struct {
	N        int
	Trigger  delivery.Trigger
	At       time.Time
	Duration time.Duration
	Status   int            // 0 = no answer
	Class    delivery.Class // "" = success
	Err      string
	Excerpt  []byte
	Headers  http.Header    // of the answer; nil for a success or when there was none
	Sent     *delivery.Sent // nil = not known
	Unsent   bool           // it is known that no request went out
}

// gather reads the evidence about some events at one webhook. The order matters: a delivery that is settled between two
// statements has its row deleted and its success written at once, so the rows are read first. excerpt is how much of each
// answer is read.
func (db *DB) gather(ctx context.Context, webhookID int64, events []*event.Recorded, excerpt int) (map[int64]*evidence, error) {
	found := make(map[int64]*evidence, len(events))
	if len(events) == 0 {
		return found, nil
	}
	seqs := make([]int64, len(events))
	for i, e := range events {
		seqs[i] = e.Seq
		found[e.Seq] = &evidence{}
	}
	if err := db.gatherRows(ctx, webhookID, seqs, found); err != nil {
		return nil, err
	}
	if err := db.gatherAttempts(ctx, webhookID, seqs, excerpt, found); err != nil {
		return nil, err
	}
	return found, db.gatherOutcomes(ctx, seqs, func(o packedOutcome) {
		e := found[o.seq]
		if o.webhook != webhookID || e == nil {
			return
		}
		if e.done == nil || e.done.status == 0 && o.status > 0 {
			e.done = &o
		}
	})
}

func (db *DB) gatherRows(ctx context.Context, webhookID int64, seqs []int64, found map[int64]*evidence) error {
	q := arguments{webhookID}
	rows, err := db.read.QueryContext(ctx, `SELECT seq, status, tries, attempts, coalesce(next_at, 0), reason FROM deliveries
WHERE webhook_id = $1 AND seq IN (`+q.numbers(seqs)+`)`, q...)
	if err != nil {
		return err
	}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var next int64
		r := delivery.Row{Webhook: webhookID}
		err := row.Scan(&r.Seq, &r.Status, &r.Tries, &r.Attempts, &next, &r.Reason)
		r.NextAt = fromMillis(next)
		if err == nil {
			found[r.Seq].row = &r
		}
		return struct{}{}, err
	})
	return err
}

func (db *DB) gatherAttempts(ctx context.Context, webhookID int64, seqs []int64, excerpt int, found map[int64]*evidence) error {
	q := arguments{webhookID, excerpt}
	rows, err := db.read.QueryContext(ctx, `SELECT seq, n, trigger, at, duration_ms, status_code, error_class, error, substr(excerpt, 1, $2), headers, sent
FROM attempts WHERE webhook_id = $1 AND seq IN (`+q.numbers(seqs)+`) ORDER BY at, id`, q...)
	if err != nil {
		return err
	}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var (
			a                 DeliveryAttempt
			seq, at, duration int64
			status            sql.NullInt64
			headers, sent     sql.NullString
		)
		err := row.Scan(&seq, &a.N, &a.Trigger, &at, &duration, &status, &a.Class, &a.Err, &a.Excerpt, &headers, &sent)
		if err == nil && headers.Valid {
			err = json.Unmarshal([]byte(headers.String), &a.Headers)
		}
		if err == nil && sent.Valid {
			err = json.Unmarshal([]byte(sent.String), &a.Sent)
			a.Unsent = a.Sent == nil
		}
		a.At, a.Duration, a.Status = time.UnixMilli(at), time.Duration(duration)*time.Millisecond, int(status.Int64)
		if err == nil {
			found[seq].attempts = append(found[seq].attempts, a)
		}
		return struct{}{}, err
	})
	return err
}

// gatherOutcomes calls f for the successes in all packed rows that may speak of some of the events. The index holds both
// ends of each row, so that only rows that overlap with the events are unpacked.
func (db *DB) gatherOutcomes(ctx context.Context, seqs []int64, f func(packedOutcome)) error {
	low, high := seqs[0], seqs[0]
	for _, s := range seqs {
		low, high = min(low, s), max(high, s)
	}
	rows, err := db.read.QueryContext(ctx, `SELECT at, max_seq, packed FROM outcomes WHERE max_seq >= $1 AND min_seq <= $2`, low, high)
	if err != nil {
		return err
	}
	return eachRow(rows, f)
}

// eachRow unpacks one row after the other, so that no more than one is in memory.
func eachRow(rows *sql.Rows, f func(packedOutcome)) error {
	_, err := scanAll(rows, func(row scanner) (struct{}, error) {
		var (
			at, maxSeq int64
			packed     []byte
		)
		if err := row.Scan(&at, &maxSeq, &packed); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, eachPacked(at, maxSeq, packed, f)
	})
	return err
}

// numbers is list for numbers.
func (a *arguments) numbers(values []int64) string {
	b := make([]byte, 0, len(values)*5)
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		*a = append(*a, v)
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(len(*a)), 10)
	}
	return string(b)
}

// made is how many attempts there were.
func (e *evidence) made() int {
	n := 0
	if e.row != nil {
		n = e.row.Attempts
	}
	if e.done != nil {
		n = max(n, e.done.attempts)
	}
	for _, a := range e.attempts {
		n = max(n, a.N)
	}
	return n
}

// delivered reports whether the endpoint has taken the event.
func (e *evidence) delivered() bool { return e.done != nil && e.done.status > 0 }

// any reports whether something is known at all.
func (e *evidence) any() bool { return e.row != nil || e.done != nil || len(e.attempts) > 0 }

// wanted reports whether an event was, or will be, sent to a webhook without anybody asking for it, and with which parts.
func wanted(w *webhook.Webhook, r *event.Recorded) ([]event.Include, bool) {
	include, ok := w.Wants(r)
	return include, ok && len(w.Filters) > 0 && r.Seq >= w.Filters[0].From
}
