package egress

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"wapost/internal/fault"
)

// maxCredential is the longest user name or password in bytes: SOCKS5 has one byte for their length (RFC 1929).
const maxCredential = 255

// CheckProxy judges the URL of a proxy that a customer wants used: http, https or socks5, with or without user name and
// password. Names are not resolved, as with CheckURL. The error is fault.Invalid and never holds the password.
func (g *Guard) CheckProxy(raw string) error {
	u, err := parseProxy(raw)
	if err != nil {
		return err
	}
	host, err := asciiHost(u)
	if err != nil {
		return notAProxy()
	}
	err = g.checkHost(host, proxyPort(u))
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		return fault.Wrap(refused, fault.Invalid, "proxy_url address is not allowed: %v", refused)
	case err != nil:
		return notAProxy()
	}
	return nil
}

func notAProxy() error { return fault.New(fault.Invalid, "proxy_url is not valid") }

func parseProxy(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, fault.New(fault.Invalid, "proxy_url must be at most %d bytes", maxURL)
	}
	scheme, rest, _ := strings.Cut(raw, ":")
	switch strings.ToLower(scheme) {
	case "http", "https", "socks5":
	default:
		return nil, fault.New(fault.Invalid, "proxy_url must begin with http://, https:// or socks5://")
	}
	if !printable(raw) || !plausiblePort(rest) {
		return nil, notAProxy()
	}
	u, err := url.Parse(raw)
	if err != nil { // its text holds the URL
		return nil, notAProxy()
	}
	password, _ := u.User.Password()
	switch {
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#"):
		return nil, fault.New(fault.Invalid, "proxy_url must have no path, query or fragment")
	case len(u.User.Username()) > maxCredential || len(password) > maxCredential:
		return nil, fault.New(fault.Invalid, "User name and password of proxy_url must be at most %d bytes", maxCredential)
	case password != "" && u.User.Username() == "":
		return nil, fault.New(fault.Invalid, "proxy_url has a password but no user name")
	}
	return u, nil
}

// proxyPort is the port of a proxy: of its scheme if it names none.
func proxyPort(u *url.URL) uint16 {
	if u.Port() == "" && u.Scheme == "socks5" {
		return 1080
	}
	return portOf(u)
}

// proxyAddress is the host:port that a proxy is dialled at.
func proxyAddress(u *url.URL) (string, error) {
	host, err := asciiHost(u)
	if err != nil {
		return "", notAProxy()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(proxyPort(u)))), nil
}
