package store

import (
	"context"
	"slices"
	"strings"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/replay"
	"wapost/internal/webhook"
)

// Page implements replay.Store. Best-effort events are never sent again: they speak of a moment that is over.
func (s *Replays) Page(ctx context.Context, w *webhook.Webhook, j replay.Job, limit int) ([]replay.Item, int64, error) {
	f := EventFilter{AccountID: w.AccountID, DeviceID: w.DeviceID, Types: matching(j.Types), Raw: true}
	var items []replay.Item
	at := j.Cursor
	for at < j.Last && len(items) < limit {
		end := min(j.Last, at+stretch)
		events, full, err := s.db.Events().filtered(ctx, f, at, end, "ASC", limit)
		if err != nil {
			return nil, 0, wrap("read what is to be sent again", err)
		}
		if full {
			end = events[len(events)-1].Seq
		}
		found, err := s.db.gather(ctx, w.ID, events, 0)
		if err != nil {
			return nil, 0, wrap("read what is to be sent again", err)
		}
		at = end
		for _, r := range events {
			if !slices.Contains(j.Statuses, standing(w, r, found[r.Seq])) {
				continue
			}
			if items = append(items, item(w, r, found[r.Seq])); len(items) == limit {
				at = r.Seq
				break
			}
		}
	}
	return items, at, nil
}

// matching lists the types that names and patterns stand for.
func matching(given []string) []event.Type {
	var list []event.Type
	for _, e := range event.Catalogue() {
		if webhook.Matches(given, e.Type) {
			list = append(list, e.Type)
		}
	}
	return list
}

// standing says what a replay makes of a delivery; "" when it is the engine's business, or nobody's.
func standing(w *webhook.Webhook, r *event.Recorded, e *evidence) replay.Status {
	_, ours := wanted(w, r)
	switch {
	case r.Class == event.BestEffort:
		return ""
	case e.delivered():
		return replay.Delivered
	case e.row != nil && e.row.Status == delivery.Dead:
		return replay.Dead
	case e.row != nil && (e.row.Status == delivery.Retrying || e.row.Status == delivery.Late):
		return ""
	case ours && e.row == nil && r.Seq > w.Cursor:
		return "" // it waits in its lane
	case !ours && strings.HasPrefix(string(r.Type), "webhook."):
		return "" // it may be about this very webhook, which is not told
	}
	return replay.Missing
}

func item(w *webhook.Webhook, r *event.Recorded, e *evidence) replay.Item {
	i := replay.Item{Event: r, Include: w.Include, Attempts: e.made(), Taken: e.delivered()}
	if include, ok := wanted(w, r); ok {
		i.Include = include // the bytes of the first attempt
	}
	i.InLane = e.row != nil && (e.row.Status == delivery.Retrying || e.row.Status == delivery.Late)
	return i
}

// Item implements replay.Store.
func (s *Replays) Item(ctx context.Context, w *webhook.Webhook, seq int64) (replay.Item, error) {
	r, err := s.db.Events().BySeq(ctx, seq)
	if err != nil {
		return replay.Item{}, err
	}
	if r.AccountID != w.AccountID {
		return replay.Item{}, noEvent()
	}
	found, err := s.db.gather(ctx, w.ID, []*event.Recorded{r}, 0)
	if err != nil {
		return replay.Item{}, wrap("read delivery", err)
	}
	return item(w, r, found[seq]), nil
}

// Record implements replay.Store.
func (s *Replays) Record(ctx context.Context, a replay.Attempt) error {
	return s.db.Write(ctx, "record attempt", func(ctx context.Context, tx *Tx) error {
		if err := recordAttempt(ctx, tx, a); err != nil {
			return err
		}
		if err := settleBeside(ctx, tx, a); err != nil {
			return err
		}
		if a.Job == "" {
			return forget(ctx, tx, replay.Retry{WebhookID: a.WebhookID, Seq: a.Item.Event.Seq})
		}
		_, err := tx.Exec(ctx, `UPDATE replays SET sent = sent + 1, delivered = delivered + $1, failed = failed + $2,
	cursor = CASE WHEN cursor < $3 THEN $3 ELSE cursor END WHERE id = $4`, count(a.Outcome.Class == ""), count(a.Failed), a.Cursor, a.Job)
		return err
	})
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func recordAttempt(ctx context.Context, tx *Tx, a replay.Attempt) error {
	row, err := attemptRow(a.WebhookID, a.Item.Event.Seq, a.Item.Attempts+1, a.Trigger, a.Outcome)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertAttempt, row...)
	return err
}

// settleBeside makes a delivery that was not done before a success like any other; a failure only counts the attempt.
func settleBeside(ctx context.Context, tx *Tx, a replay.Attempt) error {
	seq, n := a.Item.Event.Seq, a.Item.Attempts+1
	if a.Outcome.Class != "" {
		_, err := tx.Exec(ctx, `UPDATE deliveries SET attempts = $1 WHERE webhook_id = $2 AND seq = $3 AND attempts < $1`, n, a.WebhookID, seq)
		return err
	}
	if a.Item.Taken {
		return nil
	}
	tx.round.outcomes = append(tx.round.outcomes, packedOutcome{webhook: a.WebhookID, seq: seq, status: a.Outcome.Status, trigger: a.Trigger,
		duration: a.Outcome.Duration, at: a.Outcome.At, attempts: n})
	_, err := tx.Exec(ctx, `DELETE FROM deliveries WHERE webhook_id = $1 AND seq = $2`, a.WebhookID, seq)
	return err
}

// Wish implements replay.Store.
func (s *Replays) Wish(ctx context.Context, r replay.Retry, done func()) error {
	return s.db.Write(ctx, "queue retry", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO retries (webhook_id, seq, created_at) SELECT $1, $2, $3`+exists+`
ON CONFLICT (webhook_id, seq) DO NOTHING`, r.WebhookID, r.Seq, tx.Now())
		if err == nil {
			tx.AfterCommit(done)
		}
		return err
	})
}

// Wishes implements replay.Store.
func (s *Replays) Wishes(ctx context.Context, perWebhook int) ([]replay.Retry, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT webhook_id, seq FROM (
	SELECT r.webhook_id, r.seq, row_number() OVER (PARTITION BY r.webhook_id ORDER BY r.seq) AS place
	FROM retries r JOIN webhooks w ON w.id = r.webhook_id WHERE w.status = 'active') AS open
WHERE place <= $1 ORDER BY webhook_id, seq`, perWebhook)
	if err != nil {
		return nil, wrap("read retries", err)
	}
	list, err := scanAll(rows, func(row scanner) (r replay.Retry, err error) {
		err = row.Scan(&r.WebhookID, &r.Seq)
		return r, err
	})
	return list, wrap("read retries", err)
}

// Forget implements replay.Store.
func (s *Replays) Forget(ctx context.Context, r replay.Retry) error {
	return s.db.Write(ctx, "forget retry", func(ctx context.Context, tx *Tx) error { return forget(ctx, tx, r) })
}

func forget(ctx context.Context, tx *Tx, r replay.Retry) error {
	_, err := tx.Exec(ctx, `DELETE FROM retries WHERE webhook_id = $1 AND seq = $2`, r.WebhookID, r.Seq)
	return err
}
