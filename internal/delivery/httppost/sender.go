package httppost

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// Sender is the delivery.Transport for HTTP. It may be used by many goroutines.
type Sender struct {
	door  http.RoundTripper
	agent []string // value of User-Agent

	mu       sync.RWMutex
	prepared map[int64]*prepared // by webhook id
}

// New makes a sender. door is the transport of an egress.Guard: it is called directly, as an http.Client would follow
// redirects and costs a fifth of the throughput. version is ours, for User-Agent.
func New(door http.RoundTripper, version string) *Sender {
	return &Sender{door: door, agent: []string{"wapost/" + version}, prepared: map[int64]*prepared{}}
}

// errTimeout is the cause of an attempt that took the whole timeout of its webhook.
var errTimeout = errors.New("the webhook's timeout is over")

// Attempt implements delivery.Transport.
func (s *Sender) Attempt(ctx context.Context, r delivery.Request) delivery.Outcome {
	o, _ := s.send(ctx, r, false)
	return o
}

// exchange is what is kept of an attempt that somebody wants to look at.
type exchange struct {
	request *http.Request
	excerpt excerpt
	headers http.Header
}

// send makes the attempt. watched keeps what an ordinary success throws away.
func (s *Sender) send(ctx context.Context, r delivery.Request, watched bool) (o delivery.Outcome, x exchange) {
	o.At = time.Now()
	p, err := s.prepare(r.Webhook)
	if err != nil {
		o.Class, o.Err = delivery.ClassLocal, err.Error()
		return o, x
	}
	attempt, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(r.Webhook.Timeout, func() { cancel(errTimeout) })
	defer timer.Stop()

	x.request = p.request.WithContext(attempt)
	x.request.Header = p.headers(r, o.At)
	carry(x.request, r.Body)
	answer, err := s.door.RoundTrip(x.request)
	o.Duration = time.Since(o.At)
	if err != nil {
		o.Class, o.Err = explain(ctx, attempt, err, r.Webhook.Timeout)
		return o, x
	}
	defer func() { _ = answer.Body.Close() }() // the outcome is fixed; a connection that ends badly is not reused
	o.Status, x.headers = answer.StatusCode, answer.Header
	o.Class, o.Err = judge(answer.StatusCode)
	if o.Class == "" && !watched {
		drain(answer, timer, r.Webhook.Timeout-o.Duration)
		return o, x
	}
	o.RetryAfter = retryAfter(answer.StatusCode, answer.Header, o.At.Add(o.Duration))
	x.excerpt = read(answer.Body)
	if o.Class != "" {
		o.Headers, o.Excerpt = answer.Header, x.excerpt.bytes
	}
	return o, x
}

// carry gives the request its body, in a form that the transport can send again when an idle connection turns out to be
// closed by the other side.
func carry(req *http.Request, body []byte) {
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody() // never fails
}

// prepare returns what does not change between the attempts of one version of a webhook.
func (s *Sender) prepare(w *webhook.Webhook) (*prepared, error) {
	s.mu.RLock()
	p := s.prepared[w.ID]
	s.mu.RUnlock()
	if p != nil && p.version.Equal(w.UpdatedAt) {
		return p, nil
	}
	p, err := prepare(w, s.agent)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.prepared) >= maxPrepared {
		clear(s.prepared) // deleted webhooks are never asked for again, the others come back with their next attempt
	}
	s.prepared[w.ID] = p
	return p, nil
}

// maxPrepared bounds the webhooks that are kept prepared, each about 2 KiB.
const maxPrepared = 16384
