package session

import (
	"context"
	"fmt"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// do runs f on the session's loop and waits for it.
func (s *session) do(ctx context.Context, f func(context.Context)) error {
	done := make(chan struct{})
	s.box.put(func(ctx context.Context) { defer close(done); f(ctx) })
	select {
	case <-done:
		return nil
	case <-s.ended:
		return stopping()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// firstCodeWait bounds how long StartPairing waits for WhatsApp.
const firstCodeWait = 30 * time.Second

// StartPairing begins a pairing and waits for its first QR code; while one runs it returns the current code.
//
// Errors: fault.Conflict when the device is linked; fault.GatewayTimeout, fault.BadGateway when WhatsApp gives no code.
func (m *Manager) StartPairing(ctx context.Context, accountID int64, id string) (PairingCode, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return PairingCode{}, err
	}
	p, err := s.awaitCodes(ctx)
	if err != nil {
		return PairingCode{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.passkey != passkeyNone {
		return PairingCode{}, passkeyPairing()
	}
	return p.current, nil
}

// awaitCodes begins a pairing and waits until it has codes.
func (s *session) awaitCodes(ctx context.Context) (*pairing, error) {
	var (
		p   *pairing
		err error
	)
	if doErr := s.do(ctx, func(context.Context) { p, err = s.startPairing() }); doErr != nil || err != nil {
		if doErr != nil {
			return nil, doErr
		}
		return nil, err
	}
	timer := time.NewTimer(firstCodeWait)
	defer timer.Stop()
	select {
	case <-p.ready:
		return p, nil
	case <-p.done:
		s.mu.Lock()
		defer s.mu.Unlock()
		return nil, fault.New(fault.BadGateway, "%s", p.failure)
	case <-timer.C:
		return nil, fault.New(fault.GatewayTimeout, "WhatsApp did not give a code within %d s", int(firstCodeWait/time.Second))
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// CurrentCode returns the code to scan now.
//
// Errors: fault.Conflict when no pairing is running.
func (m *Manager) CurrentCode(ctx context.Context, accountID int64, id string) (PairingCode, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return PairingCode{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.pair != nil && s.pair.passkey != passkeyNone:
		return PairingCode{}, passkeyPairing()
	case s.pair == nil || s.pair.current.Text == "":
		return PairingCode{}, noPairing()
	}
	return s.pair.current, nil
}

// WatchPairing returns the steps of the running pairing, beginning with what the user has to do now. The channel is closed after the
// last step, or when ctx ends.
//
// Errors: fault.Conflict when no pairing is running.
func (m *Manager) WatchPairing(ctx context.Context, accountID int64, id string) (<-chan PairingStep, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pair
	if p == nil {
		return nil, noPairing()
	}
	w := make(chan PairingStep, watchBuffer)
	if p.current.Text != "" {
		w <- PairingStep{StepQR, event.QRCode{Code: p.current.Text, Index: p.current.Index, ExpiresAt: event.TimeOf(p.current.ExpiresAt)}}
	} else if p.open != nil {
		w <- *p.open
	}
	p.watchers = append(p.watchers, w)
	context.AfterFunc(ctx, func() { s.unwatch(p, w) })
	return w, nil
}

func (s *session) unwatch(p *pairing, w chan PairingStep) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range p.watchers {
		if other == w {
			p.watchers = append(p.watchers[:i:i], p.watchers[i+1:]...)
			close(w)
			return
		}
	}
}

// PairByPhone begins a pairing, or uses the running one, and asks for a code that the user types on the phone. client is how
// the phone names us, in the form "Browser (OS)"; "" = "Chrome (Linux)".
//
// Errors: as StartPairing; fault.Invalid when WhatsApp does not take the number.
func (m *Manager) PairByPhone(ctx context.Context, accountID int64, id, phone string, notify bool, client string) (PairingCode, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return PairingCode{}, err
	}
	p, err := s.awaitCodes(ctx)
	if err != nil {
		return PairingCode{}, err
	}
	line := s.currentLine()
	if line == nil {
		return PairingCode{}, noPairing()
	}
	s.mu.Lock()
	wanted := p.passkey != passkeyNone
	s.mu.Unlock()
	if wanted {
		return PairingCode{}, passkeyPairing()
	}
	if client == "" {
		client = "Chrome (Linux)"
	}
	text, err := line.PairCode(ctx, phone, notify, client)
	if err != nil {
		return PairingCode{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// The code lives as long as the connection does: until the last QR code has gone.
	left := time.Duration(max(0, len(p.codes)-1-p.index)) * otherCodesShown
	return PairingCode{Text: text, ExpiresAt: p.current.ExpiresAt.Add(left)}, nil
}

// CancelPairing ends the running pairing.
//
// Errors: fault.Conflict when none is running.
func (m *Manager) CancelPairing(ctx context.Context, accountID int64, id string) error {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return err
	}
	running := false
	err = s.do(ctx, func(context.Context) {
		if running = s.currentPairing() != nil; running {
			s.endPairing(PairingStep{Kind: StepError, Data: StepFailure{"Pairing was cancelled"}})
		}
	})
	if err == nil && !running {
		err = noPairing()
	}
	return err
}

// Reconnect closes the connection and opens a new one, also from a state that waits or has stopped; it returns when the
// device is connected or wait is over.
//
// Errors: fault.Conflict when the device is not linked.
func (m *Manager) Reconnect(ctx context.Context, accountID int64, id string, wait time.Duration) (Status, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return Status{}, err
	}
	var refused error
	err = s.do(ctx, func(context.Context) {
		if d := s.device(); !d.State.Linked() {
			refused = d.offline()
			return
		}
		s.reopen()
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return Status{}, err
	}
	return s.awaitOnline(ctx, wait)
}

// reopen closes the connection and opens a new one.
func (s *session) reopen() {
	s.halt("api", true)
	s.failures, s.short = 0, 0
	s.turn(Connecting, "api")
	s.clock.set(retry, 0)
}

// pollOnline is how often awaitOnline looks.
const pollOnline = 20 * time.Millisecond

func (s *session) awaitOnline(ctx context.Context, wait time.Duration) (Status, error) {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	tick := time.NewTicker(pollOnline)
	defer tick.Stop()
	for {
		if d := s.device(); d.State.Online() || !d.State.Linked() {
			return s.status(), nil
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return s.status(), nil
		case <-ctx.Done():
			return s.status(), nil
		}
	}
}

// Logout unlinks the device. When WhatsApp cannot be told, the link stays, unless force drops it on our side only.
//
// Errors: fault.Conflict when the device is not linked; fault.BadGateway when WhatsApp could not be told.
func (m *Manager) Logout(ctx context.Context, accountID int64, id string, force bool) error {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return err
	}
	return s.logout(ctx, force)
}

// logoutLimit bounds how long WhatsApp is waited for.
const logoutLimit = 15 * time.Second

func (s *session) logout(ctx context.Context, force bool) error {
	d := s.device()
	if !d.State.Linked() {
		return d.offline()
	}
	err := fmt.Errorf("not connected")
	if line := s.currentLine(); line != nil && d.State.Online() {
		ask, cancel := context.WithTimeout(ctx, logoutLimit)
		defer cancel()
		err = line.Logout(ask)
	}
	if err != nil && !force {
		return fault.Wrap(err, fault.BadGateway, "WhatsApp could not be told; the device is still linked")
	}
	return s.do(ctx, func(context.Context) {
		if !s.device().State.Linked() {
			return
		}
		s.halt("logged_out", false)
		s.tell(event.ConnectionLoggedOut, event.LoggedOut{Reason: "logged out through the API", By: "api"})
		s.unlink("api")
	})
}
