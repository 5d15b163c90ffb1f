package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/journal"
	"wapost/internal/message"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// line is a client without WhatsApp: the test says what comes of a connect.
type line struct {
	obs      session.Observer
	mu       sync.Mutex
	connects []time.Time
	closes   int
	answer   func(n int) error // of the nth Connect; nil = success
}

func (l *line) Connect(context.Context) error {
	l.mu.Lock()
	l.connects = append(l.connects, time.Now())
	n, answer := len(l.connects), l.answer
	l.mu.Unlock()
	if answer != nil {
		return answer(n)
	}
	return nil
}

func (l *line) Close()                      { l.mu.Lock(); l.closes++; l.mu.Unlock() }
func (l *line) Discard()                    {}
func (l *line) Quiet(context.Context) error { return nil }
func (l *line) Heard() time.Time            { return time.Time{} }
func (l *line) PairCode(context.Context, string, bool, string) (string, error) {
	return "ABCD-EFGH", nil
}
func (l *line) Send(context.Context, session.Parcel) (session.Accepted, error) {
	return session.Accepted{At: time.Now()}, nil
}
func (l *line) Lookup(context.Context, []string) ([]session.Registration, error) { return nil, nil }
func (l *line) Logout(context.Context) error                                     { return nil }
func (l *line) Download(context.Context, event.Attachment, session.Target) error { return nil }
func (l *line) AskPhone(context.Context, event.Attachment) error                 { return nil }

func (l *line) History(context.Context, []byte, bool, func(session.HistorySlice) error) (session.HistorySummary, error) {
	return session.HistorySummary{}, nil
}
func (l *line) HistoryStored(context.Context, string, []byte) error            { return nil }
func (l *line) HistoryAgain(context.Context, string, []byte) error             { return nil }
func (l *line) AskHistory(context.Context, session.HistoryAsk) (string, error) { return "", nil }

func (l *line) AnswerPasskey(_ context.Context, a session.Assertion) error {
	if a.ID == "" {
		return fault.New(fault.BadGateway, "WhatsApp answered 400 (bad-request)")
	}
	return nil
}
func (l *line) ConfirmPasskey(context.Context) error { return nil }

func (l *line) closed() int { l.mu.Lock(); defer l.mu.Unlock(); return l.closes }

func (l *line) tries() []time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]time.Time(nil), l.connects...)
}

// dialer gives each device lines that behave as the test says.
type dialer struct {
	mu     sync.Mutex
	lines  []*line
	answer func(n int) error
	renews atomic.Int64
	keys   bool
}

func (d *dialer) Dial(_ context.Context, l session.Linked, o session.Observer) (session.Line, error) {
	if l.JID != "" && !d.keys {
		return nil, fault.New(fault.NotFound, "No keys for this device")
	}
	made := &line{obs: o, answer: d.answer}
	d.mu.Lock()
	d.lines = append(d.lines, made)
	d.mu.Unlock()
	return made, nil
}
func (d *dialer) Forget(context.Context, string) error                    { return nil }
func (d *dialer) Compose(message.Outgoing, session.Quote) ([]byte, error) { return nil, nil }
func (d *dialer) Renew(context.Context) (bool, error)                     { d.renews.Add(1); return false, nil }
func (d *dialer) last() *line {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines[len(d.lines)-1]
}

// house is a manager over a real store and lines without WhatsApp, in a bubble of fake time.
type house struct {
	t    *testing.T
	db   *store.DB
	d    *dialer
	m    *session.Manager
	sink *sink

	endManager func()
}

type sink struct {
	*journal.Journal
	down atomic.Bool
}

func (s *sink) Append(ctx context.Context, e *event.Event) error {
	if s.down.Load() {
		return fault.New(fault.Unavailable, "Storage is unavailable")
	}
	return s.Journal.Append(ctx, e)
}

// inBubble runs f with fake time.
func inBubble(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wapost.db")
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, d: &dialer{keys: true}}
		h.db = storetest.Stopped(t, path)
		stopWriter := storetest.Start(t, h.db)
		err := h.db.Write(t.Context(), "seed", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 2, 1, 1)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.sink = &sink{Journal: journal.New(h.db.Events())}
		h.runManager()
		defer stopWriter()
		defer func() { h.endManager() }()
		f(t, h)
	})
}

// runManager begins the life of a manager, as a start of the process does.
func (h *house) runManager() {
	h.m = session.NewManager(session.Options{Store: h.db.Devices(), Identities: h.db.Identities(), Sink: h.sink, Dialer: h.d})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.m.Run(ctx) }()
	h.endManager = func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	}
}

func (h *house) device() string {
	h.t.Helper()
	d, err := h.m.Create(h.t.Context(), session.NewDevice{AccountID: 1, Name: "test", SecretHash: []byte{1}})
	if err != nil {
		h.t.Fatal(err)
	}
	return d.ID
}

// online makes a device that is linked and connected.
func (h *house) online() (string, *line) {
	h.t.Helper()
	id := h.device()
	l := h.pairing(id)
	h.pair(l)
	synctest.Wait()
	l.obs.Signal(session.Up{PushName: "Alice"})
	synctest.Wait()
	h.state(id, session.Connected)
	return id, l
}

// pairing begins a pairing and brings its codes.
func (h *house) pairing(id string) *line {
	h.t.Helper()
	go func() { _, _ = h.m.StartPairing(context.Background(), 1, id) }() // its answer is not the matter here
	synctest.Wait()
	l := h.d.last()
	l.obs.Signal(session.Codes{Texts: []string{"c0", "c1", "c2", "c3", "c4", "c5"}})
	synctest.Wait()
	return l
}

func (h *house) pair(l *line) {
	h.t.Helper()
	if err := l.obs.Claim(h.t.Context(), session.Linked{JID: "491700000001:1@s.whatsapp.net", Phone: "+491700000001"}); err != nil {
		h.t.Fatal(err)
	}
	l.obs.Signal(session.Paired{Linked: session.Linked{JID: "491700000001:1@s.whatsapp.net", LID: "99:1@lid", Phone: "+491700000001"}})
	synctest.Wait()
	l.obs.Signal(session.LoginAgain{})
	synctest.Wait()
}

func (h *house) state(id string, want session.State) session.Status {
	h.t.Helper()
	st, err := h.m.Status(h.t.Context(), 1, id)
	if err != nil {
		h.t.Fatal(err)
	}
	if st.State != want {
		h.t.Fatalf("state %s (%s), want %s", st.State, st.Reason, want)
	}
	return st
}

// types returns the types of a device's events, state changes as ">state".
func (h *house) types(id string) []string {
	h.t.Helper()
	recs, err := h.db.Events().After(h.t.Context(), 1, id, 0, 1<<60, 10_000)
	if err != nil {
		h.t.Fatal(err)
	}
	var list []string
	for _, r := range recs {
		var e struct{ Data struct{ To, Reason string } }
		if err := json.Unmarshal(r.Body, &e); err != nil {
			h.t.Fatal(err)
		}
		switch r.Type {
		case event.DeviceStateChanged:
			list = append(list, ">"+e.Data.To)
		case event.ConnectionDisconnected:
			list = append(list, "disconnected:"+e.Data.Reason)
		default:
			list = append(list, string(r.Type))
		}
	}
	return list
}

var errNoNetwork = errors.New("no network")
