package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wapost/internal/chat"
)

// Parts of an outbox.
type Parts struct {
	Store  Store
	Sender Sender
	Sink   Sink
	// Messages finds what is replied to; nil = messages are not kept.
	Messages chat.Finder
	Logger   *slog.Logger
	// Crash is called at named points, for tests that kill the process there: "after-send",
	// "after-receipt".
	Crash func(point string)
}

// Outbox sends what is submitted to it. Run must be running for anything to be sent.
type Outbox struct {
	store    Store
	sender   Sender
	sink     Sink
	messages chat.Finder // nil = none are kept
	log      *slog.Logger
	crash    func(point string)

	wakes   chan string // devices with something to do
	waiters waiters
	flights flights
}

// wakeQueue is how many wake-ups may wait for Run. A full queue loses none that matters: Run looks at all open rows when it
// has caught up (see dispatcher).
const wakeQueue = 1024

// New returns an outbox. It starts nothing.
func New(p Parts) *Outbox {
	o := &Outbox{store: p.Store, sender: p.Sender, sink: p.Sink, messages: p.Messages, log: p.Logger, crash: p.Crash, wakes: make(chan string, wakeQueue)}
	if o.log == nil {
		o.log = slog.New(slog.DiscardHandler)
	}
	if o.crash == nil {
		o.crash = func(string) {}
	}
	o.sender.OnUsable(o.wake)
	o.sender.OnReceipt(o.receipted)
	return o
}

// wake says that a device may have something to do. It never blocks.
func (o *Outbox) wake(deviceID string) {
	select {
	case o.wakes <- deviceID:
	default: // the regular look finds it
	}
}

// lookEvery is how often all open rows are looked at, whatever was told.
const lookEvery = 30 * time.Second

// Settled rows are kept for repeated keys and for those who ask, then pruned.
const (
	keepFor    = 7 * 24 * time.Hour
	pruneEvery = time.Hour
)

// Run sends until ctx ends, then waits for the tries that run; they are cut short.
func (o *Outbox) Run(ctx context.Context) error {
	d := &dispatcher{o: o, running: map[string]bool{}, again: map[string]bool{}, due: map[string]time.Time{}, done: make(chan finished)}
	return d.run(ctx)
}

// dispatcher starts one worker per device that has something to do. Its maps belong to its loop.
type dispatcher struct {
	o       *Outbox
	running map[string]bool
	again   map[string]bool      // woken while running
	due     map[string]time.Time // next look at a device
	done    chan finished
	group   sync.WaitGroup
}

type finished struct {
	device string
	next   time.Time // zero = nothing left
}

func (d *dispatcher) run(ctx context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	prune := time.NewTicker(pruneEvery)
	defer prune.Stop()
	d.all(ctx)
	for {
		timer := time.NewTimer(d.wait())
		select {
		case id := <-d.o.wakes:
			d.start(ctx, id)
		case f := <-d.done:
			d.finish(ctx, f)
		case <-timer.C:
			d.ring(ctx)
		case <-look.C:
			d.all(ctx)
		case <-prune.C:
			if err := d.o.store.Prune(ctx, time.Now().Add(-keepFor)); err != nil {
				d.o.log.Warn("outbox not pruned", "error", err)
			}
		case <-ctx.Done():
			timer.Stop()
			d.drain()
			return nil
		}
		timer.Stop()
	}
}

// all starts a worker for every device with open rows.
func (d *dispatcher) all(ctx context.Context) {
	ids, err := d.o.store.Waiting(ctx)
	if err != nil {
		d.o.log.Warn("outbox not read", "error", err)
		return
	}
	for _, id := range ids {
		d.start(ctx, id)
	}
}

func (d *dispatcher) start(ctx context.Context, id string) {
	if d.running[id] {
		d.again[id] = true
		return
	}
	d.running[id] = true
	delete(d.due, id)
	d.group.Go(func() {
		f := finished{device: id}
		f.next = d.o.work(ctx, id)
		select {
		case d.done <- f:
		case <-ctx.Done():
		}
	})
}

func (d *dispatcher) finish(ctx context.Context, f finished) {
	delete(d.running, f.device)
	if d.again[f.device] {
		delete(d.again, f.device)
		d.start(ctx, f.device)
		return
	}
	if !f.next.IsZero() {
		d.due[f.device] = f.next
	}
}

// wait returns how long until the first device is due.
func (d *dispatcher) wait() time.Duration {
	wait := lookEvery
	for _, at := range d.due {
		wait = min(wait, max(0, time.Until(at)))
	}
	return wait
}

func (d *dispatcher) ring(ctx context.Context) {
	now := time.Now()
	for id, at := range d.due {
		if !at.After(now) {
			d.start(ctx, id)
		}
	}
}

// drain waits for the workers; their context has ended.
func (d *dispatcher) drain() { d.group.Wait() }
