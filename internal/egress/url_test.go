package egress_test

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"wapost/internal/egress"
	"wapost/internal/fault"
)

// checkURL returns what a client would be told, "" when the URL is taken.
func checkURL(t *testing.T, g *egress.Guard, raw string) string {
	t.Helper()
	err := g.CheckURL(raw)
	if err == nil {
		return ""
	}
	if f, ok := err.(*fault.Error); ok && f.Kind == fault.Invalid {
		return f.Sentence
	}
	t.Errorf("CheckURL(%q): %v is not fault.Invalid", raw, err)
	return err.Error()
}

func TestURLsAreJudgedInTheOrderOfTheContract(t *testing.T) {
	const (
		required = "url is required"
		tooLong  = "URL must be at most 2048 bytes"
		scheme   = "URL must be HTTPS"
		invalid  = "URL is not valid"
		user     = "URL must not contain a user name or password"
		fragment = "URL must not contain a fragment"
	)
	long := "https://example.com/" + strings.Repeat("a", 2048-len("https://example.com/"))
	for raw, want := range map[string]string{
		"":                   required,
		long:                 "",
		long + "a":           tooLong,
		"ftp" + long:         tooLong,
		"http://example.com": scheme, "ftp://example.com": scheme, "example.com/hook": scheme, "/hook": scheme,
		"//example.com": scheme, "://example.com": scheme, "javascript:alert(1)": scheme, " https://example.com": scheme,
		"http://10.0.0.5": scheme, "https://example.com/%zz": scheme, "https://[::1": scheme,
		"https://": invalid, "https:///hook": invalid, "https:example.com": invalid, "https://:443": invalid, "https://user@/": invalid,
		"https://example.com:0": invalid, "https://example.com:65536": invalid, "https://example.com:99999/x": invalid,
		"https://example.com:abc": invalid, "https://example.com:": invalid, "https://[2606:4700::1]:0/": invalid,
		"https://exa mple.com": invalid, "https://example.com/a b": invalid, "https://example.com/\x01": invalid,
		"https://example.com/\r\nX-A: b": invalid, "https://example.com/\u00a0": invalid, "https://example.com/\xff": invalid,
		"https://.": invalid, "https://a..b": invalid, "https://1.2.3.4.5": invalid, "https://256.1.1.1": invalid, "https://0x1ffffffff": invalid,
		"https://09.1.1.1": invalid, "https://" + strings.Repeat("a", 64) + ".com": invalid,
		"https://me@example.com": user, "https://me:pw@example.com#x": user, "https://@example.com": user, "https://me@10.0.0.5": user,
		"https://example.com#": fragment, "https://example.com/a#b": fragment, "https://10.0.0.5#b": fragment,
		"https://example.com": "", "HTTPS://Example.COM:8443/hook?a=b&c=d": "", "https://example.com:65535": "", "https://bücher.example/": "",
		"https://xn--bcher-kva.example": "", "https://under_score.example.com": "", "https://example.com.": "", "https://intranet": "",
		"https://8.8.8.8": "", "https://[2606:4700:4700::1111]:443/": "", "https://0x08080808/": "", "https://134744072": "",
	} {
		if got := checkURL(t, egress.New(egress.Policy{}), raw); got != want {
			t.Errorf("CheckURL(%.60q) = %q, want %q", raw, got, want)
		}
	}
}

