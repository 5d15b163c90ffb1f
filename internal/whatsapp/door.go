package whatsapp

import (
	"context"
	"net"
	"net/http"
	"time"
)

// The waits of the HTTP clients. The library itself gives a handshake 20 s and nothing else a limit.
const (
	dialLimit   = 15 * time.Second
	headerLimit = 20 * time.Second
	socketLimit = 40 * time.Second // dial, TLS and upgrade of the websocket together
)

// newTransport returns the one transport of all HTTP clients of the gateway. No proxy of the environment applies. With an
// address every request, whatever its host, ends there, unencrypted: that is how a simulator on loopback stands for all of
// WhatsApp's hosts, and why a client that trusts its root can never reach the real network.
func newTransport(address string) *http.Transport {
	d := &net.Dialer{Timeout: dialLimit, KeepAlive: 30 * time.Second}
	t := &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: dialLimit, ResponseHeaderTimeout: headerLimit,
		IdleConnTimeout: 90 * time.Second, MaxIdleConnsPerHost: 4}
	if address != "" {
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "tcp", address) }
		t.DialContext, t.DialTLSContext = dial, dial
	}
	return t
}
