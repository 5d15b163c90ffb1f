package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// Shelf is what Retention needs of the database.
type Shelf interface {
	// Before returns the number of the newest event recorded before t; 0 when there is none.
	Before(ctx context.Context, t time.Time) (int64, error)
	// Expire passes over the events up to a number, which are not delivered any more: the cursors of webhooks that held them
	// move on, rows of open deliveries become expired. It returns what was lost by whom, in the transaction that announce joins with its context.
	Expire(ctx context.Context, upTo int64, announce func(context.Context, []Expired) error) error
	// DropEvents deletes up to limit events up to a number, with their outcomes and rows. It returns how many it deleted.
	DropEvents(ctx context.Context, upTo int64, limit int) (int, error)
	// DropMoments deletes up to limit best-effort events up to a number.
	DropMoments(ctx context.Context, upTo int64, limit int) (int, error)
	// DropMessages deletes messages whose event has a number up to upTo, or that were stored before t, and what hangs on
	// devices that are gone: up to limit of each sort. It returns how many it deleted of the sort that had most.
	DropMessages(ctx context.Context, upTo int64, t time.Time, limit int) (int, error)
	// DropAttempts deletes up to limit failed attempts made before t.
	DropAttempts(ctx context.Context, t time.Time, limit int) (int, error)
}

// Expired is what a webhook lost to the retention.
type Expired struct {
	Webhook  *webhook.Webhook
	Count    int
	From, To time.Time // of the events
}

// Sink records events; with the context of a transaction it joins it.
type Sink interface {
	Append(ctx context.Context, e *event.Event) error
}

// Retention deletes what has become too old, in steps so small that no commit waits long for one.
type Retention struct {
	Shelf        Shelf
	Sink         Sink
	Logger       *slog.Logger
	KeepEvents   time.Duration // 0 = 30 days
	KeepAttempts time.Duration // 0 = 14 days
	KeepMessages time.Duration // 0 = as long as the events, which is the longest; negative = not at all
}

const (
	day        = 24 * time.Hour
	sweepEvery = 10 * time.Minute
	sweepStep  = 2000

	// expiredStay is how much longer an expired event can be looked up: to see which ones were lost, and to send them again by
	// hand.
	expiredStay = day
)

// Run sweeps now and then until ctx ends.
func (r *Retention) Run(ctx context.Context) error {
	if r.KeepEvents == 0 {
		r.KeepEvents = 30 * day
	}
	if r.KeepAttempts == 0 {
		r.KeepAttempts = 14 * day
	}
	if r.KeepMessages == 0 || r.KeepMessages > r.KeepEvents {
		r.KeepMessages = r.KeepEvents
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := r.sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			r.Logger.Error("retention failed", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *Retention) sweep(ctx context.Context, now time.Time) error {
	if err := r.sweepMessages(ctx, now); err != nil {
		return err
	}
	old, err := r.Shelf.Before(ctx, now.Add(-r.KeepEvents))
	if err != nil {
		return err
	}
	if old > 0 {
		if err := r.Shelf.Expire(ctx, old, r.announce); err != nil {
			return err
		}
	}
	gone, err := r.Shelf.Before(ctx, now.Add(-r.KeepEvents-expiredStay))
	if err != nil {
		return err
	}
	if gone > 0 {
		if err := inSteps(ctx, func() (int, error) { return r.Shelf.DropEvents(ctx, gone, sweepStep) }); err != nil {
			return err
		}
	}
	past, err := r.Shelf.Before(ctx, now.Add(-2*bestEffortLife))
	if err != nil {
		return err
	}
	if err := inSteps(ctx, func() (int, error) { return r.Shelf.DropMoments(ctx, past, sweepStep) }); err != nil {
		return err
	}
	return inSteps(ctx, func() (int, error) { return r.Shelf.DropAttempts(ctx, now.Add(-r.KeepAttempts), sweepStep) })
}

// sweepMessages comes before the events, which hold what the messages are.
func (r *Retention) sweepMessages(ctx context.Context, now time.Time) error {
	before := now.Add(-max(r.KeepMessages, 0))
	upTo, err := r.Shelf.Before(ctx, before)
	if err != nil {
		return err
	}
	return inSteps(ctx, func() (int, error) { return r.Shelf.DropMessages(ctx, upTo, before, sweepStep) })
}

// inSteps repeats a step until it finds less than it may take.
func inSteps(ctx context.Context, step func() (int, error)) error {
	for {
		n, err := step()
		if err != nil || n < sweepStep || ctx.Err() != nil {
			return err
		}
	}
}

// announce tells the accounts what left the log undelivered: never silently.
func (r *Retention) announce(ctx context.Context, lost []Expired) error {
	for _, x := range lost {
		e := event.New(event.WebhookEventsExpiredType)
		e.At, e.AccountID, e.Key = time.Now(), x.Webhook.AccountID, fmt.Sprintf("a|%d", x.Webhook.AccountID)
		e.Data = event.WebhookEventsExpired{WebhookRef: x.Webhook.Ref(), Count: x.Count, From: event.Time{Time: x.From}, To: event.Time{Time: x.To}}
		if err := r.Sink.Append(ctx, e); err != nil {
			return err
		}
		r.Logger.Warn("events have expired undelivered", "webhook_id", x.Webhook.ID, "count", x.Count)
	}
	return nil
}
