package session

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"wapost/internal/fault"
)

// entry is what one step of a session leaves: a state to keep and events to record, in one transaction.
type entry struct {
	device string
	write  func(ctx context.Context) error
}

// diary puts the entries of all sessions on disk, in their order, beside the sessions: a store that is down must not stop a
// connection from being closed or opened. It is a queue with a limit and a written answer to "full": the oldest entry goes,
// counted, for the newest state is the one that matters.
type diary struct {
	log   *slog.Logger
	mu    sync.Mutex
	queue []entry
	ready chan struct{}

	retried, lost atomic.Uint64
}

const (
	diaryLimit   = 20_000
	diaryTries   = 5 // of an entry that fails for another reason than storage
	diaryLongest = 5 * time.Second
)

func newDiary(log *slog.Logger) *diary {
	return &diary{log: log, ready: make(chan struct{}, 1)}
}

func (d *diary) add(e entry) {
	d.mu.Lock()
	if len(d.queue) >= diaryLimit {
		d.queue = d.queue[1:]
		d.lost.Add(1)
	}
	d.queue = append(d.queue, e)
	d.mu.Unlock()
	select {
	case d.ready <- struct{}{}:
	default:
	}
}

func (d *diary) first() (entry, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) == 0 {
		return entry{}, false
	}
	e := d.queue[0]
	d.queue = d.queue[1:]
	return e, true
}

// run writes until ctx ends.
func (d *diary) run(ctx context.Context) {
	for {
		select {
		case <-d.ready:
			d.flush(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// flush writes what is queued. It gives up only when ctx ends, and leaves the rest in the queue.
func (d *diary) flush(ctx context.Context) {
	for {
		e, ok := d.first()
		if !ok {
			return
		}
		if !d.write(ctx, e) {
			d.mu.Lock()
			d.queue = append([]entry{e}, d.queue...)
			d.mu.Unlock()
			return
		}
	}
}

// abandon counts what is left.
func (d *diary) abandon() {
	for e, ok := d.first(); ok; e, ok = d.first() {
		d.lost.Add(1)
		d.log.Error("session note lost", "device_id", e.device, "error", "the gateway stopped before storage took it")
	}
}

// write reports whether it is done with the entry; false when ctx ended first.
func (d *diary) write(ctx context.Context, e entry) bool {
	wait := 50 * time.Millisecond
	for try := 1; ; try++ {
		err := safely(func() error { return e.write(ctx) })
		switch {
		case err == nil, fault.Is(err, fault.NotFound): // the device is gone: nobody is left to be told
			return true
		case ctx.Err() != nil:
			return false
		case try >= diaryTries && !fault.Is(err, fault.Unavailable):
			d.lost.Add(1)
			d.log.Error("session note lost", "device_id", e.device, "error", err)
			return true
		case try == 1:
			d.log.Warn("session note waits for storage", "device_id", e.device, "error", err)
		}
		d.retried.Add(1)
		select {
		case <-time.After(wait):
			wait = min(2*wait, diaryLongest)
		case <-ctx.Done():
		}
	}
}
