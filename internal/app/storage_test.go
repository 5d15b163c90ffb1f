package app_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"wapost/simclient"
)

// talk has a person write n messages at once and returns their ids.
func talk(t *testing.T, w *world, phone string, n int, prefix string) []string {
	t.Helper()
	w.person(phone, "Mia")
	_, err := w.StartBurst(t.Context(), phone, simclient.NewBurst{To: ownPhone, Count: n, IDPrefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	return ids(prefix, n)
}

func (g *gateway) ready() int {
	return customer{g.t, g.url, "X-None", ""}.call("GET", "/health/ready", nil, nil)
}

// unacked is what WhatsApp still holds for the device.
func (w *world) unacked(device string) int {
	w.t.Helper()
	d, err := w.Device(w.t.Context(), device)
	if err != nil {
		w.t.Fatal(err)
	}
	return d.Unacked
}

func linkedGateway(t *testing.T, database string) (w *world, g *gateway, c customer, device string, r *receiver) {
	t.Helper()
	w = newWorld(t)
	g = newGatewayOn(t, w, database)
	c = newCustomer(t, g.admin())
	w.person(ownPhone, "Own")
	device = c.link(w, ownPhone)
	r = newReceiver(t)
	c.hook(r)
	return w, g, c, device, r
}

// While the disk is full nothing is acknowledged; when there is room again, everything arrives, once and in order.
func TestDiskFull(t *testing.T) {
	w, g, _, device, r := linkedGateway(t, "")
	full := g.app.FillDisk(t)
	want := talk(t, w, "4915100000003", 50, "3AFF")
	eventually(t, "the messages wait at WhatsApp", func() bool { return w.unacked(device) > 0 })
	eventually(t, "not ready", func() bool { return g.ready() == 503 })
	if n := r.messages(); n == len(want) {
		t.Errorf("all %d messages were delivered with a full disk", n)
	}
	full.Free()
	eventually(t, "ready again", func() bool { return g.ready() == 200 })
	w.quiet(device)
	eventually(t, "everything arrived", func() bool { return r.messages() >= len(want) })
	r.judge(t, want)
}

// A lock that another program holds on the database delays everything and loses nothing.
func TestDatabaseLocked(t *testing.T) {
	w, g, _, device, r := linkedGateway(t, "")
	other, err := sql.Open("sqlite", "file:"+filepath.Join(g.dir, "wapost.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	want := talk(t, w, "4915100000003", 30, "3AFE")
	eventually(t, "not ready", func() bool { return g.ready() == 503 })
	if n := w.unacked(device); n == 0 {
		t.Error("WhatsApp was told that the messages are received")
	}
	if n := r.messages(); n != 0 {
		t.Errorf("%d messages were delivered without being recorded", n)
	}
	if _, err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ready again", func() bool { return g.ready() == 200 })
	w.quiet(device)
	eventually(t, "everything arrived", func() bool { return r.messages() >= len(want) })
	r.judge(t, want)
}

// The database is closed under the running gateway: nothing more is acknowledged, and the next start has everything.
func TestDatabaseClosed(t *testing.T) {
	w, g, c, device, r := linkedGateway(t, "")
	before := talk(t, w, "4915100000003", 10, "3AFC")
	eventually(t, "the first messages arrived", func() bool { return r.messages() >= len(before) })
	if err := g.app.BreakDatabase(); err != nil {
		t.Fatal(err)
	}
	w.person("4915100000004", "Echo")
	if _, err := w.StartBurst(t.Context(), "4915100000004", simclient.NewBurst{To: ownPhone, Count: 20, IDPrefix: "3AFD"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "not ready", func() bool { return g.ready() == 503 })
	eventually(t, "the messages wait at WhatsApp", func() bool { return w.unacked(device) == 20 })
	_ = g.end() // it cannot end well: its database is gone
	if n := w.unacked(device); n != 20 {
		t.Errorf("%d messages wait at WhatsApp after the end, want 20", n)
	}
	g.start()
	c.url = g.url
	c.connected(w)
	w.quiet(device)
	want := append(before, ids("3AFD", 20)...)
	eventually(t, "everything arrived", func() bool { return r.messages() >= len(want) })
	r.judge(t, want)
}
