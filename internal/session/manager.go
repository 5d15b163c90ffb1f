package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"wapost/internal/chat"
	"wapost/internal/egress"
	"wapost/internal/fault"
)

// Options of NewManager.
type Options struct {
	Store      Store
	Identities Identities
	Sink       Sink
	Dialer     Dialer
	Announced  Announced   // optional: without it the history is not fetched
	Messages   chat.Finder // optional: without it nothing is known of a message that another one acts on
	Chats      Chats       // optional: without it no chat has a name
	Logger     *slog.Logger
	CheckProxy func(url string) error // judges what a device wants as its proxy; nil = it must be at a public address
	Spread     time.Duration          // per device, between the first connects after a start; 0 = 50 ms
}

// Manager runs the sessions of all devices.
type Manager struct {
	store      Store
	identities Identities
	sink       Sink
	dialer     Dialer
	answers    Answers
	messages   chat.Finder
	chats      Chats
	announced  Announced
	checkProxy func(url string) error
	log        *slog.Logger
	spread     time.Duration
	diary      *diary
	background tasks

	loaded chan struct{} // closed when Run has read the devices
	mu     sync.Mutex
	ctx    context.Context // of Run; what it starts ends with it
	all    map[string]*session
	dirs   map[int64]*Directory
	ready  []func(deviceID string)

	receipted func(ctx context.Context, deviceID string, r *Receipt) error // nil = nobody wants to know

	renewMu   sync.Mutex
	renewedAt time.Time
}

// NewManager returns a manager. It starts nothing.
func NewManager(o Options) *Manager {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Spread == 0 {
		o.Spread = 50 * time.Millisecond
	}
	if o.CheckProxy == nil {
		o.CheckProxy = egress.New(egress.Policy{}).CheckProxy
	}
	return &Manager{store: o.Store, identities: o.Identities, sink: o.Sink, dialer: o.Dialer, messages: o.Messages, chats: o.Chats, announced: o.Announced, checkProxy: o.CheckProxy, log: o.Logger, spread: o.Spread, diary: newDiary(o.Logger),
		loaded: make(chan struct{}), all: map[string]*session{}, dirs: map[int64]*Directory{}}
}

// The bounds of a shutdown.
const (
	closeLimit = 15 * time.Second // for handlers that run, and what they have begun to commit
	flushLimit = 5 * time.Second  // for the notes
)

// Run connects all devices and lives with them until ctx ends; then it closes all connections, lets running handlers finish,
// bounded, and writes the last notes. What was handled but not acknowledged comes again.
func (m *Manager) Run(ctx context.Context) error {
	diaryCtx, endDiary := context.WithCancel(context.WithoutCancel(ctx))
	var notes tasks
	notes.Go(func() { m.diary.run(diaryCtx) })
	if err := m.load(ctx); err != nil && ctx.Err() == nil {
		endDiary()
		return fmt.Errorf("load devices: %w", err)
	}
	<-ctx.Done()
	for _, s := range m.sessions() {
		<-s.ended
	}
	m.background.wait(closeLimit)
	endDiary()
	notes.wait(flushLimit)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushLimit)
	defer cancel()
	m.diary.flush(last)
	m.diary.abandon()
	return nil
}

// load starts a session for every device, the first connects spread over time.
func (m *Manager) load(ctx context.Context) error {
	var devices []Device
	for after := ""; ; {
		page, next, err := m.store.List(ctx, Filter{After: after, Limit: 500})
		if err != nil {
			return err
		}
		devices = append(devices, page...)
		if after = next; after == "" {
			break
		}
	}
	m.mu.Lock()
	m.ctx = ctx
	m.mu.Unlock()
	window := min(time.Duration(len(devices))*m.spread, time.Minute)
	for _, d := range devices {
		if err := m.start(ctx, d, rand.N(window+1)); err != nil {
			return err
		}
	}
	close(m.loaded)
	return nil
}

// start begins the session of a device that is on record.
func (m *Manager) start(ctx context.Context, d Device, delay time.Duration) error {
	dir, err := m.directory(ctx, d.AccountID)
	if err != nil {
		return err
	}
	m.begin(d, dir, delay)
	return nil
}

// begin is the part of start that cannot wait or fail.
func (m *Manager) begin(d Device, dir *Directory, delay time.Duration) {
	s := newSession(m, d, dir)
	run, cancel := context.WithCancel(m.life())
	s.stop = cancel
	s.begin(delay)
	m.mu.Lock()
	m.all[d.ID] = s
	m.mu.Unlock()
	go s.run(run) // Run waits for s.ended
}

// life returns the context of Run.
func (m *Manager) life() context.Context {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ctx
}

// directory returns the directory of an account, read once.
func (m *Manager) directory(ctx context.Context, account int64) (*Directory, error) {
	m.mu.Lock()
	dir := m.dirs[account]
	m.mu.Unlock()
	if dir != nil {
		return dir, nil
	}
	known, err := m.identities.All(ctx, account)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dirs[account] == nil {
		m.dirs[account] = NewDirectory(known)
	}
	return m.dirs[account], nil
}

// ForgetAccount forgets what an account without devices has learnt, because it was deleted.
func (m *Manager) ForgetAccount(id int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.dirs, id)
}

func (m *Manager) sessions() []*session {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]*session, 0, len(m.all))
	for _, s := range m.all {
		list = append(list, s)
	}
	return list
}

// find returns the session of a device that the account may see; accountID 0 = any account.
func (m *Manager) find(ctx context.Context, accountID int64, id string) (*session, error) {
	if err := m.wait(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.all[id]
	if s == nil || (accountID != 0 && s.account != accountID) {
		return nil, noDevice()
	}
	return s, nil
}

// wait waits until the devices are loaded.
func (m *Manager) wait(ctx context.Context) error {
	select {
	case <-m.loaded:
		return nil
	case <-ctx.Done():
		return fault.Wrap(context.Cause(ctx), fault.Unavailable, "Starting up")
	}
}

// OnUsable has f called with the id of each device that becomes connected. f must not block. Call it before Run.
func (m *Manager) OnUsable(f func(deviceID string)) { m.ready = append(m.ready, f) }

// OnReceipt has f called with each receipt before it is recorded: what f records comes before it. An error of f is one of
// recording: the receipt comes again. Call it before Run.
func (m *Manager) OnReceipt(f func(ctx context.Context, deviceID string, r *Receipt) error) {
	m.receipted = f
}

func (m *Manager) usable(id string) {
	for _, f := range m.ready {
		f(id)
	}
}

// NotesLost counts the notes of sessions that could not be written; NotesRetried the tries beyond the first.
func (m *Manager) NotesLost() uint64    { return m.diary.lost.Load() }
func (m *Manager) NotesRetried() uint64 { return m.diary.retried.Load() }

func noDevice() error      { return fault.New(fault.NotFound, "No such device") }
func alreadyLinked() error { return fault.New(fault.Conflict, "Already linked") }
func noPairing() error     { return fault.New(fault.Conflict, "No pairing is running") }

var errStopping = errors.New("the session has ended")

func stopping() error { return fault.Wrap(errStopping, fault.Unavailable, "Shutting down") }
