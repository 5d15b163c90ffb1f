package httppost

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// general sends whatever plain does not: over TLS, with HTTP/2 where the other side speaks it, and large bodies.
type general struct{ transport *http.Transport }

// secure returns a transport for a webhook with TLS settings, nil without. It has connections of its own: what one webhook has
// proved with its certificate must not serve another. It speaks HTTP/1.1 only: in TLS 1.3 a certificate is refused after the
// handshake, and the library's HTTP/2 often loses that alert behind a write that fails.
func (g general) secure(t *webhook.TLS) (*http.Transport, error) {
	if t == nil {
		return nil, nil
	}
	config, err := t.Config()
	if err != nil {
		return nil, err
	}
	own := g.transport.Clone()
	if config.RootCAs == nil {
		config.RootCAs = own.TLSClientConfig.RootCAs
	}
	own.TLSClientConfig, own.ForceAttemptHTTP2, own.Protocols = config, false, new(http.Protocols)
	own.Protocols.SetHTTP1(true)
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
	request := p.request.WithContext(attempt)
	request.Header = p.header(r, now)
	load(request, r.Body)
	transport := g.transport
	if p.own != nil {
		transport = p.own
	}
	answer, err := transport.RoundTrip(request) //nolint:bodyclose // done closes it
	if err != nil {
		t.end()
		return nil, orTimeout(attempt, err)
	}
	t.answer = answer
	return t, nil
}

// load gives the request its body, in a form that the transport can send again when an idle connection turns out to be
// closed by the other side.
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
