package replay

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// job works on a job until it is over or its context ends. One call does one page; the lane is then free for what changed.
func (s *Service) job(ctx, wire context.Context, webhookID int64, id string) {
	var streak atomic.Int64 // events in a row that were not taken
	for ctx.Err() == nil {
		more, err := s.page(ctx, wire, webhookID, id, &streak)
		if err != nil {
			s.troubled(ctx, webhookID, err)
			return
		}
		if !more {
			return
		}
	}
}

// page sends the next page of a job; more is false when the job is over or must wait for its webhook.
func (s *Service) page(ctx, wire context.Context, webhookID int64, id string, streak *atomic.Int64) (more bool, err error) {
	w, err := s.Store.Webhook(ctx, webhookID)
	if err != nil || w.Status != webhook.Active {
		return false, err
	}
	j, err := s.Store.Get(ctx, webhookID, id)
	if err != nil || j.State.Over() {
		return false, err
	}
	if j.Matched < 0 {
		return true, s.count(ctx, &w, j)
	}
	items, upTo, err := s.Store.Page(ctx, &w, j, pageSize)
	if err != nil {
		return false, err
	}
	if len(items) > 0 {
		p := &progress{waiting: items}
		s.each(items, &w, func(i Item) bool { return s.send(ctx, wire, &w, j, i, p, streak) })
		if !p.done() {
			return false, s.stuck(ctx, &w, j, streak)
		}
	}
	if upTo < j.Last {
		return true, s.Store.Advance(ctx, id, upTo)
	}
	_, _, err = s.end(ctx, &w, id, Done)
	return false, err
}

// stuck is the end of a page that was not sent to its end: because the webhook changed, or because its endpoint is hopeless.
func (s *Service) stuck(ctx context.Context, w *webhook.Webhook, j Job, streak *atomic.Int64) error {
	if streak.Load() < hopeless {
		return nil
	}
	s.log.Warn("replay given up: the endpoint does not answer", "webhook_id", w.ID, "replay_id", j.ID)
	_, _, err := s.end(ctx, w, j.ID, Failed)
	return err
}

// count finds out how many deliveries a job will send.
func (s *Service) count(ctx context.Context, w *webhook.Webhook, j Job) error {
	n, at := 0, j
	for {
		items, upTo, err := s.Store.Page(ctx, w, at, 4*pageSize)
		if err != nil {
			return err
		}
		n += len(items)
		if at.Cursor = upTo; upTo >= j.Last {
			return s.Store.Begin(ctx, j.ID, n)
		}
	}
}

// end gives a job its final state and tells the account's other webhooks, in one transaction.
func (s *Service) end(ctx context.Context, w *webhook.Webhook, id string, state State) (j Job, ended bool, err error) {
	err = s.Store.Atomic(ctx, "end replay", func(ctx context.Context) error {
		if j, ended, err = s.Store.End(ctx, id, state); err != nil || !ended {
			return err
		}
		return s.Sink.Append(ctx, finished(w, j))
	})
	if err == nil && ended {
		s.log.Info("replay ended", "webhook_id", w.ID, "replay_id", id, "state", string(state), "delivered", j.Delivered, "failed", j.Failed)
	}
	return j, ended, err
}

func finished(w *webhook.Webhook, j Job) *event.Event {
	e := event.New(event.WebhookReplayFinished)
	e.AccountID, e.At, e.Key = w.AccountID, time.Now(), fmt.Sprintf("a|%d", w.AccountID)
	e.Data = event.ReplayFinished{WebhookRef: w.Ref(), ReplayID: j.ID, State: string(j.State), Delivered: j.Delivered, Failed: j.Failed}
	return e
}
