package whatsapp_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
	"wapost/internal/simulator"
	"wapost/internal/whatsapp"
)

func texts(list []logged) []string {
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = l.field("text")
	}
	return out
}

// burst has a person write numbered texts.
func burst(t testing.TB, from *simulator.Person, to string, n int) {
	t.Helper()
	if _, err := from.StartBurst(simulator.Burst{To: to, Count: n, Text: "{n}"}); err != nil {
		t.Fatal(err)
	}
}

func burstAcked(t testing.TB, from *simulator.Person) {
	t.Helper()
	until(t, func() bool {
		s, _ := from.BurstStatus()
		return !s.Running && s.Acked == s.Count
	}, func() string {
		s, _ := from.BurstStatus()
		return fmt.Sprintf("%d of %d acknowledged", s.Acked, s.Count)
	})
}

func inOrder(t testing.TB, g *gateway, id string, n int) {
	t.Helper()
	got := texts(g.events(id, event.MessageReceived))
	want := make([]string, n)
	for i := range want {
		want[i] = fmt.Sprint(i + 1)
	}
	if !slices.Equal(got, want) {
		at := 0
		for at < len(got) && at < len(want) && got[at] == want[at] {
			at++
		}
		t.Fatalf("%d events, want %d; they differ at %d: %v", len(got), n, at, got[at:min(at+5, len(got))])
	}
}

func TestStorageThatComesBackSoonCostsNoConnection(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	logins := dev.Info().Logins
	g.sink.down.Store(true)
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "patience"})
	tries := g.sink.tries.Load()
	until(t, func() bool { return g.sink.tries.Load() > tries+2 })
	if d.Acked() {
		t.Fatal("acknowledged although nothing is on disk")
	}
	g.sink.down.Store(false)
	acked(t, d)
	if n := len(g.events(id, event.MessageReceived)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	if now := dev.Info().Logins; now != logins {
		t.Errorf("%d new connections, want none", now-logins)
	}
}

func TestStorageThatStaysDownStopsTheConnectionAndLosesNothing(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w, func(o *whatsapp.Options) { o.Patience = 100 * time.Millisecond })
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	g.sink.down.Store(true)
	burst(t, bob, alice.Phone(), 50)
	until(t, func() bool { return g.dialer.Counters.Refusals.Load() >= 2 })
	if u := len(dev.Unacked()); u < 50 {
		t.Fatalf("%d of 50 wait at WhatsApp: the others were acknowledged without being on disk", u)
	}
	g.sink.down.Store(false)
	burstAcked(t, bob)
	inOrder(t, g, id, 50)
	e := g.await(id, event.ConnectionDisconnected, func(l logged) bool { return l.field("reason") == "storage" })
	if e.Sequence == nil {
		t.Error("the event has no sequence number")
	}
}

func TestARefusalKeepsTheOrderOfWhatFollows(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	failures := 0
	g.sink.refusing(func(e *event.Event) error {
		if m, ok := e.Data.(event.Message); ok && *m.Text == "3" && failures < 2 {
			failures++
			return fault.New(fault.Internal, "Failed to record event")
		}
		return nil
	})
	dev.Hold()
	burst(t, bob, alice.Phone(), 200)
	until(t, func() bool { return len(dev.Unacked()) == 200 })
	dev.Release(0)
	burstAcked(t, bob)
	inOrder(t, g, id, 200)
	if failures != 2 {
		t.Errorf("%d failures, want 2", failures)
	}
}

func TestAPoisonedMessageIsQuarantinedAndTheOthersGoOn(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	refused := 0
	g.sink.refusing(func(e *event.Event) error {
		if m, ok := e.Data.(event.Message); ok && *m.Text == "poison" {
			refused++
			return fault.New(fault.Internal, "Failed to record event")
		}
		return nil
	})
	bad := send(t, bob, simulator.Message{To: alice.Phone(), Text: "poison"})
	good := send(t, bob, simulator.Message{To: alice.Phone(), Text: "wholesome"})
	acked(t, bad)
	acked(t, good)
	if refused != 5 {
		t.Errorf("refused %d times, want 5", refused)
	}
	g.await(id, event.DeviceGap, func(l logged) bool { return l.field("reason") == "quarantined" })
	e := g.await(id, event.Unknown, func(l logged) bool { return l.field("reason") == "convert_failed" })
	if len(e.Raw) == 0 {
		t.Error("the raw form is missing")
	}
	g.await(id, event.MessageReceived, func(l logged) bool { return l.field("text") == "wholesome" })
	if n := g.dialer.Counters.Quarantined.Load(); n != 1 {
		t.Errorf("%d quarantined", n)
	}
}

func TestABacklogThatOverflowsTheLibrarysQueueArrivesInOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("5,000 messages")
	}
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	dev.Hold()
	const n = 5000
	burst(t, bob, alice.Phone(), n)
	within(t, 3*time.Minute, func() bool { return len(dev.Unacked()) == n })
	dev.Release(0)
	within(t, 3*time.Minute, func() bool { s, _ := bob.BurstStatus(); return s.Acked == n })
	inOrder(t, g, id, n)
	if g.dialer.Counters.OrderRefusals.Load() == 0 {
		t.Error("the queue never overflowed: this test shows nothing")
	}
	g.state(id, session.Connected)
	t.Logf("%d connections were closed for the order", g.dialer.Counters.OrderRefusals.Load())
}

func TestACallIsNotAcknowledgedBeforeItIsOnDisk(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w, func(o *whatsapp.Options) { o.Patience = 50 * time.Millisecond })
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	g.sink.down.Store(true)
	if _, err := bob.Call(simulator.Call{To: alice.Phone(), ID: "CALL1"}); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return g.dialer.Counters.Refusals.Load() >= 1 })
	if len(dev.Unacked()) != 1 {
		t.Fatal("acknowledged although nothing is on disk")
	}
	g.sink.down.Store(false)
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	e := g.await(id, event.CallOffer, nil)
	if e.field("call_id") != "CALL1" || e.field("creator", "phone") != "+491700000002" {
		t.Errorf("%s", e.Data)
	}
}

func TestAFailingKeyStoreLosesNoMessage(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "before"}))
	lock, err := g.keys.DB.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The disk is full, as far as the library can tell: its tables cannot be written.
	for _, q := range []string{
		`CREATE TRIGGER full_buffer BEFORE INSERT ON whatsmeow_event_buffer BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
		`CREATE TRIGGER full_sessions BEFORE UPDATE ON whatsmeow_sessions BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
	} {
		if _, err := lock.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "during"})
	until(t, func() bool { return g.dialer.Counters.StoreErrors.Load() >= 2 })
	if d.Acked() || len(dev.Unacked()) != 1 {
		t.Fatal("acknowledged although the key store failed")
	}
	for _, q := range []string{`DROP TRIGGER full_buffer`, `DROP TRIGGER full_sessions`} {
		if _, err := lock.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	acked(t, d)
	if got := texts(g.events(id, event.MessageReceived)); !slices.Equal(got, []string{"before", "during"}) {
		t.Errorf("got %v", got)
	}
	if n := len(g.events(id, event.MessageUndecryptable)); n != 0 {
		t.Errorf("%d undecryptable events, want none", n)
	}
}
