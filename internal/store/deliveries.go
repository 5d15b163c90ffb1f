package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// Deliveries is what the engine stores and reads: it implements delivery.Store.
type Deliveries struct{ db *DB }

// Deliveries returns the engine's store.
func (db *DB) Deliveries() *Deliveries { return &Deliveries{db} }

var _ delivery.Store = (*Deliveries)(nil)

// Head implements delivery.Store.
func (s *Deliveries) Head(ctx context.Context) (int64, error) { return s.db.Events().Head(ctx) }

// Event implements delivery.Store. An event that has expired has left the log.
func (s *Deliveries) Event(ctx context.Context, seq int64) (*event.Recorded, error) {
	if seq <= s.db.expired.Load() {
		return nil, fault.New(fault.NotFound, "The event has expired")
	}
	return s.db.Events().BySeq(ctx, seq)
}

// Log implements delivery.Store.
func (s *Deliveries) Log(ctx context.Context, account int64, device string, after, upTo int64, limit int) ([]*event.Recorded, error) {
	return s.db.Events().After(ctx, account, device, max(after, s.db.expired.Load()), upTo, limit)
}

// LoadAll implements delivery.Store.
func (s *Deliveries) LoadAll(ctx context.Context) ([]delivery.State, error) {
	hooks, err := s.db.Webhooks().Active(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]delivery.State, len(hooks))
	byID := make(map[int64]*delivery.State, len(hooks))
	for i := range hooks {
		states[i] = delivery.State{Webhook: &hooks[i], Settled: map[int64]bool{}}
		byID[hooks[i].ID] = &states[i]
	}
	return states, wrap("load deliveries", s.fill(ctx, byID))
}

// Load implements delivery.Store.
func (s *Deliveries) Load(ctx context.Context, id int64) (delivery.State, error) {
	hook, err := s.db.Webhooks().Load(ctx, id)
	if err != nil {
		return delivery.State{}, err
	}
	state := delivery.State{Webhook: &hook, Settled: map[int64]bool{}}
	return state, wrap("load deliveries", s.fill(ctx, map[int64]*delivery.State{id: &state}))
}

// fill adds the rows of refused deliveries and what was settled above the cursors.
func (s *Deliveries) fill(ctx context.Context, states map[int64]*delivery.State) error {
	if len(states) == 0 {
		return nil
	}
	lowest := int64(-1)
	for _, st := range states {
		if lowest < 0 || st.Webhook.Cursor < lowest {
			lowest = st.Webhook.Cursor
		}
		open, err := s.open(ctx, st.Webhook)
		if err != nil {
			return err
		}
		st.Open = open
	}
	return s.eachOutcome(ctx, lowest, func(o packedOutcome) {
		if st := states[o.webhook]; st != nil && o.seq > st.Webhook.Cursor {
			st.Settled[o.seq] = true
		}
	})
}

