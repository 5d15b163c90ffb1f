package egress

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/proxy"
)

// tunnelTimeout bounds all steps of a connection through a proxy: lookup, dial, TLS, the proxy's own dial.
const tunnelTimeout = 20 * time.Second

// DialFunc connects to host:port, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// ProxyError is a connection that did not come about because of a proxy.
type ProxyError struct {
	Sentence string // what may be shown to who gave the proxy
	Err      error
}

// Error is for logs. It holds no password: none of the causes does.
func (e *ProxyError) Error() string { return e.Sentence + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ProxyError) Unwrap() error { return e.Err }

// Tunnel returns what connects through a proxy, whose URL CheckProxy has accepted. The proxy is dialled only where the guard
// allows; where it leads is the proxy's matter, names are resolved there. Nothing is ever dialled past the proxy: an error of the
// connections is a *ProxyError.
//
// Errors: fault.Invalid for a URL that is none of a proxy.
func (g *Guard) Tunnel(raw string, o TransportOptions) (DialFunc, error) {
	u, err := parseProxy(raw)
	if err != nil {
		return nil, err
	}
	address, err := proxyAddress(u)
	if err != nil {
		return nil, err
	}
	t := &tunnel{proxy: u, address: address, dial: g.dialer(o), roots: o}
	through := t.connect
	if u.Scheme == "socks5" {
		if through, err = t.socks(); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, network, target string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, tunnelTimeout)
		defer cancel()
		conn, err := through(ctx, network, target)
		if err != nil {
			return nil, proxyError(err)
		}
		return conn, nil
	}, nil
}

type tunnel struct {
	proxy   *url.URL
	address string // of the proxy
	dial    DialFunc
	roots   TransportOptions
}

// toProxy connects to the proxy, whatever address is asked for.
func (t *tunnel) toProxy(ctx context.Context) (net.Conn, error) {
	conn, err := t.dial(ctx, "tcp", t.address)
	if err != nil || t.proxy.Scheme != "https" {
		return conn, err
	}
	secure := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.roots.RootCAs, ServerName: hostOf(t.address)})
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return secure, nil
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

// socks speaks SOCKS5. The library dials the proxy through the door that it is given.
func (t *tunnel) socks() (DialFunc, error) {
	var auth *proxy.Auth
	if user := t.proxy.User.Username(); user != "" {
		password, _ := t.proxy.User.Password()
		auth = &proxy.Auth{User: user, Password: password}
	}
	d, err := proxy.SOCKS5("tcp", t.address, auth, door{t})
	if err != nil {
		return nil, err
	}
	able, ok := d.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("the SOCKS5 dialer takes no context")
	}
	return able.DialContext, nil
}

// door is how the SOCKS5 library reaches the proxy.
type door struct{ t *tunnel }

// Dial implements proxy.Dialer.
func (d door) Dial(_, _ string) (net.Conn, error) { return d.t.toProxy(context.Background()) }

// DialContext implements proxy.ContextDialer.
func (d door) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	return d.t.toProxy(ctx)
}

// connect asks an HTTP proxy for a connection (RFC 9110 §9.3.6).
func (t *tunnel) connect(ctx context.Context, _, target string) (net.Conn, error) {
	conn, err := t.toProxy(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // ends what reads or writes
	err = t.ask(conn, target)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// statusError is what an HTTP proxy answered instead of connecting.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("the proxy answered %d", int(e)) }

func (t *tunnel) ask(conn net.Conn, target string) error {
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{"User-Agent": {""}}}
	if user := t.proxy.User.Username(); user != "" {
		password, _ := t.proxy.User.Password()
		r.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	}
	if err := r.Write(conn); err != nil {
		return err
	}
	answers := bufio.NewReader(io.LimitReader(conn, maxHeaders))
	answer, err := http.ReadResponse(answers, r)
	if err != nil {
		return err
	}
	_ = answer.Body.Close() // of a CONNECT there is none
	switch {
	case answer.StatusCode != http.StatusOK:
		return statusError(answer.StatusCode)
	case answers.Buffered() > 0: // the other side speaks first in none of our protocols
		return errors.New("the proxy sent more than its answer")
	}
	return nil
}

// proxyError sorts why a proxy gave no connection.
func proxyError(err error) *ProxyError {
	var (
		refused *RefusedError
		status  statusError
	)
	sentence := "Proxy cannot be reached, or gives no connection to WhatsApp"
	switch {
	case errors.As(err, &refused):
		sentence = "Address of the proxy is not allowed"
	case errors.As(err, &status) && status == http.StatusProxyAuthRequired:
		sentence = "Proxy does not accept the user name and password"
	case errors.As(err, &status):
		sentence = fmt.Sprintf("Proxy answered %d", int(status))
	}
	return &ProxyError{Sentence: sentence, Err: err}
}
