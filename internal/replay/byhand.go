package replay

import (
	"context"

	"wapost/internal/delivery"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// retries makes the deliveries that somebody asked for.
func (s *Service) retries(ctx, wire context.Context, webhookID int64, list []Retry) {
	w, err := s.Store.Webhook(ctx, webhookID)
	if err != nil || w.Status != webhook.Active {
		s.troubled(ctx, webhookID, err)
		return
	}
	var items []Item
	for _, r := range list {
		i, err := s.Store.Item(ctx, &w, r.Seq)
		if err != nil {
			if fault.Is(err, fault.NotFound) { // it has left the log
				err = s.Store.Forget(ctx, r)
			}
			if err != nil {
				s.troubled(ctx, webhookID, err)
				return
			}
			continue
		}
		items = append(items, i)
	}
	s.each(items, &w, func(i Item) bool { return s.byHand(ctx, wire, &w, i) })
}

func (s *Service) byHand(ctx, wire context.Context, w *webhook.Webhook, i Item) bool {
	for ctx.Err() == nil {
		if !s.pace(ctx, w) {
			return false
		}
		o := s.attempt(wire, w, i)
		if o.Class != delivery.ClassLocal {
			return s.record(wire, Attempt{WebhookID: w.ID, Item: i, Trigger: delivery.Manual, Outcome: o}, true, nil)
		}
		sleep(ctx, idleWait)
	}
	return false
}