// open reads the rows of one webhook that still matter: those to be tried again, and those above the cursor.
func (s *Deliveries) open(ctx context.Context, w *webhook.Webhook) ([]delivery.Open, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT d.seq, d.status, d.tries, d.attempts, coalesce(d.next_at, 0), e.order_key, e.at, e.type, e.account_id, coalesce(e.device_id, '')
FROM deliveries d JOIN events e ON e.seq = d.seq
WHERE d.webhook_id = $1 AND (d.status IN ('retrying', 'late') OR d.seq > $2) ORDER BY d.seq`, w.ID, w.Cursor)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(row scanner) (delivery.Open, error) {
		var (
			o        delivery.Open
			r        event.Recorded
			next, at int64
		)
		err := row.Scan(&o.Seq, &o.Status, &o.Tries, &o.Attempts, &next, &o.Key, &at, &r.Type, &r.AccountID, &r.DeviceID)
		o.Webhook, o.NextAt, o.At = w.ID, fromMillis(next), time.UnixMilli(at)
		r.Seq = o.Seq
		o.Include, _ = w.Wants(&r) // it was wanted when it was first sent; only the optional parts matter here
		return o, err
	})
}

// eachOutcome calls f for every success of a row whose newest event is above after. It holds one row at a time: there may be
// many.
func (s *Deliveries) eachOutcome(ctx context.Context, after int64, f func(packedOutcome)) error {
	rows, err := s.db.read.QueryContext(ctx, `SELECT at, max_seq, packed FROM outcomes WHERE max_seq > $1`, after)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		var (
			at, maxSeq int64
			packed     []byte
		)
		if err := rows.Scan(&at, &maxSeq, &packed); err != nil {
			return err
		}
		list, err := unpack(at, maxSeq, packed)
		if err != nil {
			return err
		}
		for _, o := range list {
			f(o)
		}
	}
	return rows.Err()
}

// Settle implements delivery.Store.
func (s *Deliveries) Settle(b delivery.Batch, done func(error)) {
	if err := s.db.submit(context.Background(), &settleJob{batch: b, done: done}); err != nil {
		done(fold(err))
	}
}

type settleJob struct {
	batch delivery.Batch
	done  func(error)
}

func (j *settleJob) end(err error) { j.done(err) }

func (j *settleJob) reset() {}

func (j *settleJob) patient() bool { return j.batch.Patient }

// run writes the batch. A failure here is a failure of the round: half a batch must never be committed.
func (j *settleJob) run(r *round) error {
	ctx := context.Background()
	steps := []func(context.Context, *delivery.Batch) error{r.successes, r.failures, r.refunds, r.disabled, r.breakers, r.cursors, r.announcements}
	for _, step := range steps {
		if err := step(ctx, &j.batch); err != nil {
			r.broken = fmt.Errorf("store outcomes: %w", err)
			return r.broken
		}
	}
	return nil
}

// exec runs a statement of which only the success matters.
func (r *round) exec(ctx context.Context, query string, args ...any) error {
	if r.pipeline != nil {
		r.pipeline.queue(query, args...)
		return nil
	}
	_, err := r.conn.ExecContext(ctx, query, args...)
	return err
}

func (r *round) successes(ctx context.Context, b *delivery.Batch) error {
	for _, o := range b.Successes {
		if !o.Beside {
			r.outcomes = append(r.outcomes, packedOutcome{webhook: o.Webhook, seq: o.Seq, status: o.Status, trigger: o.Trigger,
				duration: o.Duration, at: o.At, attempts: o.Attempts})
		}
		if o.HadRow {
			if err := r.exec(ctx, `DELETE FROM deliveries WHERE webhook_id = $1 AND seq = $2`, o.Webhook, o.Seq); err != nil {
				return err
			}
		}
	}
	return nil
}

// Rows of a webhook that was deleted meanwhile are not written: nobody can ask for them.
const exists = ` FROM webhooks WHERE id = $1`

func (r *round) failures(ctx context.Context, b *delivery.Batch) error {
	for _, f := range b.Failures {
		attempt, err := attemptRow(f.Webhook, f.Seq, f.N, f.Trigger, f.Outcome)
		if err != nil {
			return err
		}
		err = r.exec(ctx, `INSERT INTO deliveries (webhook_id, seq, status, tries, attempts, next_at, reason, updated_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8`+exists+`
ON CONFLICT (webhook_id, seq) DO UPDATE SET status = excluded.status, tries = excluded.tries, attempts = excluded.attempts,
    next_at = excluded.next_at, reason = excluded.reason, updated_at = excluded.updated_at
WHERE deliveries.status NOT IN ('skipped', 'expired')`, // the user, or the retention, has moved on meanwhile
			f.Webhook, f.Seq, string(f.Status), f.Tries, f.Attempts, millis(f.NextAt), f.Reason, r.now)
		if err != nil {
			return err
		}
		if err := r.exec(ctx, insertAttempt, attempt...); err != nil {
			return err
		}
	}
	return nil
}

const insertAttempt = `INSERT INTO attempts (webhook_id, seq, n, trigger, at, duration_ms, status_code, error_class, error, excerpt, headers, sent)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12` + exists

// attemptRow returns the arguments of insertAttempt; n is the number of the attempt.
func attemptRow(webhookID, seq int64, n int, t delivery.Trigger, o delivery.Outcome) ([]any, error) {
	headers, err := json.Marshal(o.Headers)
	if err != nil {
		return nil, err
	}
	sent, err := json.Marshal(o.Sent)
	return []any{webhookID, seq, n, string(t), o.At.UnixMilli(), o.Duration.Milliseconds(), number(int64(o.Status)), string(o.Class), o.Err, o.Excerpt,
		string(headers), string(sent)}, err
}

func (r *round) refunds(ctx context.Context, b *delivery.Batch) error {
	for _, row := range b.Refunds {
		err := r.exec(ctx, `UPDATE deliveries SET tries = $1, next_at = $2, updated_at = $2 WHERE webhook_id = $3 AND seq = $4`,
			row.Tries, r.now, row.Webhook, row.Seq)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *round) disabled(ctx context.Context, b *delivery.Batch) error {
	for id, reason := range b.Disabled {
		err := r.exec(ctx, `UPDATE webhooks SET status = 'disabled', reason = $1, status_since = $2, updated_at = CASE WHEN updated_at < $2 THEN $2 ELSE updated_at + 1 END
WHERE id = $3 AND status = 'active'`, reason, r.now, id)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *round) breakers(ctx context.Context, b *delivery.Batch) error {
	for id, k := range b.Breakers {
		err := r.exec(ctx, `UPDATE webhooks SET breaker_opened_at = $1, breaker_probe_at = $2, breaker_failures = $3,
    last_success_at = $4, last_failure_at = $5 WHERE id = $6`,
			millis(k.OpenedAt), millis(k.ProbeAt), k.Failures, millis(k.LastSuccess), millis(k.LastFailure), id)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *round) announcements(_ context.Context, b *delivery.Batch) error {
	for _, e := range b.Events {
		if err := r.append(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *round) cursors(ctx context.Context, b *delivery.Batch) error {
	for id, cursor := range b.Cursors {
		if err := r.exec(ctx, `UPDATE webhooks SET cursor = $1 WHERE id = $2 AND cursor < $1`, cursor, id); err != nil {
			return err
		}
	}
	return nil
}

var errNoFilter = errors.New("a webhook without a filter")

// Waiting implements delivery.Store.
func (s *Deliveries) Waiting(ctx context.Context, w *webhook.Webhook, after int64) (int, time.Time, error) {
	n, oldest, err := s.waitingUpTo(ctx, w, after, endOfLog)
	return n, oldest, wrap("count waiting deliveries", err)
}

// endOfLog lies behind every event.
const endOfLog = int64(1) << 62

// waitingUpTo is Waiting for a part of the log.
func (s *Deliveries) waitingUpTo(ctx context.Context, w *webhook.Webhook, after, upTo int64) (int, time.Time, error) {
	if len(w.Filters) == 0 {
		return 0, time.Time{}, errNoFilter
	}
	var (
		n, settled int
		oldest     int64
	)
	for i, f := range w.Filters {
		from, to := max(after, f.From-1), upTo
		if i == 0 {
			from = after
		}
		if i+1 < len(w.Filters) {
			to = min(upTo, w.Filters[i+1].From-1)
		}
		if from >= to {
			continue
		}
		k, first, err := s.countWanted(ctx, w, f, from, to)
		if err != nil {
			return 0, time.Time{}, err
		}
		n += k
		if first > 0 && (oldest == 0 || first < oldest) {
			oldest = first
		}
	}
	if after < upTo {
		err := s.eachOutcome(ctx, after, func(o packedOutcome) {
			if o.webhook == w.ID && o.seq > after && o.seq <= upTo {
				settled++
			}
		})
		if err != nil {
			return 0, time.Time{}, err
		}
	}
	var (
		rows, over int
		first      int64
	)
	err := s.db.read.QueryRowContext(ctx, `SELECT count(CASE WHEN d.seq <= $2 AND d.status IN ('retrying', 'late') THEN 1 END),
    count(CASE WHEN d.seq > $2 AND d.seq <= $3 AND d.status NOT IN ('retrying', 'late') THEN 1 END),
    coalesce(min(CASE WHEN d.seq <= $2 AND d.status IN ('retrying', 'late') THEN e.at END), 0)
FROM deliveries d JOIN events e ON e.seq = d.seq WHERE d.webhook_id = $1`, w.ID, after, upTo).Scan(&rows, &over, &first)
	if err != nil {
		return 0, time.Time{}, err
	}
	if first > 0 && (oldest == 0 || first < oldest) {
		oldest = first
	}
	if n += rows - settled - over; n <= 0 {
		return 0, time.Time{}, nil
	}
	return n, fromMillis(oldest), nil
}

// countWanted counts the events of a stretch of the log that a filter wants, by type: filters are not SQL. Events about
// webhooks are few and looked at one by one, because a webhook does not get those about itself.
func (s *Deliveries) countWanted(ctx context.Context, w *webhook.Webhook, f webhook.Filter, after, upTo int64) (n int, first int64, err error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT type, count(*), min(at) FROM events
WHERE seq > $1 AND seq <= $2 AND account_id = $3 AND ($4 = '' OR device_id = $4) AND type NOT LIKE 'webhook.%' GROUP BY type`,
		after, upTo, w.AccountID, w.DeviceID)
	if err != nil {
		return 0, 0, err
	}
	count := func(k int, at int64) {
		if n += k; first == 0 || at < first {
			first = at
		}
	}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var (
			t  event.Type
			k  int
			at int64
		)
		err := row.Scan(&t, &k, &at)
		if err == nil && webhook.Matches(f.Events, t) {
			count(k, at)
		}
		return struct{}{}, err
	})
	if err != nil {
		return 0, 0, err
	}
	metas, err := s.metas(ctx, w, after, upTo)
	for _, r := range metas {
		if _, ok := w.Wants(r); ok {
			count(1, r.At.UnixMilli())
		}
	}
	return n, first, err
}

// metas reads the events about webhooks of a stretch of the log.
func (s *Deliveries) metas(ctx context.Context, w *webhook.Webhook, after, upTo int64) ([]*event.Recorded, error) {
	rows, err := s.db.read.QueryContext(ctx, selectEvents+`WHERE seq > $1 AND seq <= $2 AND account_id = $3 AND type LIKE 'webhook.%'`, after, upTo, w.AccountID)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, scanEvent)
}

// fromMillis reads a time that SQL has made 0 when it was NULL.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
