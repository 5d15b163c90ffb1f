package egress_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"wapost/internal/egress"
)

// fakeDNS answers every A question with the address of the moment and every other one with nothing.
type fakeDNS struct {
	address atomic.Pointer[netip.Addr]
	asked   atomic.Int64
}

func (d *fakeDNS) point(a string) { addr := netip.MustParseAddr(a); d.address.Store(&addr) }

func startDNS(t *testing.T) (*fakeDNS, *net.Resolver) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d, done := &fakeDNS{}, make(chan struct{})
	go func() {
		defer close(done)
		d.serve(t, conn)
	}()
	t.Cleanup(func() {
		_ = conn.Close() // ends serve
		<-done
	})
	return d, &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (d *fakeDNS) serve(t *testing.T, conn net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(buf[:n]); err != nil {
			t.Errorf("question: %v", err)
			return
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			d.asked.Add(1)
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class},
				Body: &dnsmessage.AResource{A: d.address.Load().As4()}}}
		}
		answer, err := m.Pack()
		if err != nil {
			t.Errorf("answer: %v", err)
			return
		}
		if _, err := conn.WriteTo(answer, from); err != nil {
			return
		}
	}
}

func get(t *testing.T, rt http.RoundTripper, url string) (*http.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err == nil {
		t.Cleanup(func() { _ = resp.Body.Close() })
	}
	return resp, err
}

func TestANameThatChangesItsMindIsNotFollowedInside(t *testing.T) {
	var hits atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		w.Header().Set("Connection", "close") // every request looks the name up again
	}))
	t.Cleanup(srv.Close)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	dns, resolver := startDNS(t)
	g := egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	rt := g.Transport(egress.TransportOptions{Resolver: resolver})
	t.Cleanup(rt.CloseIdleConnections)
	url := "http://rebinding.example:" + port + "/"

	if err := g.CheckURL(url); err != nil {
		t.Fatalf("registration: %v", err)
	}
	dns.point("127.0.0.1")
	if _, err := get(t, rt, url); err != nil {
		t.Fatalf("while the name points where it may: %v", err)
	}
	dns.point("127.0.0.2") // the same machine, outside the allowed range
	_, err := get(t, rt, url)
	var refused *egress.RefusedError
	if !errors.As(err, &refused) || refused.Host != "127.0.0.2" || refused.Why != "loopback" {
		t.Errorf("after the name changed: %v", err)
	}
	if hits.Load() != 1 || dns.asked.Load() < 2 {
		t.Errorf("%d requests arrived after %d lookups, want 1 after at least 2", hits.Load(), dns.asked.Load())
	}
}

func TestTheDialledAddressIsCheckedInEverySpelling(t *testing.T) {
	rt := egress.New(egress.Policy{AllowHTTP: true}).Transport(egress.TransportOptions{})
	for _, host := range []string{"127.0.0.1", "2130706433", "0x7f.1", "017700000001", "[::1]", "[::ffff:127.0.0.1]", "localhost", "[fe80::1%25lo]", "0.0.0.0"} {
		_, err := get(t, rt, "http://"+host+":9/")
		var refused *egress.RefusedError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v, want it refused", host, err)
		}
	}
}

func TestOwnListenersAreNotDialled(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	g := egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	rt := g.Transport(egress.TransportOptions{})
	t.Cleanup(rt.CloseIdleConnections)
	if _, err := get(t, rt, srv.URL); err != nil {
		t.Fatalf("before it is ours: %v", err)
	}
	rt.CloseIdleConnections()
	g.Listening(srv.Listener.Addr())
	_, err := get(t, rt, srv.URL)
	var refused *egress.RefusedError
	if !errors.As(err, &refused) || refused.Why != "this gateway itself" {
		t.Errorf("once it is ours: %v", err)
	}
}

func TestOnlyTCPIsDialled(t *testing.T) {
	g := egress.New(egress.Policy{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}})
	if err := g.Control(t.Context(), "udp4", "8.8.8.8:53", nil); err == nil {
		t.Error("udp passed")
	}
	if err := g.Control(t.Context(), "tcp4", "8.8.8.8:443", nil); err != nil {
		t.Errorf("tcp to a public address: %v", err)
	}
}

func TestProxyVariablesAreIgnoredAndRedirectsNotFollowed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	srv := httptest.NewServer(http.RedirectHandler("http://10.0.0.5/", http.StatusFound))
	t.Cleanup(srv.Close)
	rt := egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}).Transport(egress.TransportOptions{})
	t.Cleanup(rt.CloseIdleConnections)
	if rt.Proxy != nil {
		t.Error("the transport has a proxy function")
	}
	resp, err := get(t, rt, srv.URL)
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Fatalf("got %v, %v", resp, err)
	}
}

func TestHeadersOfTheAnswerAreBoundedAndBodiesNotUnpacked(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/big" {
			w.Header().Set("X-Big", strings.Repeat("a", 70<<10))
			return
		}
		_, _ = io.WriteString(w, "accept-encoding:"+r.Header.Get("Accept-Encoding"))
	}))
	t.Cleanup(srv.Close)
	rt := egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}).Transport(egress.TransportOptions{})
	t.Cleanup(rt.CloseIdleConnections)
	if _, err := get(t, rt, srv.URL+"/big"); err == nil {
		t.Error("70 KiB of headers were taken")
	}
	resp, err := get(t, rt, srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "accept-encoding:" {
		t.Errorf("%q, %v: compression was asked for", body, err)
	}
}
