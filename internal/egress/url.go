package egress

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"wapost/internal/fault"
)

// maxURL is the longest URL in bytes.
const maxURL = 2048

// CheckURL judges a URL that a customer wants registered: contract.md §2.5, in that order. The error is fault.Invalid with
// the sentence of the contract. Names are not resolved: DNS may be down, and its answer may change anyway.
func (g *Guard) CheckURL(raw string) error {
	if raw == "" {
		return fault.New(fault.Invalid, "url is required")
	}
	if len(raw) > maxURL {
		return fault.New(fault.Invalid, "URL must be at most %d bytes", maxURL)
	}
	scheme, rest, _ := strings.Cut(raw, ":")
	if !g.allowsScheme(scheme) {
		return g.wrongScheme()
	}
	if !printable(raw) || !plausiblePort(rest) {
		return notValid()
	}
	u, err := url.Parse(raw)
	if err != nil {
		return g.wrongScheme() // the contract files what cannot be parsed under this sentence
	}
	host, err := asciiHost(u)
	switch {
	case err != nil:
		return notValid()
	case u.User != nil:
		return fault.New(fault.Invalid, "URL must not contain a user name or password")
	case strings.Contains(raw, "#"):
		return fault.New(fault.Invalid, "URL must not contain a fragment")
	}
	return g.checkHost(host, portOf(u))
}

func (g *Guard) allowsScheme(scheme string) bool {
	return strings.EqualFold(scheme, "https") || g.allowHTTP && strings.EqualFold(scheme, "http")
}

func (g *Guard) wrongScheme() error {
	if g.allowHTTP {
		return fault.New(fault.Invalid, "URL must be HTTP or HTTPS")
	}
	return fault.New(fault.Invalid, "URL must be HTTPS")
}

func notValid() error { return fault.New(fault.Invalid, "URL is not valid") }

// printable reports whether there are no spaces, control characters or broken bytes.
func printable(raw string) bool {
	return utf8.ValidString(raw) && !strings.ContainsFunc(raw, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	})
}

// plausiblePort looks at what stands after the colon of the scheme: url.Parse would not tell a bad port from other errors.
func plausiblePort(rest string) bool {
	authority, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return false // no host
	}
	if i := strings.IndexAny(authority, "/?#"); i >= 0 {
		authority = authority[:i]
	}
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	i := strings.LastIndexByte(host, ':')
	if i < 0 || i < strings.LastIndexByte(host, ']') {
		return true
	}
	port, err := strconv.ParseUint(host[i+1:], 10, 16)
	return err == nil && port > 0
}

// asciiHost returns the host as it is looked up: lower case, punycode. The error says that there is none that could be.
func asciiHost(u *url.URL) (string, error) {
	host := strings.ToLower(u.Hostname())
	if strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) {
		ascii, err := idna.Lookup.ToASCII(host) // as net/http does when it dials
		if err != nil {
			return "", err
		}
		host = ascii
	}
	if strings.Contains(host, ":") {
		return host, nil // IPv6: url.Parse demands the brackets, literal judges the rest
	}
	if !isName(host) {
		return "", notValid()
	}
	return host, nil
}

// isName reports whether host could be a DNS name or an IPv4 address in some spelling. Underscores are in use.
func isName(host string) bool {
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

func portOf(u *url.URL) uint16 {
	if port, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(port)
	}
	if strings.EqualFold(u.Scheme, "http") {
		return 80
	}
	return 443
}

// checkHost refuses hosts that are an address, or always stand for one.
func (g *Guard) checkHost(host string, port uint16) error {
	if isLocalhost(host) {
		return g.checkLocalhost(host, port)
	}
	a, ok := literal(host)
	switch {
	case !ok:
		return notValid()
	case !a.IsValid():
		return nil // a name
	}
	return notAllowed(g.CheckAddress(netip.AddrPortFrom(a, port)))
}

func isLocalhost(host string) bool {
	name := strings.TrimSuffix(host, ".")
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// checkLocalhost judges the two addresses that the name stands for. One that may be reached is enough, as the other is
// refused when it is dialled, but none may be ours.
func (g *Guard) checkLocalhost(host string, port uint16) error {
	four := g.refusal(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	six := g.refusal(netip.IPv6Loopback(), port)
	switch {
	case four == ownWhy || six == ownWhy:
		return notAllowed(&RefusedError{Host: host, Why: ownWhy})
	case four != "" && six != "":
		return notAllowed(&RefusedError{Host: host, Why: four})
	}
	return nil
}

func notAllowed(err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(err, fault.Invalid, "URL address is not allowed: %v", err)
}
