package httppost

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/egress"
	"wapost/internal/webhook"
)

// Sender is the delivery.Transport for HTTP. It may be used by many goroutines.
type Sender struct {
	plain   plain
	general general
	agent   string         // value of User-Agent
	repeats *atomic.Uint64 // requests that were sent once more

	mu       sync.RWMutex
	prepared map[int64]*prepared // by webhook id
}

// New makes a sender. Its door is called directly, as an http.Client would follow redirects and costs a fifth of the
// throughput. version is ours, for User-Agent.
func New(door egress.Door, version string) *Sender {
	repeats := new(atomic.Uint64)
	return &Sender{plain: plain{door.Dial, newPool(), repeats}, general: general{newWays(door.Transport), repeats}, agent: "wapost/" + version,
		repeats: repeats, prepared: map[int64]*prepared{}}
}

// Repeats counts the requests that were sent a second time within their attempt, because the idle connection that they were
// first sent over was closed without an answer (ADR 0011).
func (s *Sender) Repeats() uint64 { return s.repeats.Load() }

// CloseIdleConnections ends the connections that no attempt uses.
func (s *Sender) CloseIdleConnections() {
	s.plain.pool.close()
	s.general.ways.kept.CloseIdleConnections()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.prepared {
		if p.own != nil {
			p.own.kept.CloseIdleConnections()
		}
	}
}

// carrier brings one request to its endpoint and returns when the head of the answer is in. Its error is errTimeout when the
// webhook's timeout was over. brief says that of a success only the status is wanted.
type carrier interface {
	carry(ctx context.Context, p *prepared, r delivery.Request, now time.Time, brief bool) (reply, error)
}

// reply is an answer whose body can be read. done must be called.
type reply interface {
	status() int
	response() *http.Response // nil for a success that has been read to its end
	within(d time.Duration)   // the body must be read in this time
	done(whole bool)          // whole = the body was read to its end
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
	sent    http.Header
	headers http.Header
	excerpt excerpt
}

// send makes the attempt. watched keeps what an ordinary success throws away.
func (s *Sender) send(ctx context.Context, r delivery.Request, watched bool) (o delivery.Outcome, x exchange) {
	o.At = time.Now()
	p, err := s.prepare(r.Webhook)
	if err != nil {
		o.Class, o.Err = delivery.ClassLocal, err.Error()
		return o, x
	}
	if watched {
		x.sent = p.header(r, o.At)
	}
	var way carrier = s.general
	if p.place != "" && len(r.Body) <= maxPlain {
		way = s.plain
	}
	answer, err := way.carry(ctx, p, r, o.At, !watched)
	o.Duration = time.Since(o.At)
	if err != nil {
		o.Class, o.Err = explain(ctx, err, r.Webhook)
		if _, unsent := errors.AsType[*unsentError](err); !unsent {
			o.Sent = p.sent(r)
		}
		return o, x
	}
	o.Status = answer.status()
	o.Class, o.Err = judge(o.Status)
	if o.Class != "" || r.Replay { // these attempts have rows of their own
		o.Sent = p.sent(r)
	}
	if o.Class == "" && !watched {
		answer.done(drain(answer, r.Webhook.Timeout-o.Duration))
		return o, x
	}
	head := answer.response() //nolint:bodyclose // done closes it
	x.headers = head.Header
	o.RetryAfter = retryAfter(head.StatusCode, head.Header, o.At.Add(o.Duration))
	x.excerpt = read(head.Body)
	answer.done(x.excerpt.whole)
	if o.Class != "" {
		o.Headers, o.Excerpt = head.Header, x.excerpt.bytes
	}
	return o, x
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
	if p.own, err = s.general.secure(w.TLS); err != nil {
		return nil, err
	}
	s.keep(w.ID, p)
	return p, nil
}

// keep puts a prepared webhook in the place of an older version.
func (s *Sender) keep(id int64, p *prepared) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.prepared) >= maxPrepared {
		for id := range s.prepared { // deleted webhooks are never asked for again, the others come back with their next attempt
			s.forget(id)
		}
	}
	s.forget(id)
	s.prepared[id] = p
}

// forget ends the connections that were made for a webhook. Attempts on their way go on.
func (s *Sender) forget(id int64) {
	if old := s.prepared[id]; old != nil && old.own != nil {
		old.own.kept.CloseIdleConnections()
	}
	delete(s.prepared, id)
}

// maxPrepared bounds the webhooks that are kept prepared, each about 2 KiB.
const maxPrepared = 16384
