package whatsapp_test

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/journal"
	"wapost/internal/outbox"
	"wapost/internal/session"
	"wapost/internal/simulator"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/whatsapp"
)

// authority is shared by all simulators of this process: the trust root is a variable of the library.
var authority = sync.OnceValue(func() *simulator.Authority {
	a, err := simulator.NewAuthority()
	if err != nil {
		panic(err)
	}
	return a
})

const patience = time.Minute

// log is what the gateway logs; WAPOST_TEST_LOG=1 shows it.
func logger() *slog.Logger {
	if os.Getenv("WAPOST_TEST_LOG") != "" {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.DiscardHandler)
}

// world is a simulator that runs as long as the test.
type world struct {
	*simulator.Server
	t testing.TB
}

// newWorld makes one. Its test runs beside others: nearly all of its time is spent waiting for back-offs.
func newWorld(t testing.TB) *world {
	t.Helper()
	if p, ok := t.(*testing.T); ok {
		p.Parallel()
	}
	return newWorldWith(t, simulator.Options{QuietLink: true})
}

func newWorldWith(t testing.TB, o simulator.Options) *world {
	t.Helper()
	o.Authority = authority()
	s, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run the simulator: %v", err)
		}
	})
	return &world{s, t}
}

func (w *world) person(phone, name string) *simulator.Person {
	w.t.Helper()
	p, _, err := w.CreatePerson(simulator.PersonSpec{Phone: phone, Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) faults(scope string, change func(*simulator.Faults)) {
	w.t.Helper()
	if _, err := w.ChangeFaults(scope, func(f *simulator.Faults) error { change(f); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

// gateway is everything between the wire and the log, on the files of one directory.
type gateway struct {
	t      testing.TB
	w      *world
	db     *store.DB
	keys   *store.Keys
	dialer *whatsapp.Dialer
	m      *session.Manager
	o      *outbox.Outbox
	sink   *sink
	stop   func()
}

// sink is the journal, which can be told to fail.
type sink struct {
	*journal.Journal
	down   atomic.Bool                              // storage fails for everything
	refuse atomic.Pointer[func(*event.Event) error] // fails for some
	tries  atomic.Int64
}

func (s *sink) Append(ctx context.Context, e *event.Event) error {
	s.tries.Add(1)
	if s.down.Load() {
		return fault.New(fault.Unavailable, "Storage is unavailable")
	}
	if f := s.refuse.Load(); f != nil {
		if err := (*f)(e); err != nil {
			return err
		}
	}
	return s.Journal.Append(ctx, e)
}

func (s *sink) refusing(f func(*event.Event) error) { s.refuse.Store(&f) }

// newGateway starts a gateway with one account; change may set options.
func newGateway(t testing.TB, w *world, change ...func(*whatsapp.Options)) *gateway {
	t.Helper()
	dir := t.TempDir()
	g := openGateway(t, w, dir, change...)
	return g
}

func openGateway(t testing.TB, w *world, dir string, change ...func(*whatsapp.Options)) *gateway {
	t.Helper()
	g := &gateway{t: t, w: w}
	g.db = storetest.Stopped(t, filepath.Join(dir, "wapost.db"))
	stopWriter := storetest.Start(t, g.db)
	g.seed()
	keys, err := store.OpenKeys(t.Context(), filepath.Join(dir, "whatsapp.db"))
	if err != nil {
		t.Fatal(err)
	}
	g.keys = keys
	root := w.RootKey()
	o := whatsapp.Options{DB: keys.DB, Sync: keys.Sync, Meta: g.db, Logger: logger(), RootKey: &root, Address: w.Addr(), Patience: 2 * time.Second}
	for _, f := range change {
		f(&o)
	}
	if g.dialer, err = whatsapp.New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	g.sink = &sink{Journal: journal.New(g.db.Events())}
	guard := cmp.Or(o.Guard, egress.New(egress.Policy{}))
	g.m = session.NewManager(session.Options{CheckProxy: guard.CheckProxy, Store: g.db.Devices(), Identities: g.db.Identities(), Sink: g.sink, Dialer: g.dialer, Messages: g.db.Messages(), Chats: g.db.Messages(), Logger: logger(), Spread: time.Millisecond})
	g.o = outbox.New(outbox.Parts{Store: g.db.Outbox(), Sender: g.m, Sink: g.sink, Messages: g.db.Messages(), Logger: logger()})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{g.m.Run, g.o.Run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	g.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		stopWriter()
		if err := g.db.Close(); err != nil { // the next one may open it
			t.Errorf("close the database: %v", err)
		}
		if err := keys.Close(); err != nil {
			t.Errorf("close the key store: %v", err)
		}
	})
	t.Cleanup(g.stop)
	return g
}

// seed makes the accounts 1 and 2.
func (g *gateway) seed() {
	err := g.db.Write(context.Background(), "seed", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT OR IGNORE INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 100, 1, 1), (2, 'two', 2, 1, 1)`)
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *gateway) device(account int64) session.Device {
	g.t.Helper()
	d, err := g.m.Create(g.t.Context(), session.NewDevice{AccountID: account, Name: "test", SecretHash: []byte{1}})
	if err != nil {
		g.t.Fatal(err)
	}
	return d
}

// linked makes a device of account 1 and links it to a person.
func (g *gateway) linked(p *simulator.Person) (string, *simulator.Device) {
	g.t.Helper()
	id := g.device(1).ID
	return id, g.link(id, p)
}

func (g *gateway) link(id string, p *simulator.Person) *simulator.Device {
	g.t.Helper()
	code, err := g.m.StartPairing(g.t.Context(), 0, id)
	if err != nil {
		g.t.Fatalf("start pairing: %v", err)
	}
	d, err := p.Scan(g.t.Context(), code.Text)
	if err != nil {
		g.t.Fatalf("scan: %v", err)
	}
	g.state(id, session.Connected)
	return d
}

// state waits until a device is in a state.
func (g *gateway) state(id string, want session.State) session.Status {
	g.t.Helper()
	var st session.Status
	until(g.t, func() bool {
		var err error
		if st, err = g.m.Status(g.t.Context(), 0, id); err != nil {
			g.t.Fatal(err)
		}
		return st.State == want
	}, func() string { return "state " + string(st.State) + " (" + st.Reason + "), want " + string(want) })
	return st
}

// logged is a recorded event, opened.
type logged struct {
	ID       string
	Type     event.Type
	Sequence *int64
	Origin   event.Origin
	Account  event.Account
	Data     json.RawMessage
	Key      string `json:"-"`
	Raw      []byte `json:"-"`
}

// field reads a member of the data, "" when it is null or another type.
func (l logged) field(path ...string) string {
	var v any
	if err := json.Unmarshal(l.Data, &v); err != nil {
		return ""
	}
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	s, _ := v.(string)
	return s
}

// open reads the data into a payload struct.
func (l logged) open(t testing.TB, data any) {
	t.Helper()
	if err := json.Unmarshal(l.Data, data); err != nil {
		t.Fatalf("%s: %v", l.Data, err)
	}
}

// member is a member of the data as it stands; nil when there is none.
func (l logged) member(name string) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(l.Data, &members) != nil {
		return nil
	}
	return members[name]
}

// read opens a member of the data; what does not fit stays zero.
func (l logged) read(name string, into any) { _ = json.Unmarshal(l.member(name), into) }

// flag is a boolean member of the data.
func (l logged) flag(name string) bool { return string(l.member(name)) == "true" }

// holds reports whether the data has a piece of JSON.
func (l logged) holds(piece string) bool { return strings.Contains(string(l.Data), piece) }

// events returns the log of a device.
func (g *gateway) events(id string, types ...event.Type) []logged {
	g.t.Helper()
	recs, err := g.db.Events().After(context.Background(), 0, id, 0, 1<<60, 1<<30)
	if err != nil {
		g.t.Fatal(err)
	}
	var list []logged
	for _, r := range recs {
		var l logged
		if err := json.Unmarshal(r.Body, &l); err != nil {
			g.t.Fatal(err)
		}
		l.Key, l.Raw = r.Key, r.Raw
		for _, t := range types {
			if t == l.Type {
				list = append(list, l)
			}
		}
		if len(types) == 0 {
			list = append(list, l)
		}
	}
	return list
}

// await waits for an event.
func (g *gateway) await(id string, kind event.Type, fits func(logged) bool) logged {
	g.t.Helper()
	var found *logged
	until(g.t, func() bool {
		for _, l := range g.events(id, kind) {
			if fits == nil || fits(l) {
				found = &l
				return true
			}
		}
		return false
	}, func() string { return "no " + string(kind) + " came; there were " + g.names(id) })
	return *found
}

func (g *gateway) names(id string) string {
	s := ""
	for _, l := range g.events(id) {
		s += string(l.Type)
		if l.Type == event.DeviceStateChanged {
			s += "(" + l.field("to") + ")"
		}
		s += " "
	}
	return s
}

func withID(id string) func(logged) bool {
	return func(l logged) bool { return l.field("message_id") == id }
}

// send writes a message of a person.
func send(t testing.TB, p *simulator.Person, m simulator.Message) *simulator.Delivery {
	t.Helper()
	d, err := p.Send(m)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	return d
}

// acked waits until every device has acknowledged.
func acked(t testing.TB, d *simulator.Delivery) {
	t.Helper()
	until(t, d.Acked, func() string { return "not acknowledged: " + d.ID })
}

// until polls a condition that no channel tells of.
func until(t testing.TB, done func() bool, why ...func() string) {
	t.Helper()
	within(t, patience, done, why...)
}

func within(t testing.TB, limit time.Duration, done func() bool, why ...func() string) {
	t.Helper()
	deadline, tick := time.After(limit), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			if len(why) > 0 {
				t.Fatal(why[0]())
			}
			t.Fatal("the condition did not come true")
		}
	}
}
