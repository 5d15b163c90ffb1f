package httppost

import (
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// heedful is a connection that remembers how reading from it ended.
type heedful struct {
	net.Conn
	end atomic.Pointer[error]
}

// Read implements io.Reader.
func (c *heedful) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.end.CompareAndSwap(nil, &err)
	}
	return n, err
}

// heed is what there is to know of the connection of a request through net/http.
type heed struct {
	conn  net.Conn    // nil = there was none
	used  bool        // it has carried a request before
	heard atomic.Bool // something came back; told on a goroutine of the transport
}

// trace returns the hooks that fill it in.
func (h *heed) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { h.conn = nil }, // the transport may need several
		GotConn: func(i httptrace.GotConnInfo) {
			h.conn, h.used = i.Conn, i.Reused
			h.heard.Store(false)
		},
		GotFirstResponseByte: func() { h.heard.Store(true) },
	}
}

// stale reports, of a request that failed, whether its connection lay idle before and proved closed before anything came back.
// In HTTP/2 the other side tells what it has not looked at, and the transport heeds that.
func (h *heed) stale() bool {
	c, encrypted := h.conn.(*tls.Conn)
	return h.used && !h.heard.Load() && !(encrypted && c.ConnectionState().NegotiatedProtocol == "h2")
}

// end returns how reading from the connection ended, nil when it did not. A close that TLS announces is not seen here.
func (h *heed) end() error {
	c := h.conn
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	if below, ok := c.(*heedful); ok {
		if end := below.end.Load(); end != nil {
			return *end
		}
	}
	return nil
}
