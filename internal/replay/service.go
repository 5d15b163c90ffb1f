package replay

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// Options of New.
type Options struct {
	Store     Store
	Transport delivery.Transport
	Sink      Sink
	Engine    Engine
	Logger    *slog.Logger
}

// Service takes wishes and does them while Run runs.
type Service struct {
	Options
	log  *slog.Logger
	wake chan struct{} // one token: there may be something to do

	mu    sync.Mutex
	lanes map[lane]context.CancelCauseFunc // what is being worked on; calling it has the lane look at its webhook again
	tasks sync.WaitGroup
}

// lane is a webhook's jobs, or its retries by hand. Each lane does one thing after the other.
type lane struct {
	webhook int64
	byHand  bool
}

// New makes the service. It starts nothing.
func New(o Options) *Service {
	s := &Service{Options: o, log: o.Logger, wake: make(chan struct{}, 1), lanes: map[lane]context.CancelCauseFunc{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// Wish is what a caller wants to be sent again. Nil means absent or null.
type Wish struct {
	Since    *time.Time
	Until    *time.Time
	Types    []string
	Statuses []string
}

// Start stores a job for a webhook. Errors: fault.Invalid, fault.Conflict when the webhook is not active or has a job that
// is not over.
func (s *Service) Start(ctx context.Context, w *webhook.Webhook, wish Wish) (Job, error) {
	j, err := wish.job(w, time.Now().Truncate(time.Millisecond))
	if err != nil {
		return Job{}, err
	}
	if err := usable(w); err != nil {
		return Job{}, err
	}
	if j, err = s.Store.Create(ctx, j, s.kick); err != nil {
		return Job{}, err
	}
	s.log.InfoContext(ctx, "replay started", "webhook_id", w.ID, "replay_id", j.ID)
	return j, nil
}

func (wish Wish) job(w *webhook.Webhook, now time.Time) (Job, error) {
	j := Job{ID: newID(), WebhookID: w.ID, State: Queued, Types: w.Events, Matched: -1, CreatedAt: now}
	if wish.Since == nil {
		return j, fault.New(fault.Invalid, "since is required")
	}
	j.Since = *wish.Since
	if wish.Until != nil {
		j.Until = *wish.Until
	}
	if !j.Since.Before(now) || !j.Until.IsZero() && !j.Since.Before(j.Until) {
		return j, fault.New(fault.Invalid, "since must be before until, and in the past")
	}
	if len(wish.Types) > 0 {
		types, err := webhook.ParseEvents(wish.Types)
		if err != nil {
			return j, err
		}
		j.Types = types
	}
	var err error
	j.Statuses, err = parseStatuses(wish.Statuses)
	return j, err
}

func parseStatuses(given []string) ([]Status, error) {
	if len(given) == 0 {
		return []Status{Dead, Missing}, nil
	}
	var list []Status
	for _, known := range []Status{Dead, Missing, Delivered} {
		for _, g := range given {
			if Status(g) == known {
				list = append(list, known)
				break
			}
		}
	}
	for _, g := range given {
		if s := Status(g); s != Dead && s != Missing && s != Delivered {
			return nil, fault.New(fault.Invalid, "status must be a list of dead, missing, delivered")
		}
	}
	return list, nil
}

// usable refuses what could not be sent now.
func usable(w *webhook.Webhook) error {
	if w.Status == webhook.Active {
		return nil
	}
	return fault.New(fault.Conflict, "Webhook is %s; resume it first", w.Status)
}

// Retry has one delivery tried now, whatever became of it. Errors: fault.Conflict when the webhook is not active.
func (s *Service) Retry(ctx context.Context, w *webhook.Webhook, seq int64) error {
	if err := usable(w); err != nil {
		return err
	}
	return s.Store.Wish(ctx, Retry{w.ID, seq}, s.kick)
}

// Get returns a job of a webhook. Errors: fault.NotFound "No such replay".
func (s *Service) Get(ctx context.Context, webhookID int64, id string) (Job, error) {
	return s.Store.Get(ctx, webhookID, id)
}

// List returns the jobs of a webhook, newest first, and where the next page begins; "" = this was the last.
func (s *Service) List(ctx context.Context, webhookID int64, before string, limit int) (list []Job, next string, err error) {
	if list, err = s.Store.List(ctx, webhookID, before, limit+1); err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, nil
}

// Cancel ends a job; requests on the wire may still arrive. Errors: fault.NotFound, fault.Conflict when it is over already.
func (s *Service) Cancel(ctx context.Context, w *webhook.Webhook, id string) (Job, error) {
	if _, err := s.Store.Get(ctx, w.ID, id); err != nil {
		return Job{}, err
	}
	j, ended, err := s.end(ctx, w, id, Cancelled)
	if err == nil && !ended {
		err = fault.New(fault.Conflict, "Replay is over already")
	}
	s.interrupt(w.ID)
	return j, err
}

// WebhookChanged has the work for a webhook look at it again: it may be paused, or have another URL. It never blocks.
func (s *Service) WebhookChanged(id int64) {
	s.interrupt(id)
	s.kick()
}

func (s *Service) interrupt(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, byHand := range []bool{false, true} {
		if cancel := s.lanes[lane{id, byHand}]; cancel != nil {
			cancel(errChanged)
		}
	}
}

func (s *Service) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
