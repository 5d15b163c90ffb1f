package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// part is something that runs as long as the gateway does. Run returns nil after its context has ended; before that, any
// return is a failure of the whole.
type part struct {
	name string
	run  func(context.Context) error
}

type runningPart struct {
	part
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

var errEndedEarly = errors.New("ended by itself")

// runParts starts the parts in order, waits for the end of ctx or for the first part that fails, and stops them in the
// opposite order, each one fully before the next.
func runParts(ctx context.Context, log *slog.Logger, parts []part, stopping func()) error {
	failed := make(chan struct{}, len(parts))
	var started []*runningPart
	for _, p := range parts {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r := &runningPart{part: p, cancel: cancel, done: make(chan struct{})}
		started = append(started, r)
		go func() {
			defer close(r.done)
			r.err = guarded(own, p)
			if own.Err() == nil {
				r.err = fmt.Errorf("%s: %w", p.name, errors.Join(errEndedEarly, r.err))
				failed <- struct{}{}
			}
		}()
	}
	select {
	case <-ctx.Done():
	case <-failed:
	}
	stopping()
	var errs []error
	for i := len(started) - 1; i >= 0; i-- {
		r := started[i]
		r.cancel()
		<-r.done
		log.Debug("stopped", "part", r.name)
		if r.err != nil {
			errs = append(errs, r.err)
		}
	}
	return errors.Join(errs...)
}

func guarded(ctx context.Context, p part) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return p.run(ctx)
}
