package egress_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"wapost/internal/egress"
	"wapost/internal/egress/proxytest"
	"wapost/internal/fault"
)

func TestWhichProxiesMayBeUsed(t *testing.T) {
	const where = "proxy_url address is not allowed: "
	g := egress.New(egress.Policy{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	g.Listening(&net.TCPAddr{IP: net.IPv4(10, 1, 0, 1), Port: 7001})
	for raw, want := range map[string]string{
		"http://proxy.example:3128": "", "HTTPS://proxy.example": "", "socks5://user:pass@proxy.example:1080/": "", "socks5://user@proxy.example": "",
		"http://93.184.216.34:80": "", "http://10.1.2.3:3128": "", "http://[2606:2800:220:1::1]:3128": "",
		"proxy.example:3128":                            "proxy_url must begin with http://, https:// or socks5://",
		"socks4://proxy.example":                        "proxy_url must begin with http://, https:// or socks5://",
		"ftp://proxy.example":                           "proxy_url must begin with http://, https:// or socks5://",
		"http:proxy.example":                            "proxy_url is not valid",
		"http://":                                       "proxy_url is not valid",
		"http://proxy.example:0":                        "proxy_url is not valid",
		"http://proxy.example:99999":                    "proxy_url is not valid",
		"http://pro xy.example":                         "proxy_url is not valid",
		"http://proxy.example\r\nX: y":                  "proxy_url is not valid",
		"http://user:%zz@proxy.example":                 "proxy_url is not valid",
		"http://proxy.example/path":                     "proxy_url must have no path, query or fragment",
		"http://proxy.example?":                         "proxy_url must have no path, query or fragment",
		"http://proxy.example#x":                        "proxy_url must have no path, query or fragment",
		"http://:secret@proxy.example":                  "proxy_url has a password but no user name",
		"http://" + strings.Repeat("u", 256) + "@p.com": "User name and password of proxy_url must be at most 255 bytes",
		"http://p.com/" + strings.Repeat("x", 2048):     "proxy_url must be at most 2048 bytes",
		"http://127.0.0.1:3128":                         where + "127.0.0.1 is loopback",
		"socks5://2130706433":                           where + "127.0.0.1 is loopback",
		"http://localhost:3128":                         where + "localhost is loopback",
		"http://169.254.169.254":                        where + "169.254.169.254 is link-local",
		"http://192.168.1.1:3128":                       where + "192.168.1.1 is private",
		"http://10.1.0.1:7001":                          where + "10.1.0.1 is this gateway itself",
	} {
		err := g.CheckProxy(raw)
		if got := sentenceOf(err); got != want || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func sentenceOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Sentence
	}
	return ""
}

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return ln.Addr().String()
}

func local() *egress.Guard {
	return egress.New(egress.Policy{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
}

// certificate is one for 127.0.0.1, and who trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, roots
}

func TestATunnelLeadsThroughTheProxy(t *testing.T) {
	target := echo(t)
	secure, roots := certificate(t)
	plain, closed := proxytest.Start(t, "", "", nil), proxytest.Start(t, "us:er", "p@ss:word", nil)
	sealed := proxytest.Start(t, "user", "pass", secure)
	for name, c := range map[string]struct {
		proxy *proxytest.Proxy
		url   string
	}{
		"http":                    {plain, "http://" + plain.Addr()},
		"http with a password":    {closed, "http://us%3Aer:p%40ss%3Aword@" + closed.Addr()},
		"https":                   {sealed, "https://user:pass@" + sealed.Addr()},
		"socks5":                  {plain, "socks5://" + plain.Addr()},
		"socks5 with a password":  {closed, "socks5://us%3Aer:p%40ss%3Aword@" + closed.Addr()},
		"socks5, in odd spelling": {plain, "SOCKS5://" + plain.Addr() + "/"},
	} {
		dial, err := local().Tunnel(c.url, egress.TransportOptions{RootCAs: roots})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		before := len(c.proxy.Led())
		conn, err := dial(t.Context(), "tcp", target)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, _ = fmt.Fprintln(conn, "hello")
		if got, err := bufio.NewReader(conn).ReadString('\n'); got != "hello\n" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if led := c.proxy.Led(); len(led) != before+1 || led[before] != target {
			t.Errorf("%s: led to %v", name, led)
		}
		_ = conn.Close()
	}
}

func TestAProxyThatGivesNoConnectionSaysWhy(t *testing.T) {
	target := echo(t)
	closed := proxytest.Start(t, "user", "pass", nil)
	busy := proxytest.Start(t, "", "", nil)
	busy.Refuse(503)
	gone := proxytest.Start(t, "", "", nil)
	gone.Close()
	const unreachable = "Proxy cannot be reached, or gives no connection to WhatsApp"
	for raw, want := range map[string]string{
		"http://user:wrong@" + closed.Addr():   "Proxy does not accept the user name and password",
		"http://" + closed.Addr():              "Proxy does not accept the user name and password",
		"socks5://user:wrong@" + closed.Addr(): unreachable,
		"http://" + busy.Addr():                "Proxy answered 503",
		"http://" + gone.Addr():                unreachable,
		"socks5://" + gone.Addr():              unreachable,
		"https://" + busy.Addr():               unreachable, // it speaks no TLS
		"http://" + target:                     unreachable, // it echoes
	} {
		dial, err := local().Tunnel(raw, egress.TransportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := dial(t.Context(), "tcp", target)
		var p *egress.ProxyError
		if !errors.As(err, &p) || p.Sentence != want || conn != nil || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
	}
}

// A name may turn to another address after it was checked.
func TestAProxyIsDialledOnlyWhereTheGuardAllows(t *testing.T) {
	p := proxytest.Start(t, "", "", nil)
	_, port, _ := net.SplitHostPort(p.Addr())
	dns, resolver := startDNS(t)
	dns.point("127.0.0.1")
	g := egress.New(egress.Policy{})
	for _, scheme := range []string{"http", "https", "socks5"} {
		raw := scheme + "://proxy.example:" + port
		if err := g.CheckProxy(raw); err != nil {
			t.Fatal(err)
		}
		dial, err := g.Tunnel(raw, egress.TransportOptions{Resolver: resolver})
		if err != nil {
			t.Fatal(err)
		}
		_, err = dial(t.Context(), "tcp", "192.0.2.1:443")
		var e *egress.ProxyError
		if !errors.As(err, &e) || e.Sentence != "Address of the proxy is not allowed" {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

func TestAProxyThatSaysNothingIsLeft(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	for _, scheme := range []string{"http", "https", "socks5"} {
		dial, err := local().Tunnel(scheme+"://"+ln.Addr().String(), egress.TransportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			if c, err := ln.Accept(); err == nil {
				_, _ = c.Read(make([]byte, 1)) // it is asked
				cancel()
				_, _ = io.Copy(io.Discard, c)
			}
		}()
		if _, err := dial(ctx, "tcp", "192.0.2.1:443"); err == nil {
			t.Errorf("%s: connected", scheme)
		}
		cancel()
	}
}

func TestWhatIsNoProxyMakesNoTunnel(t *testing.T) {
	for _, raw := range []string{"", "ftp://proxy.example", "http://bad host"} {
		if dial, err := local().Tunnel(raw, egress.TransportOptions{}); err == nil || dial != nil {
			t.Errorf("%q", raw)
		}
	}
}
