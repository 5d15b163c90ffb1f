package session

import (
	"context"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Assertion is what a browser signs with a passkey (WebAuthn's AuthenticatorAssertionResponse). We pass it on, and cannot make it.
type Assertion struct {
	ID                string // of the credential
	RawID             []byte
	ClientDataJSON    []byte
	AuthenticatorData []byte
	Signature         []byte
	UserHandle        []byte // nil = none
}

// Passkeys is the part of a Line that goes on with a pairing which needs a passkey.
type Passkeys interface {
	// AnswerPasskey gives WhatsApp the assertion; what comes of it is told by PasskeyCode. Errors: fault.BadGateway,
	// fault.GatewayTimeout.
	AnswerPasskey(ctx context.Context, a Assertion) error
	// ConfirmPasskey says that the code was compared with the phone; what comes of it is told by Paired. Errors: the same.
	ConfirmPasskey(ctx context.Context) error
}

// passkeyStage is how far the passkey step of a pairing has come.
type passkeyStage int

const (
	passkeyNone passkeyStage = iota
	passkeyWanted
	passkeyAnswered
	passkeyShown // the code to compare
	passkeyConfirmed
)

// passkeyLimit is how long each part of the passkey step may take: so long the library proves that the user had our code.
const passkeyLimit = 5 * time.Minute

// passkeyAsked: the codes shown so far are dead; the user's browser must sign.
func (s *session) passkeyAsked(v PasskeyAsked) {
	data := event.PasskeyRequest{PublicKey: v.PublicKey, ExpiresAt: event.TimeOf(time.Now().Add(passkeyLimit))}
	if s.passkeyStep(passkeyWanted, PairingStep{StepPasskeyRequest, data}) {
		s.tell(event.ConnectionPasskeyRequest, data)
	}
}

// passkeyCode: the user compares the code with the phone's, unless WhatsApp waives that.
func (s *session) passkeyCode(v PasskeyCode) {
	data := event.PasskeyConfirmation{Code: v.Code, Skip: v.Skip}
	if s.passkeyStep(passkeyShown, PairingStep{StepPasskeyConfirm, data}) {
		s.tell(event.ConnectionPasskeyConfirm, data)
	}
}

// passkeyStep enters a stage in which we wait for the user; false when no pairing runs.
func (s *session) passkeyStep(stage passkeyStage, step PairingStep) bool {
	p := s.currentPairing()
	if p == nil {
		return false
	}
	s.clock.set(rotate, passkeyLimit)
	s.mu.Lock()
	p.index = len(p.codes) // the next rotation is the time-out
	p.current = PairingCode{}
	p.passkey, p.open = stage, &step
	s.mu.Unlock()
	s.step(step)
	return true
}

// AnswerPasskey gives WhatsApp what the user's browser has signed, and returns the state of the device.
//
// Errors: fault.Conflict when the pairing does not wait for it; fault.BadGateway, fault.GatewayTimeout: it may be given again.
func (m *Manager) AnswerPasskey(ctx context.Context, accountID int64, id string, a Assertion) (State, error) {
	return m.passkey(ctx, accountID, id, passkeyWanted, passkeyAnswered, "No passkey is asked for",
		func(l Line) error { return l.AnswerPasskey(ctx, a) })
}

// ConfirmPasskey says that the user has compared the code with the phone's, or need not, and returns the state of the device.
//
// Errors: as AnswerPasskey.
func (m *Manager) ConfirmPasskey(ctx context.Context, accountID int64, id string) (State, error) {
	return m.passkey(ctx, accountID, id, passkeyShown, passkeyConfirmed, "No code waits for a confirmation",
		func(l Line) error { return l.ConfirmPasskey(ctx) })
}

// passkey goes from one stage to the next; when WhatsApp does not take it, back again.
func (m *Manager) passkey(ctx context.Context, accountID int64, id string, from, to passkeyStage, otherwise string, ask func(Line) error) (State, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return "", err
	}
	var line Line
	var refused error
	err = s.do(ctx, func(context.Context) {
		if line = s.currentLine(); line == nil || s.currentPairing() == nil {
			refused = noPairing()
			return
		}
		if !s.movePasskey(from, to) {
			refused = fault.New(fault.Conflict, "%s", otherwise)
			return
		}
		s.clock.set(rotate, passkeyLimit)
	})
	if err != nil || refused != nil {
		if err == nil {
			err = refused
		}
		return "", err
	}
	if err := ask(line); err != nil {
		s.movePasskey(to, from)
		return "", err
	}
	return s.device().State, nil
}

// movePasskey goes on from a stage; false when the pairing is at another one.
func (s *session) movePasskey(from, to passkeyStage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pair == nil || s.pair.passkey != from {
		return false
	}
	s.pair.passkey = to
	return true
}

func passkeyPairing() error {
	return fault.New(fault.Conflict, "The pairing waits for a passkey; its codes are dead")
}
