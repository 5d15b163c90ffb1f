package session

import (
	"context"
	"time"

	"wapost/internal/event"
)

// PairingCode is the code that a user scans or types.
type PairingCode struct {
	Text      string
	Index     int // of the QR codes of this pairing, from 0
	ExpiresAt time.Time
}

// StepKind says what happened in a pairing.
type StepKind string

// The kinds of steps. After the last three nothing follows.
const (
	StepQR             StepKind = "qr"
	StepPasskeyRequest StepKind = "passkey_request"
	StepPasskeyConfirm StepKind = "passkey_confirmation"
	StepPaired         StepKind = "paired"
	StepError          StepKind = "error"
	StepTimeout        StepKind = "timeout"
	watchBuffer                 = 16 // more steps than a pairing has
)

// PairingStep is one step; Data marshals as what a watcher sees.
type PairingStep struct {
	Kind StepKind
	Data any
}

// StepFailure is the data of StepError.
type StepFailure struct {
	Error string `json:"error"`
}

// pairing is the state of a running pairing. It is guarded by the session's mutex.
type pairing struct {
	codes    []string
	index    int
	current  PairingCode
	ready    chan struct{} // closed with the first code
	done     chan struct{} // closed at the end
	watchers []chan PairingStep
	passkey  passkeyStage
	open     *PairingStep // of the passkey: what the user has to do now
	failure  string       // of the end; "" = paired or not ended
	relogin  bool         // the server asked for the login before we heard that it accepted
	before   State        // where a failed pairing returns to
	was      string       // JID of the last link
}

// startPairing begins a pairing; the loop calls it. It returns the running one if there is one.
func (s *session) startPairing() (*pairing, error) {
	d := s.device()
	if p := s.currentPairing(); p != nil {
		return p, nil
	}
	if s.closing {
		return nil, noDevice()
	}
	if d.State.Linked() {
		return nil, alreadyLinked()
	}
	p := &pairing{ready: make(chan struct{}), done: make(chan struct{}), before: d.State, was: d.JID}
	s.mu.Lock()
	s.pair = p
	s.mu.Unlock()
	s.turn(Pairing, "")
	s.clock.set(retry, 0)
	return p, nil
}

func (s *session) currentPairing() *pairing {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pair
}

// heedPairing does what a signal of a pairing asks for.
func (s *session) heedPairing(signal Signal) {
	switch v := signal.(type) {
	case Codes:
		s.showCodes(v.Texts)
	case Paired:
		s.paired(v)
	case LoginAgain:
		s.relogin()
	case PairFailed:
		s.tell(event.ConnectionPairError, event.PairError{JID: v.JID, LID: event.Text(v.LID), Platform: event.Text(v.Platform), Error: v.Error})
		s.endPairing(PairingStep{Kind: StepError, Data: StepFailure{v.Error}})
	case NoMultiDevice:
		s.tell(event.ConnectionQRWithoutMD, event.Empty{})
	case PasskeyAsked:
		s.passkeyAsked(v)
	case PasskeyCode:
		s.passkeyCode(v)
	case PasskeyFailed:
		s.tell(event.ConnectionPasskeyError, event.PasskeyError{Error: v.Error, Continuation: v.Continuation})
		s.endPairing(PairingStep{Kind: StepError, Data: StepFailure{v.Error}})
	}
}

// showCodes begins the rotation: the first code is valid for 60 s, the others for 20 s each.
func (s *session) showCodes(texts []string) {
	p := s.currentPairing()
	if p == nil || len(texts) == 0 {
		return
	}
	s.clock.clear(watchdog)
	s.mu.Lock()
	first := p.codes == nil
	p.codes, p.index = texts, -1
	s.mu.Unlock()
	s.nextCode()
	if first {
		close(p.ready)
	}
}

