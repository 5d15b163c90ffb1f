package simulator

import (
	"context"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
)

// The trust root is a package variable of whatsmeow, so all simulators of this process share one authority.
var testAuthority *Authority

func TestMain(m *testing.M) {
	authority, err := NewAuthority()
	if err != nil {
		panic(err)
	}
	testAuthority = authority
	whatsmeow.WACertPubKey = authority.RootKey()
	var quiet logger.Loggable = silent{}
	logger.Setup(&quiet)
	os.Exit(m.Run())
}

// silent keeps libsignal from printing every undecryptable message.
type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}

const patience = 30 * time.Second

// world is a running simulator.
type world struct {
	t testing.TB
	s *Server
}

func newWorld(t testing.TB, opts Options) *world {
	t.Helper()
	opts.Authority = testAuthority
	s, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	if err = s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	w := &world{t, s}
	t.Cleanup(w.run())
	return w
}

// run serves until the returned function is called.
func (w *world) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.s.Run(ctx) }()
	until(w.t, func() bool {
		w.s.life.mu.Lock()
		defer w.s.life.mu.Unlock()
		return w.s.life.ctx != nil
	})
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
}

func (w *world) person(phone, name string) *Person {
	w.t.Helper()
	p, _, err := w.s.CreatePerson(PersonSpec{Phone: phone, Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) http() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: w.s.Dial, DialTLSContext: w.s.Dial}}
}

// client is the real client with what it has reported. It comes back by a loop of its own: the library's has a data race
// with a send that waits for the connection.
type client struct {
	*whatsmeow.Client
	w        *world
	keys     *store.Device
	events   *Feed[any]
	stayDown func() // ends the loop
}

// client makes a client that was never linked. handle may refuse events; nil accepts all.
func (w *world) client(handle func(any) bool) *client { return w.clientOn(newClientStore(), handle) }

// clientOn makes a client object on stored keys, as after a restart.
func (w *world) clientOn(keys *store.Device, handle func(any) bool) *client {
	c := &client{Client: whatsmeow.NewClient(keys, waLog.Noop), w: w, keys: keys, events: newFeed[any](1_000_000)}
	h := w.http()
	c.SetWebsocketHTTPClient(h)
	c.SetPreLoginHTTPClient(h)
	c.SetMediaHTTPClient(h)
	c.SynchronousAck, c.EnableDecryptedEventBuffer, c.EnableAutoReconnect = true, true, false
	c.AddEventHandlerWithSuccessStatus(func(e any) bool {
		c.events.add(func(uint64) any { return e })
		return handle == nil || handle(e)
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.comeBack(ctx)
	}()
	c.stayDown = func() { cancel(); <-ended }
	w.t.Cleanup(func() { c.stayDown(); c.Disconnect() })
	return c
}

// comeBack connects again after each Disconnected.
func (c *client) comeBack(ctx context.Context) {
	lost := Query[any]{Limit: 1, Timeout: 1000 * time.Hour, Keep: func(e *any) bool { _, is := (*e).(*events.Disconnected); return is }}
	for {
		page := c.events.Read(ctx, lost)
		if ctx.Err() != nil {
			return
		}
		lost.After = page.Next
		for wait(ctx, nil, time.Millisecond) && c.Connect() != nil {
			wait(ctx, nil, 20*time.Millisecond)
		}
	}
}

func (c *client) connect() {
	c.w.t.Helper()
	if err := c.Connect(); err != nil {
		c.w.t.Fatalf("connect: %v", err)
	}
}

// restart ends a client and makes another object on the same keys; it does not connect.
func (c *client) restart(handle func(any) bool) *client {
	c.stayDown()
	c.Disconnect()
	return c.w.clientOn(c.keys, handle)
}

// linked makes a person with a linked, logged-in client.
func (w *world) linked(phone, name string, handle func(any) bool) (*Person, *Device, *client) {
	w.t.Helper()
	p, c := w.person(phone, name), w.client(handle)
	return p, w.link(p, c), c
}

func (w *world) link(p *Person, c *client) *Device {
	w.t.Helper()
	c.connect()
	qr := await[*events.QR](w.t, c, nil)
	d, err := p.Scan(w.t.Context(), qr.Codes[0])
	if err != nil {
		w.t.Fatalf("scan: %v", err)
	}
	await[*events.Connected](w.t, c, nil)
	return d
}

// awaitAfter waits for an event of a type behind a mark (Feed.Next).
func awaitAfter[T any](t testing.TB, c *client, after uint64, fits func(T) bool) T {
	t.Helper()
	page := c.events.Read(t.Context(), Query[any]{After: after, Limit: 1, Timeout: patience, Keep: func(e *any) bool {
		v, ok := (*e).(T)
		return ok && (fits == nil || fits(v))
	}})
	if len(page.Entries) == 0 {
		var zero T
		t.Fatalf("no %T came; there were %s", zero, c.names(after))
	}
	return page.Entries[0].(T)
}

func await[T any](t testing.TB, c *client, fits func(T) bool) T {
	t.Helper()
	return awaitAfter(t, c, 0, fits)
}

func (c *client) count(fits func(any) bool) int {
	return len(c.events.Read(c.w.t.Context(), Query[any]{Limit: 1_000_000, Keep: func(e *any) bool { return fits(*e) }}).Entries)
}

func withID(id string) func(*events.Message) bool {
	return func(m *events.Message) bool { return m.Info.ID == id }
}

// entry waits for an inbox entry.
func entry(t testing.TB, p *Person, fits func(*Entry) bool) Entry {
	t.Helper()
	page := p.Inbox().Read(t.Context(), Query[Entry]{Limit: 1, Timeout: patience, Keep: fits})
	if len(page.Entries) == 0 {
		t.Fatalf("nothing came to the inbox of %s; there is %+v", p.Phone(), p.Inbox().Read(t.Context(), Query[Entry]{}).Entries)
	}
	return page.Entries[0]
}

func message(id string) func(*Entry) bool {
	return func(e *Entry) bool { return e.Kind == KindMessage && e.ID == id }
}

func receipt(kind, id string) func(*Entry) bool {
	return func(e *Entry) bool { return e.Kind == KindReceipt && e.Type == kind && e.IDs[0] == id }
}

// send writes and fails the test on an error.
func send(t testing.TB, p *Person, m Message) *Delivery {
	t.Helper()
	d, err := p.Send(m)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	return d
}

// acked waits for the acknowledgement of every device.
func acked(t testing.TB, d *Delivery) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := d.Wait(ctx); err != nil || !d.Acked() {
		t.Fatalf("%s is not acknowledged: %v %+v", d.ID, err, d.Targets())
	}
}

// until polls a condition that no channel tells of.
func until(t testing.TB, done func() bool) {
	t.Helper()
	deadline, tick := time.After(patience), time.NewTicker(2*time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the condition did not come true")
		}
	}
}

func faults(t testing.TB, s *Server, scope string, change func(*Faults)) {
	t.Helper()
	if _, err := s.ChangeFaults(scope, func(f *Faults) error { change(f); return nil }); err != nil {
		t.Fatal(err)
	}
}

func text(s string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(s)} }

func nothingUnhandled(t testing.TB, s *Server) {
	t.Helper()
	if u := s.Unhandled(); len(u.Queries)+len(u.Requests) > 0 {
		t.Errorf("unhandled: %+v", u)
	}
}
