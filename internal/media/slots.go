package media

import (
	"context"
	"sync"
)

// How many files are fetched at once: of all accounts together, and of one, so that none keeps the others waiting.
const (
	allAtOnce = 16
	perOwner  = 4
)

// slots bounds the downloads under way.
type slots struct {
	all chan struct{}
	mu  sync.Mutex
	of  map[int64]chan struct{}
}

func newSlots() *slots {
	return &slots{all: make(chan struct{}, allAtOnce), of: map[int64]chan struct{}{}}
}

// forget forgets an account that was deleted. Downloads that still run give back what they have taken.
func (s *slots) forget(account int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, account)
}

// take waits for a place and returns how to give it back.
func (s *slots) take(ctx context.Context, account int64) (func(), error) {
	s.mu.Lock()
	own := s.of[account]
	if own == nil {
		own = make(chan struct{}, perOwner)
		s.of[account] = own
	}
	s.mu.Unlock()
	for i, c := range []chan struct{}{own, s.all} {
		select {
		case c <- struct{}{}:
		case <-ctx.Done():
			if i > 0 {
				<-own
			}
			return nil, context.Cause(ctx)
		}
	}
	return func() { <-s.all; <-own }, nil
}

// ForgetAccount forgets an account that was deleted.
func (a *Archive) ForgetAccount(id int64) { a.slots.forget(id) }
