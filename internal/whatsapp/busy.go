package whatsapp

import (
	"context"
	"sync"
	"time"
)

// calm is how long nothing may have run before a line counts as quiet: between two steps of one stanza the library runs code
// that we do not see.
const calm = 150 * time.Millisecond

// busy counts what runs on behalf of a line: handlers and store calls.
type busy struct {
	mu   sync.Mutex
	n    int
	last time.Time
}

func (b *busy) enter() {
	b.mu.Lock()
	b.n++
	b.mu.Unlock()
}

func (b *busy) leave() {
	b.mu.Lock()
	b.n--
	b.last = time.Now()
	b.mu.Unlock()
}

// left returns how long to wait before looking again; 0 = quiet.
func (b *busy) left() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n > 0 {
		return calm / 10
	}
	return max(0, calm-time.Since(b.last))
}

// quiet waits until nothing has run for a while.
func (b *busy) quiet(ctx context.Context) error {
	for {
		left := b.left()
		if left == 0 {
			return nil
		}
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
