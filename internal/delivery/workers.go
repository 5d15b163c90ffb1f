package delivery

import "sync/atomic"

// workers are goroutines that make attempts. They are started when needed and so many of them kept: their stacks have grown to
// what an HTTP request takes.
type workers struct {
	jobs chan job
	idle atomic.Int64
	keep int
}

// give hands a job to an idle worker, or to a new one. The engine's places bound their number.
func (w *workers) give(e *Engine, j job) {
	if w.idle.Add(-1) >= 0 {
		w.jobs <- j
		return
	}
	w.idle.Add(1)
	e.tasks.Go(func() {
		for {
			e.attempt(j)
			if w.idle.Load() >= int64(w.keep) { // many webhooks have hung
				return
			}
			w.idle.Add(1)
			select {
			case j = <-w.jobs:
			case <-e.ctx.Done():
				return
			}
		}
	})
}
