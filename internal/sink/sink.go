package sink

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Options of New.
type Options struct {
	Secrets   []string // of the webhook, several during a rotation; none = signatures are not judged
	Behaviour Behaviour
}

// Sink is the receiver. It may be used by many goroutines.
type Sink struct {
	keys []key

	mu        sync.Mutex
	behaviour Behaviour
	left      int // requests that First still concerns
	ledger    *ledger
	changed   chan struct{} // closed and renewed with every accepted event
}

// New makes a receiver. Errors: a secret or a behaviour that cannot be.
func New(o Options) (*Sink, error) {
	s := &Sink{ledger: newLedger(time.Now()), changed: make(chan struct{})}
	for _, secret := range o.Secrets {
		k, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, k)
	}
	return s, s.Behave(o.Behaviour)
}

// Behave changes how requests are answered from now on. Errors: a behaviour that cannot be.
func (s *Sink) Behave(b Behaviour) error {
	if err := b.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour, s.left = b, b.First
	return nil
}

// Report tells what the ledger says now.
func (s *Sink) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledger.report(time.Now(), len(s.keys) > 0)
}

// Reset begins a new ledger.
func (s *Sink) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger = newLedger(time.Now())
}

// Changed returns a channel that is closed when the next event has been accepted.
func (s *Sink) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Handler takes webhooks by POST at every path, and commands: GET and DELETE /report, GET, PUT and DELETE /behaviour.
func (s *Sink) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", s.receive)
	mux.HandleFunc("GET /report", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.Report()) })
	mux.HandleFunc("DELETE /report", func(w http.ResponseWriter, _ *http.Request) {
		s.Reset()
		answer(w, s.Report())
	})
	mux.HandleFunc("GET /behaviour", s.showBehaviour)
	mux.HandleFunc("PUT /behaviour", s.putBehaviour)
	mux.HandleFunc("DELETE /behaviour", func(w http.ResponseWriter, r *http.Request) {
		_ = s.Behave(Behaviour{}) // the zero behaviour is a good one
		s.showBehaviour(w, r)
	})
	return mux
}

func (s *Sink) showBehaviour(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	b := s.behaviour
	s.mu.Unlock()
	answer(w, b)
}

func (s *Sink) putBehaviour(w http.ResponseWriter, r *http.Request) {
	var b Behaviour
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096))
	d.DisallowUnknownFields()
	err := d.Decode(&b)
	if err == nil {
		err = s.Behave(b)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.showBehaviour(w, r)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the client has gone
}

// maxBody is far above what a gateway sends.
const maxBody = 16 << 20

// receive takes one webhook request.
func (s *Sink) receive(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.note(func(l *ledger) { l.problems.Unreadable++ })
		return
	}
	n, err := s.read(r.Header, body, at)
	if err != nil {
		http.Error(w, err.Error(), n.refusal)
		return
	}
	fate, finish := accepts, func() { w.WriteHeader(http.StatusNoContent) }
	if b, bad := s.turn(n); bad {
		fate, finish = b.play(w, r)
	}
	if fate == accepts {
		s.accept(n)
	} else {
		s.note(func(l *ledger) { l.refused++ })
	}
	if fate == cuts {
		panic(http.ErrAbortHandler) // net/http cuts the connection and logs nothing
	}
	if finish != nil {
		finish()
	}
}

var errUnsigned = errors.New("the signature is wrong")

// read verifies and decodes a request. On error the notice says how to refuse it.
func (s *Sink) read(h http.Header, body []byte, at time.Time) (notice, error) {
	if verdict := s.verify(h, body, at); verdict != genuine {
		s.note(func(l *ledger) { l.wrong(verdict) })
		return notice{refusal: http.StatusUnauthorized}, fmt.Errorf("%w: %s", errUnsigned, verdict)
	}
	n, err := decode(h, body, at)
	if err != nil {
		s.note(func(l *ledger) { l.problems.Malformed++ })
		return notice{refusal: http.StatusBadRequest}, err
	}
	return n, nil
}

// turn says whether this request is one that the behaviour concerns.
func (s *Sink) turn(n notice) (Behaviour, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.behaviour
	switch {
	case !b.bad():
		return b, false
	case b.First > 0:
		s.left--
		return b, s.left >= 0
	case b.Tries > 0:
		return b, n.attempt <= b.Tries
	case b.Share > 0:
		return b, rand.Float64() < b.Share
	}
	return b, true
}

func (s *Sink) note(f func(*ledger)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.ledger)
}

// accept enters an event. It comes before the answer, as in a receiver that stores first: an answer that is lost makes the
// next request a duplicate.
func (s *Sink) accept(n notice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger.enter(n)
	close(s.changed)
	s.changed = make(chan struct{})
}
