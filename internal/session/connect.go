package session

import (
	"context"
	"errors"
	"time"

	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/fault"
)

// tried is how a Connect went.
type tried struct {
	line Line
	err  error
}

// connect begins a try, unless one runs.
func (s *session) connect(ctx context.Context) {
	d := s.device()
	switch {
	case s.closing || d.State.Online() || d.State == New || d.State == LoggedOut || d.State == Paused:
		return
	case s.trying:
		s.clock.set(retry, 100*time.Millisecond)
		return
	case d.State != Pairing:
		s.turn(Connecting, d.Reason)
	}
	s.trying = true
	s.m.background.Go(func() {
		var t tried
		t.err = safely(func() (err error) {
			if d.State == Outdated {
				s.m.renew(ctx)
			}
			t.line, err = s.open(ctx, d)
			return err
		})
		s.box.put(t)
	})
}

// open makes the line if there is none, waits until nothing of its last connection runs, and connects. A stanza that an old
// connection still works on must not meet its repetition.
func (s *session) open(ctx context.Context, d Device) (Line, error) {
	line := s.currentLine()
	if line == nil {
		linked := Linked{}
		if d.State != Pairing {
			linked = Linked{JID: d.JID, LID: d.LID, Phone: d.Phone}
		}
		var err error
		if line, err = s.m.dialer.Dial(ctx, linked, s); err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.line = line
		s.mu.Unlock()
	}
	if err := line.Quiet(ctx); err != nil {
		return line, err
	}
	return line, line.Connect(ctx)
}

// tried takes the outcome of a try.
func (s *session) tried(t tried) {
	s.trying = false
	if s.abandoned {
		s.abandoned = false
		if t.line != nil {
			t.line.Close()
		}
		return
	}
	d := s.device()
	switch {
	case fault.Is(t.err, fault.NotFound):
		s.unlink("keys_missing")
	case t.err != nil && d.State == Pairing:
		s.m.log.Warn("connect failed", "device_id", s.id, "error", t.err)
		s.endPairing(PairingStep{Kind: StepError, Data: StepFailure{whyNot(t.err)}})
	case t.err != nil:
		s.m.log.Warn("connect failed", "device_id", s.id, "attempt", s.failures, "error", t.err)
		s.fact(func(f *facts) { f.lastError = whyNot(t.err) })
		s.lost("network", firstWait)
	case !d.State.Online():
		s.clock.set(watchdog, connectLimit)
	}
}

// whyNot says in public words why a try failed.
func whyNot(err error) string {
	var p *egress.ProxyError
	if errors.As(err, &p) {
		return p.Sentence
	}
	return "WhatsApp cannot be reached"
}

// up: the device is usable.
func (s *session) up(v Up) {
	s.clock.clear(watchdog, expectDown, loginAgain, retry)
	s.clock.set(settled, settledAfter)
	before := s.device()
	s.mu.Lock()
	if v.PushName != "" {
		s.dev.PushName = v.PushName
	}
	if v.BusinessName != "" {
		s.dev.BusinessName = v.BusinessName
	}
	if v.Platform != "" {
		s.dev.Platform = v.Platform
	}
	s.facts.upSince, s.facts.lastPing, s.facts.pingsLost, s.facts.lastError = time.Now(), time.Now(), 0, ""
	s.mu.Unlock()
	if before.State == Pairing { // the connection that follows a pairing
		s.turn(Connecting, "")
	}
	s.turn(Connected, "")
	d := s.device()
	s.tell(event.ConnectionConnected, event.Connected{
		PushName: event.Text(d.PushName), BusinessName: event.Text(d.BusinessName), Platform: event.Text(d.Platform),
		Reconnect: !before.ConnectedAt.IsZero(), DowntimeSeconds: before.downtime(),
	})
	s.arrive()
	s.m.usable(s.id)
}

// hang ends the connection, or what the running try will bring.
func (s *session) hang() {
	if s.trying {
		s.abandoned = true
		return
	}
	if line := s.currentLine(); line != nil {
		line.Close()
	}
}

// drop ends the line for good.
func (s *session) drop() {
	s.hang()
	s.mu.Lock()
	line := s.line
	s.line = nil
	s.mu.Unlock()
	if line != nil {
		s.m.retire(line)
	}
}

func (s *session) fact(f func(*facts)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.facts)
}
