package simulator

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// life owns the goroutines of a running server: none starts before begin or after end, and end waits for all.
type life struct {
	log *slog.Logger
	mu  sync.Mutex
	ctx context.Context // of the running Run; nil when none runs. Kept because work begins in callbacks that have no context
	wg  sync.WaitGroup
}

// begin opens the server for work; it reports false when another Run is active.
func (l *life) begin(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx != nil {
		return false
	}
	l.ctx = ctx
	return true
}

// end closes the server for new work and waits for the old; the context of begin must have ended.
func (l *life) end() {
	l.mu.Lock()
	l.ctx = nil
	l.mu.Unlock()
	l.wg.Wait()
}

// enter counts the calling goroutine as work; it reports false when the server does not run. Pair it with wg.Done.
func (l *life) enter() (context.Context, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil || l.ctx.Err() != nil {
		return nil, false
	}
	l.wg.Add(1)
	return l.ctx, true
}

// start runs f in a goroutine that Run waits for. A panic is logged and ends only that goroutine.
func (l *life) start(name string, f func(context.Context)) error {
	ctx, ok := l.enter()
	if !ok {
		return fail(CodeNotRunning, "the simulator is not running")
	}
	go func() {
		defer l.wg.Done()
		defer l.guard(name)
		f(ctx)
	}()
	return nil
}

// guard is our recover; defer it at the top of every goroutine.
func (l *life) guard(name string) {
	if p := recover(); p != nil {
		l.log.Error("simulator goroutine panicked", "goroutine", name, "panic", p, "stack", string(debug.Stack()))
	}
}

// wait sleeps for d; it reports false when ctx or done ended first. A nil done never ends.
func wait(ctx context.Context, done <-chan struct{}, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	case <-done:
		return false
	}
}
