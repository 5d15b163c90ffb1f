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

// WebhookStats are figures of one webhook over a time.
type WebhookStats struct {
	Since          time.Time // of what was counted; later than asked for when the instance is so busy that counting took too long
	Delivered      int
	Expired        int // best-effort events that were too old to be sent
	FailedAttempts int
	Dead           int            // deliveries given up
	ByStatus       map[string]int // attempts by HTTP status, those without an answer by the class of their failure
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
	sample, err := h.countSuccesses(ctx, w.ID, &s)
	if err == nil {
		err = h.countFailures(ctx, w.ID, &s)
	}
	if err == nil {
		err = h.measure(ctx, sample, &s)
	}
	return s, wrap("count deliveries", err)
}

// countSuccesses unpacks rounds, newest first, until it comes to older ones or its time is over.
func (h *History) countSuccesses(ctx context.Context, id int64, s *WebhookStats) (sample []packedOutcome, err error) {
	deadline, before, reached := time.Now().Add(countFor), endOfLog, false
	for !reached {
		rows, err := h.db.read.QueryContext(ctx, `SELECT id, at, max_seq, packed FROM outcomes WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, countingAt)
		if err != nil {
			return nil, err
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
				if o.webhook == id {
					sample = s.success(sample, o)
				}
			})
		})
		if err != nil {
			return nil, err
		}
		if len(list) < countingAt {
			break
		}
		if !reached && time.Now().After(deadline) {
			s.Since = time.UnixMilli(list[len(list)-1])
			break
		}
	}
	return sample, nil
}

func (s *WebhookStats) success(sample []packedOutcome, o packedOutcome) []packedOutcome {
	if o.status == 0 {
		s.Expired++
		return sample
	}
	s.Delivered++
	s.ByStatus[strconv.Itoa(o.status)]++
	if len(sample) < sampleSize {
		return append(sample, o)
	}
	if i := rand.IntN(s.Delivered); i < sampleSize { // every delivery has the same chance
		sample[i] = o
	}
	return sample
}

func (h *History) countFailures(ctx context.Context, id int64, s *WebhookStats) error {
	rows, err := h.db.read.QueryContext(ctx, `SELECT status_code, error_class, count(*) FROM attempts
WHERE webhook_id = $1 AND at >= $2 AND error_class NOT IN ('', 'local') GROUP BY status_code, error_class`, id, s.Since.UnixMilli())
	if err != nil {
		return err
	}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var (
			status sql.NullInt64
			name   string
			n      int
		)
		err := row.Scan(&status, &name, &n)
		if status.Valid {
			name = strconv.FormatInt(status.Int64, 10)
		}
		s.FailedAttempts += n
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
