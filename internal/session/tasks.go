package session

import (
	"sync"
	"time"
)

// tasks are goroutines that somebody waits for.
type tasks struct{ group sync.WaitGroup }

// Go starts f, which must have its own recover.
func (t *tasks) Go(f func()) { t.group.Go(f) }

// wait waits until all have ended, or the limit is over; it reports whether they have.
func (t *tasks) wait(limit time.Duration) bool {
	done := make(chan struct{})
	go func() { t.group.Wait(); close(done) }()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