func TestAddressesThatAreNotPublicAreRefused(t *testing.T) {
	for host, why := range map[string]string{
		"0.0.0.0": "unspecified", "0.1.2.3": "reserved", "10.0.0.5": "private", "100.64.0.1": "shared address space",
		"100.127.255.255": "shared address space", "127.0.0.1": "loopback", "127.255.255.254": "loopback", "169.254.169.254": "link-local",
		"172.16.0.1": "private", "172.31.255.255": "private", "192.0.0.8": "reserved", "192.0.2.1": "documentation",
		"192.88.99.1": "reserved", "192.168.1.1": "private", "198.18.0.1": "for benchmarks", "198.19.255.255": "for benchmarks",
		"198.51.100.7": "documentation", "203.0.113.9": "documentation", "224.0.0.1": "multicast", "239.255.255.255": "multicast",
		"240.0.0.1": "reserved", "255.255.255.255": "reserved",
		"::": "unspecified", "::1": "loopback", "fc00::1": "private", "fd12:3456::1": "private", "fe80::1": "link-local",
		"febf::1": "link-local", "fec0::1": "site-local", "feff::1": "site-local", "ff02::1": "multicast", "2001:db8::1": "documentation",
		"3fff:fff::1": "documentation", "2001:2::1": "for benchmarks", "2001:10::1": "reserved", "100::1": "reserved",
		"4000::1": "reserved", "::7f00:1": "reserved", "::ffff:0:7f00:1": "reserved",
		"64:ff9b::10.0.0.5": "private", "64:ff9b::7f00:1": "loopback", "64:ff9b:1::a9fe:a9fe": "link-local", "64:ff9b:1:a00:0:500::": "private",
		"64:ff9b:1:0:a:0:500:0": "private", "64:ff9b:1::": "unspecified", "2002:a00:5::1": "private", "2002:7f00:1::": "loopback",
		"2001:0:808:808:0:0:f5ff:fffa": "private", "2001:0:a00:5:0:0:f7f7:f7f7": "private",
	} {
		raw := "https://" + host + "/hook"
		if strings.Contains(host, ":") {
			raw = "https://[" + host + "]/hook"
		}
		want := "URL address is not allowed: " + netip.MustParseAddr(host).String() + " is " + why
		if got := checkURL(t, egress.New(egress.Policy{}), raw); got != want {
			t.Errorf("CheckURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestPublicNeighboursOfRefusedRangesAreTaken(t *testing.T) {
	for _, host := range []string{"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
		"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.0.3.1", "192.88.98.1", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.101.1", "203.0.112.1", "223.255.255.255",
		"[2606:4700::1]", "[2001:db9::1]", "[2001:4860:4860::8888]", "[64:ff9b::808:808]", "[64:ff9b:1::808:808]", "[64:ff9b:1:808:8:800::]",
		"[2002:808:808::1]", "[2001:0:808:808:0:0:f7f7:f7f7]", "[::ffff:8.8.8.8]"} {
		if got := checkURL(t, egress.New(egress.Policy{}), "https://"+host); got != "" {
			t.Errorf("%s: %s", host, got)
		}
	}
}

func TestOddSpellingsOfAnAddressAreResolvedFirst(t *testing.T) {
	for raw, shown := range map[string]string{
		"2130706433": "127.0.0.1 is loopback", "0x7f.1": "127.0.0.1 is loopback", "017700000001": "127.0.0.1 is loopback",
		"0x7F000001": "127.0.0.1 is loopback", "127.1": "127.0.0.1 is loopback", "127.0.1": "127.0.0.1 is loopback",
		"0300.0250.1.1": "192.168.1.1 is private", "10.0.5.": "10.0.0.5 is private", "0": "0.0.0.0 is unspecified", "0x": "0.0.0.0 is unspecified",
		"１２７.0.0.1": "127.0.0.1 is loopback", "127。0。0。1": "127.0.0.1 is loopback",
		"[::ffff:10.0.0.5]": "::ffff:10.0.0.5 is private", "[::ffff:7f00:1]": "::ffff:127.0.0.1 is loopback",
		"[fe80::1%25eth0]": "fe80::1%eth0 is link-local", "[2606:4700::1%25eth0]": "2606:4700::1%eth0 is link-local",
		"localhost": "localhost is loopback", "LocalHost": "localhost is loopback", "localhost.": "localhost. is loopback",
		"a.b.localhost": "a.b.localhost is loopback", "x.localhost.": "x.localhost. is loopback",
	} {
		want := "URL address is not allowed: " + shown
		if got := checkURL(t, egress.New(egress.Policy{}), "https://"+raw+"/"); got != want {
			t.Errorf("CheckURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestTheOperatorMayOpenSchemesAndRanges(t *testing.T) {
	http := egress.New(egress.Policy{AllowHTTP: true})
	for raw, want := range map[string]string{
		"http://example.com": "", "HTTP://example.com": "", "https://example.com": "", "ftp://example.com": "URL must be HTTP or HTTPS",
		"http://10.0.0.5": "URL address is not allowed: 10.0.0.5 is private", "http://2130706433": "URL address is not allowed: 127.0.0.1 is loopback",
		"http://0x7f.1": "URL address is not allowed: 127.0.0.1 is loopback", "http://017700000001": "URL address is not allowed: 127.0.0.1 is loopback",
	} {
		if got := checkURL(t, http, raw); got != want {
			t.Errorf("with http: CheckURL(%q) = %q, want %q", raw, got, want)
		}
	}
	ranges := egress.New(egress.Policy{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.7/8"), netip.MustParsePrefix("127.0.0.1/32"),
		netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("::ffff:192.168.0.0/112")}})
	for raw, want := range map[string]string{
		"https://10.200.0.1": "", "https://localhost": "", "https://2130706433": "", "https://[::ffff:10.0.0.5]": "", "https://[64:ff9b::10.0.0.5]": "",
		"https://[fe80::1%25eth0]": "", "https://192.168.3.4": "", "https://127.0.0.2": "URL address is not allowed: 127.0.0.2 is loopback",
		"https://[::1]": "URL address is not allowed: ::1 is loopback", "http://10.0.0.5": "URL must be HTTPS",
	} {
		if got := checkURL(t, ranges, raw); got != want {
			t.Errorf("with ranges: CheckURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestOwnListenersAreRefusedInsideAnAllowedRange(t *testing.T) {
	g := egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
	g.Listening(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7001}, &net.TCPAddr{IP: net.IPv6unspecified, Port: 443},
		&net.UnixAddr{Name: "/run/x.sock", Net: "unix"})
	own := " is this gateway itself"
	for raw, host := range map[string]string{
		"http://127.0.0.1:7001": "127.0.0.1", "http://localhost:7001": "localhost", "http://0.0.0.0:7001": "0.0.0.0", "http://2130706433:7001": "127.0.0.1",
		"http://[::ffff:127.0.0.1]:7001": "::ffff:127.0.0.1", "http://[64:ff9b::7f00:1]:7001": "64:ff9b::7f00:1",
		"https://127.0.0.9": "127.0.0.9", "https://[::1]": "::1", "https://[::]/": "::",
	} {
		want := "URL address is not allowed: " + host + own
		if got := checkURL(t, g, raw); got != want {
			t.Errorf("CheckURL(%q) = %q, want %q", raw, got, want)
		}
	}
	for _, raw := range []string{"http://127.0.0.1:7002", "http://127.0.0.2:7001", "http://10.0.0.5:7001", "https://8.8.8.8", "http://[::1]"} {
		if got := checkURL(t, g, raw); got != "" {
			t.Errorf("CheckURL(%q) = %q, want it taken", raw, got)
		}
	}
}

func TestEveryInterfaceIsOwnForAWildcardListener(t *testing.T) {
	g := egress.New(egress.Policy{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
	g.Listening(&net.TCPAddr{IP: net.IPv4zero, Port: 7001})
	addrs, err := net.InterfaceAddrs()
	if err != nil || len(addrs) == 0 {
		t.Fatalf("interfaces: %v, %v", addrs, err)
	}
	for _, a := range addrs {
		ip := netip.MustParsePrefix(a.String()).Addr()
		if err := g.CheckAddress(netip.AddrPortFrom(ip, 7001)); err == nil {
			t.Errorf("%s port 7001 is not known as our own", ip)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"https://example.com/a?b#c", "https://0x7f.1", "https://[::ffff:127.0.0.1]:8/", "https://u:p@h", "https://a%62c", "https://１.１"} {
		f.Add(seed)
	}
	g := egress.New(egress.Policy{})
	f.Fuzz(func(t *testing.T, raw string) {
		if g.CheckURL(raw) != nil {
			return
		}
		u, err := url.Parse(raw)
		if err != nil || !strings.EqualFold(u.Scheme, "https") || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q was taken; it parses to %#v, %v", raw, u, err)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && (!a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "") {
			t.Fatalf("%q was taken although %s is not public", raw, a)
		}
	})
}
