package whatsapp_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wapost/internal/egress"
	"wapost/internal/egress/proxytest"
	"wapost/internal/session"
	"wapost/internal/simulator"
	"wapost/internal/whatsapp"
)

// localProxies lets devices have proxies on loopback.
func localProxies(o *whatsapp.Options) {
	o.Guard = egress.New(egress.Policy{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
}

func (g *gateway) proxied(id, url string) {
	g.t.Helper()
	if _, err := g.m.SetProxy(g.t.Context(), 1, id, url, 0); err != nil {
		g.t.Fatal(err)
	}
}

// download fetches the file of a message.
func (g *gateway) download(id, messageID string) {
	g.t.Helper()
	files, err := g.db.Media().OfDevice(g.t.Context(), id, messageID)
	if err != nil || len(files) != 1 {
		g.t.Fatalf("%d files, %v", len(files), err)
	}
	f, err := os.Create(filepath.Join(g.t.TempDir(), "file"))
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := g.m.Download(g.t.Context(), id, files[0].Attachment, f); err != nil {
		g.t.Fatal(err)
	}
}

func TestADeviceLivesBehindItsProxy(t *testing.T) {
	for scheme, user := range map[string]string{"http": "user", "socks5": ""} {
		t.Run(scheme, func(t *testing.T) {
			w := newWorld(t)
			p := proxytest.Start(t, user, user, nil)
			at := scheme + "://" + p.Addr()
			if user != "" {
				at = scheme + "://" + user + ":" + user + "@" + p.Addr()
			}
			g := newGateway(t, w, localProxies)
			alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
			id := g.device(1).ID
			g.proxied(id, at)
			g.link(id, alice) // the pairing and the login after it
			if led := p.Led(); len(led) < 2 || slices.ContainsFunc(led, func(to string) bool { return to != w.Addr() }) {
				t.Fatalf("led to %v, want twice %s", led, w.Addr())
			}
			if st, err := g.m.Proxy(t.Context(), 1, id); err != nil || !st.Active {
				t.Errorf("%+v, %v", st, err)
			}
			in := send(t, bob, simulator.Message{To: alice.Phone(), Media: &simulator.Media{Kind: simulator.MediaDocument, Data: []byte("a file"), Mimetype: "text/plain"}})
			acked(t, in)
			inbox(t, bob, g.submit(id, text("491700000002", "hi"), wait).MessageID)
			before := len(p.Led())
			g.download(id, in.ID)
			if len(p.Led()) == before {
				t.Error("a file came by another way")
			}
			// Without its proxy the device does not find another way.
			p.Close()
			until(t, func() bool {
				st, err := g.m.Status(t.Context(), 0, id)
				return err == nil && !st.Online && st.Error == "Proxy cannot be reached, or gives no connection to WhatsApp"
			})
			g.proxied(id, "")
			g.state(id, session.Connected)
			if st, err := g.m.Proxy(t.Context(), 1, id); err != nil || st.Active || st.Proxy.Set() {
				t.Errorf("%+v, %v", st, err)
			}
			g.download(id, in.ID)
		})
	}
}

// Two devices of one gateway go each its own way, and a new proxy is used at once.
func TestAProxyIsOfOneDeviceAndUsedAtOnce(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w, localProxies)
	first, second := proxytest.Start(t, "", "", nil), proxytest.Start(t, "", "", nil)
	direct, _ := g.linked(w.person("491700000001", "Alice"))
	id, _ := g.linked(w.person("491700000002", "Bob"))
	g.proxied(id, "http://"+first.Addr())
	g.state(id, session.Connected)
	until(t, func() bool { return len(first.Led()) == 1 })
	g.proxied(id, "socks5://"+second.Addr())
	until(t, func() bool { return len(second.Led()) == 1 })
	g.state(id, session.Connected)
	if _, err := g.m.Reconnect(t.Context(), 1, direct, 0); err != nil {
		t.Fatal(err)
	}
	g.state(direct, session.Connected)
	if len(first.Led()) != 1 || len(second.Led()) != 1 {
		t.Errorf("led %v, %v", first.Led(), second.Led())
	}
}

// What the guard of the gateway does not allow is not dialled, whatever is on record.
func TestAProxyThatIsNotAllowedIsNotDialled(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	g := openGateway(t, w, dir)
	p := proxytest.Start(t, "", "", nil)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	for url, want := range map[string]string{"http://" + p.Addr(): "Address of the proxy is not allowed", "ftp://x": "Proxy setting is not valid; set it again"} {
		if err := g.db.Devices().SetProxy(t.Context(), id, session.NewProxy(url)); err != nil {
			t.Fatal(err)
		}
		g.stop()
		g = openGateway(t, w, dir)
		until(t, func() bool {
			st, err := g.m.Status(t.Context(), 0, id)
			return err == nil && !st.Online && st.Error == want
		})
	}
	if led := p.Led(); len(led) != 0 {
		t.Errorf("led to %v", led)
	}
}
