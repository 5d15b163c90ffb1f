package whatsapp

import (
	"errors"
	"net/http"
	"sync"

	"wapost/internal/egress"
	"wapost/internal/session"
)

// route carries all requests of one line, the socket's and those for files: straight to WhatsApp, or through the proxy of the
// device. It asks for the proxy each time, so that no request goes by a way that is not wanted any more.
type route struct {
	d     *Dialer
	proxy func() session.Proxy

	mu      sync.Mutex
	now     session.Proxy
	through *http.Transport // of now; nil = there is none
}

// RoundTrip implements http.RoundTripper.
func (r *route) RoundTrip(req *http.Request) (*http.Response, error) {
	t, err := r.transport()
	if err != nil {
		if req.Body != nil {
			err = errors.Join(err, req.Body.Close())
		}
		return nil, err
	}
	return t.RoundTrip(req)
}

var errDamagedProxy = errors.New("the sealed value cannot be opened")

func (r *route) transport() (*http.Transport, error) {
	p := r.proxy()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.through != nil && r.now == p {
		return r.through, nil
	}
	if r.through != nil {
		r.through.CloseIdleConnections()
		r.through = nil
	}
	switch {
	case !p.Set():
		return r.d.transport, nil
	case p.Damaged():
		return nil, &egress.ProxyError{Sentence: "Proxy setting cannot be read; set it again", Err: errDamagedProxy}
	}
	dial, err := r.d.guard.Tunnel(p.URL(), egress.TransportOptions{})
	if err != nil {
		return nil, &egress.ProxyError{Sentence: "Proxy setting is not valid; set it again", Err: err}
	}
	r.now, r.through = p, newTransport(r.d.address, dial)
	return r.through, nil
}
