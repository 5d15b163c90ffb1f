package replay

import (
	"context"
	"errors"
	"time"

	"wapost/internal/fault"
)

const (
	maxLanes = 32              // webhooks that are worked for at the same time, over all
	look     = 5 * time.Second // for work of webhooks that were switched on, and after a failure of the store
	grace    = 5 * time.Second // how long attempts may take to end at a shutdown
	pageSize = 64              // deliveries of a job that are looked at together
	handSize = 16              // retries of a webhook that are made together
	parallel = 4               // requests on the wire per lane
	idleWait = time.Second     // after a fault of our own
	errWait  = 2 * time.Second // after a failure of the store
	tries    = 5               // of one event whose endpoint does not answer
	firstTry = 5 * time.Second // wait after the first of them, doubled each time
	hopeless = 20              // events in a row whose tries are spent: the job fails
)

var (
	errChanged  = errors.New("the webhook has changed")
	errStopping = errors.New("shutting down")
)

// Run works until ctx ends, then lets the attempts in flight end within the grace. The store must be running before and
// after.
func (s *Service) Run(ctx context.Context) error {
	wire, cut := context.WithCancelCause(context.WithoutCancel(ctx)) // of the attempts
	defer cut(nil)
	defer func() {
		t := time.AfterFunc(grace, func() { cut(errStopping) })
		defer t.Stop()
		s.tasks.Wait()
	}()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if err := s.assign(ctx, wire); err != nil && ctx.Err() == nil {
			s.log.Error("cannot read what is to be sent again", "error", err)
		}
		select {
		case <-s.wake:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// assign gives work to lanes that have none.
func (s *Service) assign(ctx, wire context.Context) error {
	jobs, err := s.Store.Open(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		s.work(ctx, lane{webhook: j.WebhookID}, func(ctx context.Context) { s.job(ctx, wire, j.WebhookID, j.ID) })
	}
	wishes, err := s.Store.Wishes(ctx, handSize)
	if err != nil {
		return err
	}
	byHook := map[int64][]Retry{}
	for _, r := range wishes {
		byHook[r.WebhookID] = append(byHook[r.WebhookID], r)
	}
	for id, list := range byHook {
		s.work(ctx, lane{webhook: id, byHand: true}, func(ctx context.Context) { s.retries(ctx, wire, id, list) })
	}
	return nil
}

// work runs f as the work of a lane, unless the lane has some or there are too many. f gets a context that ends with Run or
// with a change of the webhook.
func (s *Service) work(ctx context.Context, l lane, f func(context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lanes[l] != nil || len(s.lanes) >= maxLanes {
		return // assign comes by again when a lane ends
	}
	own, cancel := context.WithCancelCause(ctx)
	s.lanes[l] = cancel
	s.tasks.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("panic while sending again", "webhook_id", l.webhook, "panic", p)
				sleep(own, errWait)
			}
			cancel(nil)
			s.mu.Lock()
			delete(s.lanes, l)
			s.mu.Unlock()
			s.kick()
		}()
		f(own)
	})
}

// troubled logs a failure of the store and waits, so that a lane does not spin. What a change of the webhook cut short is no
// failure.
func (s *Service) troubled(ctx context.Context, webhookID int64, err error) {
	if ctx.Err() != nil || fault.Is(err, fault.NotFound) {
		return
	}
	s.log.Error("cannot send again", "webhook_id", webhookID, "error", err)
	sleep(ctx, errWait)
}

// sleep waits for d or for the end of ctx; it reports whether all of d has passed.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
