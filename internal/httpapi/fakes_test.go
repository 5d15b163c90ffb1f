package httpapi

import (
	"context"
	"sync"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/outbox"
	"wapost/internal/session"
)

// noWhatsApp is a Dialer without a network.
type noWhatsApp struct{}

func (noWhatsApp) Dial(context.Context, session.Linked, session.Observer) (session.Line, error) {
	return nil, fault.New(fault.Unavailable, "No network in this test")
}
func (noWhatsApp) Forget(context.Context, string) error { return nil }
func (noWhatsApp) Compose(message.Outgoing, session.Quote) ([]byte, error) {
	return nil, fault.New(fault.Unavailable, "No network in this test")
}
func (noWhatsApp) Renew(context.Context) (bool, error) { return false, nil }

// staged is the real Manager whose pairings and connection are played.
type staged struct {
	*session.Manager
	mu        sync.Mutex
	pairing   map[string]session.PairingCode
	watcher   chan session.PairingStep
	assertion session.Assertion
}

func (s *staged) StartPairing(ctx context.Context, account int64, id string) (session.PairingCode, error) {
	if _, err := s.Get(ctx, account, id); err != nil {
		return session.PairingCode{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code := session.PairingCode{Text: "2@ref,key,identity,adv", ExpiresAt: time.Now().Add(time.Minute)}
	s.pairing[id] = code
	return code, nil
}

func (s *staged) CurrentCode(ctx context.Context, account int64, id string) (session.PairingCode, error) {
	if _, err := s.Get(ctx, account, id); err != nil {
		return session.PairingCode{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code, ok := s.pairing[id]
	if !ok {
		return code, fault.New(fault.Conflict, "No pairing is running")
	}
	return code, nil
}

func (s *staged) WatchPairing(ctx context.Context, account int64, id string) (<-chan session.PairingStep, error) {
	code, err := s.CurrentCode(ctx, account, id)
	if err != nil {
		return nil, err
	}
	s.watcher = make(chan session.PairingStep, 4)
	s.watcher <- session.PairingStep{Kind: session.StepQR, Data: event.QRCode{Code: code.Text, ExpiresAt: event.TimeOf(code.ExpiresAt)}}
	return s.watcher, nil
}

func (s *staged) PairByPhone(ctx context.Context, account int64, id, phone string, _ bool, _ string) (session.PairingCode, error) {
	_, err := s.Get(ctx, account, id)
	return session.PairingCode{Text: "ABCD-" + phone[len(phone)-4:], ExpiresAt: time.Now().Add(time.Minute)}, err
}

// AnswerPasskey takes every assertion of a running pairing.
func (s *staged) AnswerPasskey(ctx context.Context, account int64, id string, a session.Assertion) (session.State, error) {
	if _, err := s.CurrentCode(ctx, account, id); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assertion = a
	return session.Pairing, nil
}

func (s *staged) ConfirmPasskey(ctx context.Context, account int64, id string) (session.State, error) {
	if _, err := s.CurrentCode(ctx, account, id); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.assertion.ID == "" {
		return "", fault.New(fault.Conflict, "No code waits for a confirmation")
	}
	return session.Pairing, nil
}

func (s *staged) CancelPairing(ctx context.Context, account int64, id string) error {
	if _, err := s.CurrentCode(ctx, account, id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pairing, id)
	return nil
}

func (s *staged) Registered(ctx context.Context, account int64, id, phone string) (session.Registration, error) {
	_, err := s.Get(ctx, account, id)
	return session.Registration{Phone: phone, Registered: true, JID: phone[1:] + "@s.whatsapp.net", LID: "99@lid"}, err
}

// fakeOutbox keeps messages in memory, per account and device.
type fakeOutbox struct {
	mu      sync.Mutex
	sent    []submitted
	state   outbox.State
	fail    error
	entered chan struct{} // when set, Submit says so and waits for release
	release chan struct{}
}

type submitted struct {
	account int64
	device  string
	m       message.Outgoing
	o       outbox.Options
	id      string
}

func newFakeOutbox() *fakeOutbox { return &fakeOutbox{state: outbox.Sent} }

func (f *fakeOutbox) Submit(ctx context.Context, account int64, device string, m message.Outgoing, o outbox.Options) (outbox.Result, error) {
	if f.entered != nil {
		f.entered <- struct{}{}
		<-f.release
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return outbox.Result{}, f.fail
	}
	id := "3EB0" + string(rune('A'+len(f.sent)))
	f.sent = append(f.sent, submitted{account, device, m, o, id})
	r := outbox.Result{MessageID: id, Chat: event.Chat{JID: "4915550003333@s.whatsapp.net", Kind: event.DirectChat}, State: f.state, ClientRef: m.ClientRef}
	if f.state == outbox.Sent {
		r.SentAt = time.Now()
	}
	return r, nil
}

func (f *fakeOutbox) List(_ context.Context, account int64, device string, _ outbox.Filter) ([]outbox.Entry, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []outbox.Entry
	for _, s := range f.sent {
		if s.account == account && s.device == device {
			list = append(list, outbox.Entry{Result: outbox.Result{MessageID: s.id, State: f.state, Chat: event.Chat{Kind: event.DirectChat}}})
		}
	}
	return list, "", nil
}

func (f *fakeOutbox) Message(_ context.Context, account int64, device, id string) (event.Message, string, chat.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.sent {
		if s.account == account && s.device == device && s.id == id {
			own := true
			return event.Message{MessageID: id, FromMe: &own, Kind: event.KindText, Text: &s.m.Text}, s.m.ClientRef, chat.Queued, nil
		}
	}
	return event.Message{}, "", "", fault.New(fault.NotFound, "No such message")
}

func (f *fakeOutbox) Cancel(_ context.Context, account int64, device, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, s := range f.sent {
		if s.account == account && s.device == device && s.id == id {
			f.sent = append(f.sent[:i], f.sent[i+1:]...)
			return nil
		}
	}
	return fault.New(fault.NotFound, "No such message")
}
