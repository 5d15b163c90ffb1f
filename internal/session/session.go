package session

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"wapost/internal/event"
)

// session is one device at work. Its loop is the only one that decides; everybody else reads a copy or leaves a message.
type session struct {
	m       *Manager
	id      string
	account int64
	box     *mailbox
	stop    context.CancelFunc // ends the loop
	ended   chan struct{}      // closed when the loop has ended
	commits atomic.Uint64
	dir     *Directory
	names   *Recent[string, string] // of chats, by canonical address

	changing sync.Mutex // held while the owner changes the device

	mu    sync.Mutex
	dev   Device
	line  Line // nil = none
	pair  *pairing
	facts facts

	routing sync.Mutex // held while the proxy changes

	// Owned by the loop.
	clock     clock
	trying    bool   // a Connect runs
	abandoned bool   // close what the running Connect brings
	closing   bool   // the device is being deleted: no more connects
	failures  int    // in a row
	short     int    // short lives in a row
	refusedAt uint64 // commits at the last refusal
	notes     []*event.Event
	turned    bool // the state, or what hangs on it, must be kept
	relinked  bool // the next connection is the first after the same number was linked again
}

// facts are the figures of a status.
type facts struct {
	lastPing  time.Time
	pingsLost int // in this run
	lastEvent time.Time
	backlog   int // announced and not come yet; -1 = not told
	announced int // with the backlog; -1 = not told
	timelock  time.Time
	upSince   time.Time
	lastError string
}

func newSession(m *Manager, d Device, dir *Directory) *session {
	s := &session{m: m, id: d.ID, account: d.AccountID, box: newMailbox(), ended: make(chan struct{}), dev: d, dir: dir, names: NewRecent[string, string](knownNames),
		facts: facts{backlog: -1, announced: -1, lastEvent: d.LastEventAt}}
	s.learnSelf(&d)
	return s
}

// run is the loop; begin comes before it.
func (s *session) run(ctx context.Context) {
	defer close(s.ended)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.keep()
		timer.Reset(s.clock.next())
		select {
		case <-ctx.Done():
			s.end()
			return
		case <-s.box.ready:
			for _, item := range s.box.take() {
				s.guard("item", func() { s.handle(ctx, item) })
				s.keep()
			}
		case <-timer.C:
			for _, a := range s.clock.due() {
				s.guard("alarm", func() { s.ring(ctx, a) })
				s.keep()
			}
		}
	}
}

// guard keeps a bug in one step from ending the device's life.
func (s *session) guard(what string, f func()) {
	if err := safely(func() error { f(); return nil }); err != nil {
		s.m.log.Error("session step failed", "device_id", s.id, "step", what, "error", err)
	}
}

// begin restores what the device was when we last wrote it, without lying: a connection does not outlive a process.
// It comes before anybody can see the session. delay spreads the first connects of many devices.
func (s *session) begin(delay time.Duration) {
	switch d := s.device(); d.State {
	case Pairing: // its codes died with the process
		if d.JID != "" {
			s.turn(LoggedOut, "restart")
		} else {
			s.turn(New, "restart")
		}
	case Connected, Degraded: // the process was killed: nobody has told of the end
		s.survive()
		s.turn(Connecting, "restart")
		s.clock.set(retry, delay)
	case Connecting, Disconnected:
		if time.Until(d.StateUntil) <= 0 { // else a wait that has its reason goes on
			s.turn(Connecting, "restart")
		}
		s.clock.set(retry, max(delay, time.Until(d.StateUntil)))
	case Banned:
		s.clock.set(retry, max(delay, time.Until(d.StateUntil)))
	case Outdated:
		s.clock.set(retry, delay)
	case Replaced:
		if !d.StateUntil.IsZero() { // a suspicion, as earlier versions noted it
			s.clock.set(retry, max(delay, time.Until(d.StateUntil)))
		}
	}
}

// survive tells of a connection that ended with the process. What it recorded last says best how long it lived.
func (s *session) survive() {
	s.mu.Lock()
	if s.dev.LastEventAt.After(s.dev.HeardAt) {
		s.dev.HeardAt = s.dev.LastEventAt
	}
	s.mu.Unlock()
	s.tell(event.ConnectionDisconnected, event.Disconnected{Reason: "restart", WillReconnect: true})
}

// end closes the connection when the process stops. The events are in the diary, which is written after this.
func (s *session) end() {
	s.dropPairing(PairingStep{Kind: StepError, Data: StepFailure{"Shutting down"}})
	line := s.currentLine()
	if d := s.device(); d.State.Online() {
		s.depart()
		s.tell(event.ConnectionDisconnected, event.Disconnected{Reason: "shutdown", WillReconnect: true})
		s.turn(Disconnected, "shutdown")
	}
	s.keep()
	if line != nil {
		s.m.retire(line)
	}
}

// handle does one item of the mailbox.
func (s *session) handle(ctx context.Context, item any) {
	switch v := item.(type) {
	case func(context.Context):
		v(ctx)
	case tried:
		s.tried(v)
	case Signal:
		s.heed(v)
	}
}

// ring does what an alarm was set for.
func (s *session) ring(ctx context.Context, a alarm) {
	switch a {
	case retry:
		s.connect(ctx)
	case watchdog, expectDown:
		s.lost("network", storeWait)
	case settled:
		s.failures = 0
	case loginAgain:
		s.relogin()
	case rotate:
		s.nextCode()
	case alive:
		s.heard()
		s.clock.set(alive, aliveKept)
	case phoneLook:
		s.lookForPhone()
	}
}

// device returns a copy of the record.
func (s *session) device() Device {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dev
}

func (s *session) currentLine() Line {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line
}
