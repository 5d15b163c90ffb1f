package control_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	_ "modernc.org/sqlite"

	"wapost/internal/simulator"
	"wapost/internal/simulator/control"
	"wapost/simclient"
)

// patience bounds every wait of the tests.
const patience = 30 * time.Second

// The trust root is a package variable of whatsmeow, so all simulators of this process share one authority.
var testAuthority *simulator.Authority

// exercised is what the client has been through in all tests together.
var exercised = newCoverage()

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if testAuthority, err = simulator.NewAuthority(); err != nil {
		panic(err)
	}
	whatsmeow.WACertPubKey = testAuthority.RootKey()
	var quiet logger.Loggable = silent{}
	logger.Setup(&quiet)
	code := m.Run()
	whole := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.list").Value.String() == ""
	if missing := exercised.missing(); code == 0 && whole && len(missing) > 0 {
		fmt.Fprintf(os.Stderr, "never seen through the client: %q\n", missing)
		code = 1
	}
	os.Exit(code)
}

// silent keeps libsignal from printing every message that cannot be decrypted.
type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}

// rig is a simulator, its control API and the client of customers.
type rig struct {
	*simclient.Client
	t   testing.TB
	sim *simulator.Server
	url string
}

func newSimulator(t testing.TB) *simulator.Server { return newSimulatorWith(t, true) }

func newSimulatorWith(t testing.TB, quietLink bool) *simulator.Server {
	t.Helper()
	sim, err := simulator.New(simulator.Options{Authority: testAuthority, QuietLink: quietLink})
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

// newRig starts a simulator on loopback sockets.
func newRig(t testing.TB) *rig { return newRigOn(t, newSimulator(t)) }

func newRigOn(t testing.TB, sim *simulator.Server) *rig {
	t.Helper()
	if err := sim.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	api := control.New(sim, control.Options{Version: "test"})
	if err := api.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- sim.Run(ctx) }()
	go func() { ended <- api.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, <-ended); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return &rig{Client: watched(api.URL()), t: t, sim: sim, url: api.URL()}
}

// served is a control API without sockets and without a running simulator.
func served(t testing.TB, sim *simulator.Server) *simclient.Client {
	t.Helper()
	web := httptest.NewServer(control.New(sim, control.Options{Version: "test"}))
	t.Cleanup(web.Close)
	return watched(web.URL)
}

// watched makes a client whose calls count as exercised.
func watched(url string) *simclient.Client {
	c := simclient.New(url)
	c.HTTP = &http.Client{Transport: exercised}
	return c
}

func (r *rig) user(phone, name string) simclient.User {
	r.t.Helper()
	u, _, err := r.CreateUser(r.t.Context(), simclient.NewUser{Phone: phone, Name: &name})
	must(r.t, err)
	return u
}

// gateway is the real client with what it has reported.
type gateway struct {
	*whatsmeow.Client
	t      testing.TB
	events chan any
	device string // "phone:n", once linked
}

// client makes a gateway that was never linked.
func (r *rig) client() *gateway {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(r.t.TempDir(), "keys.db")+
		"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)&_txlock=immediate")
	must(r.t, err)
	keys := sqlstore.NewWithDB(db, "sqlite", nil)
	must(r.t, keys.Upgrade(context.Background()))
	g := &gateway{Client: whatsmeow.NewClient(keys.NewDevice(), waLog.Noop), t: r.t, events: make(chan any, 10_000)}
	h := &http.Client{Transport: &http.Transport{DialContext: r.sim.Dial, DialTLSContext: r.sim.Dial}}
	g.SetWebsocketHTTPClient(h)
	g.SetPreLoginHTTPClient(h)
	g.SetMediaHTTPClient(h)
	g.SynchronousAck = true
	g.Store.PushName = "Owner" // a quiet phone does not tell it, and presence needs it
	g.AddEventHandler(func(e any) { g.events <- e })
	r.t.Cleanup(func() {
		g.Disconnect()
		h.CloseIdleConnections()
		if err := keys.Close(); err != nil {
			r.t.Errorf("close the keys: %v", err)
		}
	})
	return g
}

// code connects and returns the text of the first QR code.
func (g *gateway) code() string {
	g.t.Helper()
	must(g.t, g.Connect())
	return await[*events.QR](g, nil).Codes[0]
}

// linked makes a user with a linked gateway that is logged in.
func (r *rig) linked(phone, name string) *gateway {
	r.t.Helper()
	r.user(phone, name)
	g := r.client()
	result, err := r.Scan(r.t.Context(), phone, g.code())
	must(r.t, err)
	if result.Device == nil {
		r.t.Fatalf("scan answered %+v", result)
	}
	await[*events.Connected](g, nil)
	g.device = phone + ":1"
	until(r.t, func() bool {
		d, err := r.Device(r.t.Context(), g.device)
		return err == nil && d.PreKeys > 0
	})
	return g
}

// await takes events until one fits.
func await[T any](g *gateway, fits func(T) bool) T {
	g.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e := <-g.events:
			if v, ok := e.(T); ok && (fits == nil || fits(v)) {
				return v
			}
		case <-deadline:
			var zero T
			g.t.Fatalf("no %T came", zero)
		}
	}
}

func withID(id string) func(*events.Message) bool {
	return func(m *events.Message) bool { return m.Info.ID == id }
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

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails demands a code and, because it is fixed by the API, a status.
func fails(t testing.TB, err error, status int, code string) {
	t.Helper()
	var failure *simclient.Error
	if !errors.As(err, &failure) || failure.Code != code || failure.Status != status || failure.Message == "" {
		t.Errorf("failed with %v, want %d %s", err, status, code)
	}
}

// roundTrip changes requests on their way.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// altered is a client whose requests are changed.
func (r *rig) altered(change func(*http.Request)) *simclient.Client {
	c := simclient.New(r.url)
	c.HTTP = &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		change(req)
		return exercised.RoundTrip(req)
	})}
	return c
}

// coverage notes which routes and error codes tests have met, and checks every reply against the API document.
type coverage struct {
	mu     sync.Mutex
	doc    apiDocument
	routes map[string]bool
	codes  map[string]bool
	wrong  []string
}
