package whatsapp

import (
	"context"
	"net"
	"net/http"
	"time"

	"wapost/internal/egress"
)

// The waits of the HTTP clients. The library itself gives a handshake 20 s and nothing else a limit.
const (
	dialLimit   = 15 * time.Second
	headerLimit = 20 * time.Second
	socketLimit = 40 * time.Second // dial, TLS and upgrade of the websocket together
)

// direct connects without a proxy. None of the environment applies.
func direct() egress.DialFunc {
	return (&net.Dialer{Timeout: dialLimit, KeepAlive: 30 * time.Second}).DialContext
}

// newTransport returns a transport that connects with dial. With an address every request, whatever its host, ends there,
// unencrypted: that is how a simulator on loopback stands for all of WhatsApp's hosts, and why a client that trusts its root can
// never reach the real network.
func newTransport(address string, through egress.DialFunc) *http.Transport {
	t := &http.Transport{DialContext: through, TLSHandshakeTimeout: dialLimit, ResponseHeaderTimeout: headerLimit,
		IdleConnTimeout: 90 * time.Second, MaxIdleConnsPerHost: 4}
	if address != "" {
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return through(ctx, "tcp", address) }
		t.DialContext, t.DialTLSContext = dial, dial
	}
	return t
}