// nextCode makes the next code the current one; after the last one the pairing has timed out.
func (s *session) nextCode() {
	p := s.currentPairing()
	if p == nil {
		return
	}
	s.mu.Lock()
	p.index++
	if p.index >= len(p.codes) {
		s.mu.Unlock()
		s.tell(event.ConnectionPairTimeout, event.Empty{})
		s.endPairing(PairingStep{Kind: StepTimeout, Data: event.Empty{}})
		return
	}
	shown := otherCodesShown
	if p.index == 0 {
		shown = firstCodeShown
	}
	p.current = PairingCode{Text: p.codes[p.index], Index: p.index, ExpiresAt: time.Now().Add(shown)}
	code := p.current
	s.mu.Unlock()
	s.clock.set(rotate, shown)
	data := event.QRCode{Code: code.Text, Index: code.Index, ExpiresAt: event.TimeOf(code.ExpiresAt)}
	s.tell(event.ConnectionQR, data)
	s.step(PairingStep{StepQR, data})
}

// paired: WhatsApp has accepted. The login is a connection of its own, which our loop makes.
func (s *session) paired(v Paired) {
	p := s.currentPairing()
	if p == nil {
		return
	}
	s.clock.clear(rotate)
	s.clock.set(loginAgain, loginLimit)
	s.mu.Lock()
	s.dev.JID, s.dev.LID, s.dev.Phone = v.JID, v.LID, v.Phone
	s.learnSelf(&s.dev)
	s.dev.BusinessName, s.dev.Platform = v.BusinessName, v.Platform
	s.mu.Unlock()
	s.linkedAs(p.was, v.JID)
	linked := v.Linked // the claim came before the LID was known
	s.m.diary.add(entry{s.id, func(ctx context.Context) error { return s.m.store.Link(ctx, s.id, linked) }})
	s.turn(Connecting, "paired")
	data := event.PairSuccess{JID: bare(v.JID), LID: bare(v.LID), Phone: event.Text(v.Phone),
		BusinessName: event.Text(v.BusinessName), Platform: event.Text(v.Platform)}
	s.tell(event.ConnectionPairSuccess, data)
	s.finish(PairingStep{StepPaired, data}, "")
	if p.relogin {
		s.relogin()
	}
}

// relogin makes the connection that follows a pairing.
func (s *session) relogin() {
	if p := s.currentPairing(); p != nil {
		p.relogin = true
		return
	}
	if !s.device().State.Linked() || s.device().State.Online() {
		return
	}
	s.clock.clear(loginAgain, watchdog)
	s.hang()
	s.clock.set(retry, 0)
}

// endPairing ends a pairing that did not link.
func (s *session) endPairing(last PairingStep) {
	p := s.currentPairing()
	if p == nil {
		return
	}
	s.clock.clear(retry, watchdog, rotate, loginAgain, expectDown)
	s.dropPairing(last)
	s.turn(p.before, string(last.Kind))
	s.drop()
	if p.before == New {
		s.mu.Lock()
		s.dev.JID, s.dev.LID, s.dev.Phone = "", "", ""
		s.mu.Unlock()
	}
	s.m.diary.add(entry{s.id, func(ctx context.Context) error { return s.m.store.Release(ctx, s.id, p.before == New) }})
}

// lostPairing: the connection ended before a link. The server ends it when the last code has been shown long enough.
func (s *session) lostPairing() {
	p := s.currentPairing()
	if p != nil && p.codes != nil && p.index >= len(p.codes)-1 && p.passkey == passkeyNone {
		s.tell(event.ConnectionPairTimeout, event.Empty{})
		s.endPairing(PairingStep{Kind: StepTimeout, Data: event.Empty{}})
		return
	}
	s.endPairing(PairingStep{Kind: StepError, Data: StepFailure{"The connection to WhatsApp was lost"}})
}

func (s *session) dropPairing(last PairingStep) {
	failure := string(last.Kind)
	if f, ok := last.Data.(StepFailure); ok {
		failure = f.Error
	}
	s.finish(last, failure)
}

// finish gives the watchers the last step and lets the pairing go.
func (s *session) finish(last PairingStep, failure string) {
	s.step(last)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pair == nil {
		return
	}
	for _, w := range s.pair.watchers {
		close(w)
	}
	s.pair.watchers = nil
	s.pair.failure = failure
	close(s.pair.done)
	s.pair = nil
}

// step tells the watchers. A watcher that does not read loses steps, never the others their time.
func (s *session) step(step PairingStep) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pair == nil {
		return
	}
	for _, w := range s.pair.watchers {
		select {
		case w <- step:
		default:
		}
	}
}
