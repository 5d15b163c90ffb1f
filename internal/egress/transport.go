package egress

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"
)

// TransportOptions is what a caller of Transport may choose. The zero value is right for production.
type TransportOptions struct {
	Resolver *net.Resolver  // nil = the system's
	RootCAs  *x509.CertPool // nil = the system's
}

// Limits of the transport.
const (
	dialTimeout = 10 * time.Second // lookup and all addresses of a name together
	tlsTimeout  = 10 * time.Second
	keepAlive   = 30 * time.Second // between the probes of TCP
	idleTimeout = 90 * time.Second
	idlePerHost = 1024 // many webhooks may share a host; dialling anew costs more than an idle connection
	idleTotal   = 4096 // file descriptors that may lie idle
	maxHeaders  = 64 << 10
	pingAfter   = 15 * time.Second // silence after which an HTTP/2 connection must show that it lives
)

// Transport returns a transport that connects only where the guard allows. It ignores the proxy variables of the
// environment, as a proxy would resolve names out of our sight; it demands TLS 1.2, takes answers with at most 64 KiB of
// headers and neither asks for compression nor undoes it. Call RoundTrip: an http.Client would follow redirects.
func (g *Guard) Transport(o TransportOptions) *http.Transport {
	return &http.Transport{
		DialContext:            g.dialer(o),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    tlsTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingAfter},
		MaxIdleConns:           idleTotal,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaders,
		DisableCompression:     true,
	}
}

// canonical turns a host that is an address in an odd spelling into the plain one, so that what is connected to does not
// depend on which resolver the system has.
func canonical(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if a, ok := literal(host); ok && a.IsValid() {
		return net.JoinHostPort(a.String(), port)
	}
	return address
}
