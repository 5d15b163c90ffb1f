package replay

import (
	"context"
	"sync/atomic"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// send makes the attempts of one event of a job; false when it must be left.
func (s *Service) send(ctx, wire context.Context, w *webhook.Webhook, j Job, i Item, p *progress, streak *atomic.Int64) bool {
	wait := firstTry
	for try := 1; ; {
		if ctx.Err() != nil || streak.Load() >= hopeless {
			return false
		}
		if !s.pace(ctx, w) {
			return false
		}
		o := s.attempt(wire, w, i)
		if o.Class == delivery.ClassLocal {
			if !sleep(ctx, idleWait) {
				return false
			}
			continue
		}
		a := Attempt{WebhookID: w.ID, Item: i, Trigger: delivery.Replay, Outcome: o, Job: j.ID}
		over := o.Class == "" || o.Class == delivery.ClassRefused || try == tries || o.Class == delivery.ClassGone
		switch {
		case o.Class == "" || o.Class == delivery.ClassRefused:
			streak.Store(0)
		case o.Class == delivery.ClassGone:
			streak.Store(hopeless) // it wants nothing more
		case over:
			streak.Add(1)
		}
		a.Failed = over && o.Class != ""
		if !s.record(wire, a, over, p) {
			return false
		}
		if over {
			return true
		}
		i.Attempts++
		if !sleep(ctx, max(wait, o.RetryAfter)) {
			return false
		}
		try, wait = try+1, wait*2
	}
}

// pace waits for a place in the webhook's rate limit, which the live events use too; false when the work must be left.
func (s *Service) pace(ctx context.Context, w *webhook.Webhook) bool {
	if w.RateLimit == 0 {
		return true
	}
	if err := s.Engine.Turn(ctx, w.ID); err != nil {
		sleep(ctx, errWait) // the engine has ended: so shall we
		return false
	}
	return true
}

func (s *Service) attempt(wire context.Context, w *webhook.Webhook, i Item) delivery.Outcome {
	return s.Transport.Attempt(wire, delivery.Request{Webhook: w, Event: i.Event, Body: i.Event.With(i.Include), Attempt: i.Attempts + 1, Replay: true})
}

// record stores an attempt, and the cursor of its job when all events up to this one are done.
func (s *Service) record(wire context.Context, a Attempt, over bool, p *progress) bool {
	if over && p != nil {
		p.mu.Lock() // until it is stored: cursors must be stored in order
		defer p.mu.Unlock()
		a.Cursor = p.finish(a.Item.Event.Seq)
	}
	if err := s.Store.Record(context.WithoutCancel(wire), a); err != nil {
		s.log.Error("cannot store an attempt", "webhook_id", a.WebhookID, "event_id", a.Item.Event.ID, "error", err)
		sleep(wire, errWait) // the attempt will be made again
		return false
	}
	switch {
	case a.Outcome.Class == "" && !a.Item.Taken:
		s.Engine.Settled(a.WebhookID, a.Item.Event.Seq, a.Item.InLane)
	case a.Outcome.Class != "" && a.Item.InLane:
		s.Engine.Tried(a.WebhookID, a.Item.Event.Seq, a.Item.Attempts+1)
	}
	return true
}
