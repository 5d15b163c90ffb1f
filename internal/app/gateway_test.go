package app_test

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wapost/internal/app"
)

const ownPhone = "4915100000001"

// options are those of every gateway under test.
func options(dir, listen, simulator string) app.Options {
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("WAPOST_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	return app.Options{Listen: listen, Data: dir, Simulator: simulator, Version: "test", Logger: log,
		WebhookAllowHTTP: true, WebhookAllowCIDR: loopback, ProxyAllowCIDR: loopback}
}

// gateway is one running in this process.
type gateway struct {
	t        testing.TB
	w        *world
	dir      string
	database string // URL of a server's; "" = a file in dir
	media    app.MediaOptions
	log      *slog.Logger
	past     int64 // bytes of one file of a history; 0 = the default
	app      *app.App
	url      string
	stop     func()
	end      func() error // stop, without judging how it ended
}

func newGateway(t testing.TB, w *world) *gateway {
	t.Helper()
	return newGatewayOn(t, w, "")
}

func newGatewayOn(t testing.TB, w *world, database string) *gateway {
	t.Helper()
	g := &gateway{t: t, w: w, dir: t.TempDir(), database: database}
	g.start()
	return g
}

// start runs the gateway on what its directory holds.
func (g *gateway) start() {
	g.t.Helper()
	o := options(g.dir, "127.0.0.1:0", g.w.url)
	o.Database, o.Media, o.HistoryFile = g.database, g.media, g.past
	if g.log != nil {
		o.Logger = g.log
	}
	a, err := app.New(context.Background(), o)
	if err != nil {
		g.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	g.app, g.url = a, "http://"+a.Addr().String()
	g.end = sync.OnceValue(func() error { cancel(); return <-done })
	end, told := g.end, false
	g.stop = func() {
		if err := end(); err != nil && !told {
			told = true
			g.t.Errorf("gateway: %v", err)
		}
	}
	g.t.Cleanup(func() { _ = g.end() }) // a test that cares calls stop
}

func (g *gateway) restart() {
	g.t.Helper()
	g.stop()
	g.start()
}

func (g *gateway) admin() customer { return admin(g.t, g.dir, g.url) }

func admin(t testing.TB, dir, url string) customer {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "admin.secret"))
	if err != nil {
		t.Fatal(err)
	}
	return customer{t, url, "X-Admin-Secret", strings.TrimSpace(string(b))}
}

// newCustomer gives an account with one device.
func newCustomer(t testing.TB, a customer) customer {
	t.Helper()
	var key struct {
		APIKey string `json:"api_key"`
	}
	a.must("POST", "/admin/api-keys", map[string]any{"customer_name": "test"}, &key)
	c := customer{t, a.url, "X-API-Key", key.APIKey}
	c.must("POST", "/devices", map[string]any{"device_name": "test"}, nil)
	return c
}

// link pairs the customer's device with a phone and waits until it is connected.
func (c customer) link(w *world, phone string) (device string) {
	c.t.Helper()
	var login struct{ Code string }
	c.must("POST", "/devices/me/login", nil, &login)
	device = w.scan(phone, login.Code)
	c.connected(w)
	return device
}

func (c customer) connected(_ *world) {
	c.t.Helper()
	eventually(c.t, "the device is connected", func() bool { return c.state() == "connected" })
}

func (c customer) state() string {
	c.t.Helper()
	var s struct{ State string }
	c.call("GET", "/devices/me/status", nil, &s)
	return s.State
}

// hook registers a receiver.
func (c customer) hook(r *receiver) int64 {
	c.t.Helper()
	var h struct{ ID int64 }
	c.must("POST", "/webhooks", map[string]any{"url": r.url}, &h)
	return h.ID
}
