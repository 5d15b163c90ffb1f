package delivery

import (
	"context"
	"errors"
	"time"
)

// Figures are what the engine holds in memory at one moment.
type Figures struct {
	Webhooks int       // active
	Behind   int       // of them: read the log instead of following the commits
	Open     int       // of them: breaker open, the next probe not yet due
	HalfOpen int       // of them: breaker open, a probe under way or due
	Waiting  int       // deliveries in lanes
	Flying   int       // attempts under way
	Resident int       // bytes of event bodies
	OldestAt time.Time // when the oldest waiting event was recorded; zero = none waits
}

var errEnded = errors.New("deliveries have ended")

// Figures asks the engine's loop. What a webhook that is behind has yet to read from the log is not among Waiting.
func (e *Engine) Figures(ctx context.Context) (Figures, error) {
	answer := make(chan Figures, 1)
	e.call(func() { answer <- e.count(time.Now()) })
	select {
	case f := <-answer:
		return f, nil
	case <-e.done:
		return Figures{}, errEnded
	case <-ctx.Done():
		return Figures{}, context.Cause(ctx)
	}
}

func (e *Engine) count(now time.Time) Figures {
	f := Figures{Webhooks: len(e.endpoints), Flying: e.flying, Resident: e.resident}
	for _, p := range e.endpoints {
		if !p.live {
			f.Behind++
		}
		switch {
		case !p.breaker.open():
		case p.probing || !now.Before(p.breaker.probeAt):
			f.HalfOpen++
		default:
			f.Open++
		}
		for _, l := range p.lanes {
			f.Waiting += len(l.queue)
			if len(l.queue) > 0 && (f.OldestAt.IsZero() || l.head().at.Before(f.OldestAt)) {
				f.OldestAt = l.head().at
			}
		}
	}
	return f
}
