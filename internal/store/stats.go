package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"wapost/internal/webhook"
)

// WebhookStats are figures of one webhook over a time. What counts attempts counts all of them, whoever asked for them. What
// counts deliveries counts each once. The durations are those of automatic deliveries: a replay says nothing about how late
// events are, and would drown the rest.
type WebhookStats struct {
	Since          time.Time      // of what was counted; later than asked for when the instance is so busy that counting took too long
	Delivered      int            // deliveries, by whatever attempt
	Expired        int            // best-effort events that were too old to be sent
	Dead           int            // deliveries given up
	Succeeded      int            // attempts
	FailedAttempts int            // attempts
	ByStatus       map[string]int // attempts by HTTP status, those without an answer by the class of their failure
	LastSuccess    time.Time      // of the attempts, when the answer was there; zero = none succeeded since
	LastFailure    time.Time
	Latency        []time.Duration
	Lag            []time.Duration // from the record of the event to the end of the successful request
}

const (
	sampleSize = 2048            // deliveries from which percentiles are taken
	countingAt = 2048            // packed rows that are read together
	countFor   = 2 * time.Second // how long successes are counted for one answer, newest first
	lookupSize = 500             // events whose time is read together
)

// Stats counts what happened to the deliveries of a webhook since a time. Latency and Lag are sorted, and a random sample
// when there was more than sampleSize.
func (h *History) Stats(ctx context.Context, w *webhook.Webhook, since time.Time) (WebhookStats, error) {
	s := WebhookStats{Since: since, ByStatus: map[string]int{}}
	taken, err := h.countSuccesses(ctx, w.ID, &s)
	if err == nil {
		err = h.countRows(ctx, w.ID, &s)
	}
	if err == nil {
		err = h.measure(ctx, taken.kept, &s)
	}
	return s, wrap("count deliveries", err)
}

// countSuccesses unpacks rounds, newest first, until it comes to older ones or its time is over.
func (h *History) countSuccesses(ctx context.Context, id int64, s *WebhookStats) (taken sample, err error) {
	deadline, before, reached := time.Now().Add(countFor), endOfLog, false
	for !reached {
		rows, err := h.db.read.QueryContext(ctx, `SELECT id, at, max_seq, packed FROM outcomes WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, countingAt)
		if err != nil {
			return taken, err
		}
		list, err := scanAll(rows, func(row scanner) (at int64, err error) {
			var (
				maxSeq int64
				packed []byte
			)
			if err := row.Scan(&before, &at, &maxSeq, &packed); err != nil {
				return 0, err
			}
			if reached = reached || at < s.Since.UnixMilli(); reached {
				return at, nil
			}
			return at, eachPacked(at, maxSeq, packed, func(o packedOutcome) {
				if o.webhook == id && s.success(&o) {
					taken.add(o)
				}
			})
		})
		if err != nil {
			return taken, err
		}
		if len(list) < countingAt {
			break
		}
		if !reached && time.Now().After(deadline) {
			s.Since = time.UnixMilli(list[len(list)-1])
			break
		}
	}
	return taken, nil
}

// success counts what a packed row says, and reports whether it was an automatic delivery. The attempts of the others are
// counted with the rows that they have.
func (s *WebhookStats) success(o *packedOutcome) bool {
	if o.status == 0 {
		s.Expired++
		return false
	}
	s.Delivered++
	if o.ownRow() {
		return false
	}
	s.Succeeded++
	s.ByStatus[strconv.Itoa(o.status)]++
	s.LastSuccess = later(s.LastSuccess, o.at.Add(o.duration))
	return true
}

// sample is a part of the successes in which each has the same chance to be.
type sample struct {
	kept []packedOutcome
	seen int
}

func (s *sample) add(o packedOutcome) {
	s.seen++
	if len(s.kept) < sampleSize {
		s.kept = append(s.kept, o)
	} else if i := rand.IntN(s.seen); i < sampleSize {
		s.kept[i] = o
	}
}

// countRows counts the attempts that have a row: the failures, and the successes that somebody asked for.
func (h *History) countRows(ctx context.Context, id int64, s *WebhookStats) error {
	rows, err := h.db.read.QueryContext(ctx, `SELECT status_code, error_class, count(*), max(at + duration_ms) FROM attempts
WHERE webhook_id = $1 AND at >= $2 AND error_class <> 'local' GROUP BY status_code, error_class`, id, s.Since.UnixMilli())
	if err != nil {
		return err
	}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var (
			status sql.NullInt64
			name   string
			n      int
			last   int64
		)
		err := row.Scan(&status, &name, &n, &last)
		if name == "" {
			s.Succeeded += n
			s.LastSuccess = later(s.LastSuccess, time.UnixMilli(last))
		} else {
			s.FailedAttempts += n
			s.LastFailure = later(s.LastFailure, time.UnixMilli(last))
		}
		if status.Valid {
			name = strconv.FormatInt(status.Int64, 10)
		}
		s.ByStatus[name] += n
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	return h.db.read.QueryRowContext(ctx, `SELECT count(*) FROM deliveries WHERE webhook_id = $1 AND status = 'dead' AND updated_at >= $2`,
		id, s.Since.UnixMilli()).Scan(&s.Dead)
}

// measure takes the times from the sample; the lag needs those of the events.
func (h *History) measure(ctx context.Context, sample []packedOutcome, s *WebhookStats) error {
	for batch := range slices.Chunk(sample, lookupSize) {
		ends, seqs := map[int64]time.Time{}, make([]int64, len(batch))
		for i, o := range batch {
			s.Latency = append(s.Latency, o.duration)
			ends[o.seq], seqs[i] = o.at.Add(o.duration), o.seq
		}
		var q arguments
		rows, err := h.db.read.QueryContext(ctx, `SELECT seq, at FROM events WHERE seq IN (`+q.numbers(seqs)+`)`, q...)
		if err != nil {
			return err
		}
		_, err = scanAll(rows, func(row scanner) (struct{}, error) {
			var seq, at int64
			err := row.Scan(&seq, &at)
			s.Lag = append(s.Lag, max(0, ends[seq].Sub(time.UnixMilli(at))))
			return struct{}{}, err
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(s.Latency)
	slices.Sort(s.Lag)
	return nil
}
