package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"wapost/internal/event"
)

// Options of New.
type Options struct {
	Store       Store
	Transport   Transport
	Logger      *slog.Logger
	MaxInFlight int           // attempts on the wire of one account; default 1024. All have twice as many, and as many again for those that last
	Memory      int           // bytes of event bodies kept for waiting deliveries; default 64 MiB, more is read again from the log
	Grace       time.Duration // how long Run lets attempts end after its context has ended; default 5 s
}

// Engine sends what the log holds to whoever wants it.
type Engine struct {
	store     Store
	transport Transport
	log       *slog.Logger
	options   Options
	mail      *mailbox
	workers   workers
	readers   chan struct{} // tokens: reads of the log under way
	tasks     sync.WaitGroup
	done      chan struct{}

	// What follows belongs to Run.
	ctx        context.Context // of the reads that Run starts; ends with Run
	endpoints  map[int64]*endpoint
	byAccount  map[int64]*account
	leaving    map[int64]*endpoint // no longer active, attempts still in flight
	loading    map[int64]bool      // being read from the database; true = changed again meanwhile
	disabling  map[int64]bool      // disabled by us, and that is not stored yet
	head       int64               // the log is routed up to here
	logHead    int64               // newest committed event that we heard of
	pumping    bool                // a page between head and logHead is on its way
	pages      pages
	beside     map[int64][]chan struct{} // who waits for a Turn, by webhook
	places     [2]places                 // by speed
	flying     int                       // attempts under way
	watching   bool                      // a timer is set for those that last
	resident   int                       // bytes of bodies held
	batch      Batch
	effects    []effect
	timers     timers
	unsaved    map[*endpoint]struct{} // whose cursor has moved since it was stored
	unwritable bool                   // the store refused the last batch
	patient    bool                   // the store may have a batch that nobody waited for
	stopping   bool
}

// New returns an engine that does nothing until Run.
func New(o Options) *Engine {
	if o.MaxInFlight == 0 {
		o.MaxInFlight = 1024
	}
	if o.Memory == 0 {
		o.Memory = 64 << 20
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Engine{store: o.Store, transport: o.Transport, log: o.Logger, options: o, mail: newMailbox(),
		workers: workers{jobs: make(chan job), keep: o.MaxInFlight}, readers: make(chan struct{}, 4), done: make(chan struct{}),
		endpoints: map[int64]*endpoint{}, byAccount: map[int64]*account{}, leaving: map[int64]*endpoint{},
		loading: map[int64]bool{}, disabling: map[int64]bool{}, beside: map[int64][]chan struct{}{}, unsaved: map[*endpoint]struct{}{},
		places: [2]places{{size: 2 * o.MaxInFlight}, {size: 2 * o.MaxInFlight}}}
}

// Recorded tells the engine about committed events, in commit order. It never blocks.
func (e *Engine) Recorded(events []*event.Recorded) {
	e.mail.put(func(l *letters) { l.recorded = append(l.recorded, events) })
}

// WebhookChanged tells the engine that a webhook was committed, changed or deleted. It never blocks.
func (e *Engine) WebhookChanged(id int64) {
	e.mail.put(func(l *letters) { l.calls = append(l.calls, func() { e.reload(id) }) })
}

// errStopping is the cause of the attempts that our own end cuts short; they spend no try.
var errStopping = errors.New("shutting down")

// Run delivers until ctx ends, then lets the attempts in flight end within the grace and stores what it knows. The store must
// be running before and after.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.done)
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer e.tasks.Wait()
	defer cancel(errStopping)
	e.ctx = work
	if err := e.start(work); err != nil {
		return err
	}
	for !e.stopping {
		e.turn(ctx.Done())
		if ctx.Err() != nil {
			e.stopping = true
		}
	}
	return e.stop(cancel)
}

// turn is one round of the loop: wait for something, handle all of it, write, send.
func (e *Engine) turn(stop <-chan struct{}) {
	var alarm <-chan time.Time
	if at, ok := e.timers.next(); ok {
		t := time.NewTimer(time.Until(at))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-e.mail.doorbell:
	case <-alarm:
	case <-stop:
		return
	}
	e.handle(e.mail.empty())
	e.timers.fire(time.Now())
	e.flush()
	e.dispatch()
}

func (e *Engine) handle(l letters) {
	for _, f := range l.calls {
		f()
	}
	for _, s := range l.settled {
		e.apply(s)
	}
	for _, r := range l.results {
		e.judge(r)
	}
	for _, batch := range l.recorded {
		e.committed(batch)
	}
}

// stop waits for the attempts in flight, cuts short what lasts longer than the grace, and stores the rest.
func (e *Engine) stop(cancel context.CancelCauseFunc) error {
	cut := time.AfterFunc(e.options.Grace, func() { cancel(errStopping) })
	defer cut.Stop()
	e.hurry()
	for e.flying > 0 || len(e.effects) > 0 || e.unsettled() > 0 {
		e.turn(nil)
		if e.unwritable {
			break // the store does not take outcomes: what is unsaved is sent again after the start
		}
	}
	for _, p := range e.endpoints {
		e.unsaved[p] = struct{}{}
	}
	e.saveCursors()
	if e.batch.empty() {
		return nil
	}
	result := make(chan error, 1)
	e.store.Settle(e.batch, func(err error) { result <- err })
	if err := <-result; err != nil {
		return fmt.Errorf("store the cursors: %w", err)
	}
	return nil
}

// task runs f on a goroutine that Run waits for.
func (e *Engine) task(what string, f func()) {
	e.tasks.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				e.log.Error("panic", "task", what, "panic", p)
			}
		}()
		f()
	})
}

// call runs f on the goroutine of Run.
func (e *Engine) call(f func()) {
	e.mail.put(func(l *letters) { l.calls = append(l.calls, f) })
}

func (e *Engine) jitter() float64 { return rand.Float64() }
