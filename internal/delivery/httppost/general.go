package httppost

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// general sends whatever plain does not: over TLS, with HTTP/2 where the other side speaks it, and large bodies.
type general struct {
	ways    *ways
	repeats *atomic.Uint64
}

// ways are two transports to the same endpoints.
type ways struct {
	kept  *http.Transport // keeps connections
	fresh *http.Transport // makes a new one for each request, for what is sent once more
}

func newWays(t *http.Transport) *ways {
	w := &ways{kept: t.Clone()}
	dial := w.kept.DialContext
	w.kept.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &heedful{Conn: c}, nil
	}
	w.fresh = w.kept.Clone()
	w.fresh.DisableKeepAlives = true
	return w
}

// secure returns a transport for a webhook with TLS settings, nil without. It has connections of its own: what one webhook has
// proved with its certificate must not serve another. It speaks HTTP/1.1 only: in TLS 1.3 a certificate is refused after the
// handshake, and the library's HTTP/2 often loses that alert behind a write that fails.
func (g general) secure(t *webhook.TLS) (*ways, error) {
	if t == nil {
		return nil, nil
	}
	config, err := t.Config()
	if err != nil {
		return nil, err
	}
	own := &ways{kept: g.ways.kept.Clone(), fresh: g.ways.fresh.Clone()}
	if config.RootCAs == nil {
		config.RootCAs = own.kept.TLSClientConfig.RootCAs
	}
	for _, way := range []*http.Transport{own.kept, own.fresh} {
		way.TLSClientConfig, way.ForceAttemptHTTP2, way.Protocols = config.Clone(), false, new(http.Protocols)
		way.Protocols.SetHTTP1(true)
	}
	return own, nil
}

// trip is an attempt through net/http.
type trip struct {
	answer *http.Response
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func (g general) carry(ctx context.Context, p *prepared, r delivery.Request, now time.Time, _ bool) (reply, error) {
	attempt, cancel := context.WithCancelCause(ctx)
	t := &trip{cancel: cancel, timer: time.AfterFunc(r.Webhook.Timeout, func() { cancel(errTimeout) })}
	w, header := g.ways, p.header(r, now)
	if p.own != nil {
		w = p.own
	}
	answer, err := p.trip(attempt, w.kept, header, r.Body) //nolint:bodyclose // done closes it
	if errors.Is(err, errStale) {
		g.repeats.Add(1)
		answer, err = p.trip(attempt, w.fresh, header, r.Body) //nolint:bodyclose // done closes it
		err = sent(err)
	}
	if err != nil {
		t.end()
		return nil, err
	}
	t.answer = answer
	return t, nil
}

// trip sends a request. The transport itself sends it again only when no byte of it had gone out, or when the other side says
// by HTTP/2 that it has not looked at it; anything more is for the caller to decide, who is told errStale.
func (p *prepared) trip(ctx context.Context, way *http.Transport, header http.Header, body []byte) (*http.Response, error) {
	var h heed
	request := p.request.WithContext(httptrace.WithClientTrace(ctx, h.trace()))
	request.Header = header
	load(request, body)
	answer, err := way.RoundTrip(request)
	switch {
	case err == nil:
		return answer, nil
	case h.conn == nil:
		return nil, &unsentError{orTimeout(ctx, err)}
	case h.stale() && ctx.Err() == nil:
		return nil, errStale
	}
	return nil, orTimeout(ctx, broken(err, h.end()))
}

// load gives the request its body, in a form that the transport can send again when an idle connection turns out to be
// closed by the other side before anything was written.
func load(req *http.Request, body []byte) {
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody() // never fails
}

// orTimeout names the webhook's timeout as the cause of a failure.
func orTimeout(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errTimeout) {
		return errTimeout
	}
	return err
}

func (t *trip) status() int { return t.answer.StatusCode }

func (t *trip) response() *http.Response { return t.answer }

func (t *trip) within(d time.Duration) { t.timer.Reset(d) }

func (t *trip) done(bool) {
	_ = t.answer.Body.Close() // the outcome is fixed; a connection that ends badly is not used again
	t.end()
}

func (t *trip) end() {
	t.timer.Stop()
	t.cancel(nil)
}
