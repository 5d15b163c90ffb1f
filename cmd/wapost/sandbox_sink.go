package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// sink is the receiver of the demonstration: it checks the signature as a customer would, and prints what came.
type sink struct {
	demo   *demo
	url    string
	server *http.Server
	keyed  chan struct{} // closed when secret is known: a request may come before the answer that tells it
	secret string

	mu   sync.Mutex
	got  int
	more chan struct{} // closed and renewed with each message
	seen map[string]bool
}

func newSink(d *demo) (*sink, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the receiver: %w", err)
	}
	s := &sink{demo: d, url: "http://" + ln.Addr().String() + "/webhook", keyed: make(chan struct{}), more: make(chan struct{}), seen: map[string]bool{}}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := s.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			d.say("the receiver ended: %v", err)
		}
	}()
	return s, nil
}

// key tells the secret, once.
func (s *sink) key(secret string) {
	s.secret = secret
	close(s.keyed)
}

func (s *sink) close() { _ = s.server.Close() } // nobody is left to be told

// ServeHTTP takes one webhook request.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.keyed:
	case <-r.Context().Done():
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil || !s.genuine(r.Header, body) {
		s.demo.say("   ✗ a request with a wrong signature")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.demo.say("   ✓ signature  #%-3s %-26s %s", e.number(), e.Type, e.summary())
	w.WriteHeader(http.StatusNoContent)
	s.note(e)
}

func (s *sink) note(e envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Type != "message.received" || s.seen[e.ID] {
		return
	}
	s.seen[e.ID] = true
	s.got++
	close(s.more)
	s.more = make(chan struct{})
}

// genuine verifies webhook-signature as any Standard Webhooks library does.
func (s *sink) genuine(h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", h.Get("webhook-id"), h.Get("webhook-timestamp"))
	mac.Write(body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, given := range strings.Fields(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(given), []byte(want)) {
			return true
		}
	}
	return false
}

// messages waits until n messages have arrived.
func (s *sink) messages(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		got, more := s.got, s.more
		s.mu.Unlock()
		if got >= n {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d messages arrived: %w", got, n, context.Cause(ctx))
		}
	}
}

type personName struct {
	Name *string `json:"name"`
}

// envelope is what the demonstration reads of an event.
type envelope struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Sequence *int64 `json:"sequence"`
	Data     struct {
		Text   string      `json:"text"`
		Sender *personName `json:"sender"`
		Chat   *struct {
			JID  string `json:"jid"`
			Kind string `json:"kind"`
		} `json:"chat"`
		Actor *personName `json:"actor"`
		Group *struct {
			JID  string  `json:"jid"`
			Name *string `json:"name"`
		} `json:"group"`
		Action string  `json:"action"`
		Name   *string `json:"name"` // of a collection, a label, a device
		To     string  `json:"to"`
		Source string  `json:"source"` // event.unknown
	} `json:"data"`
}

func (e envelope) number() string {
	if e.Sequence == nil {
		return "-"
	}
	return fmt.Sprint(*e.Sequence)
}

// summary is what a line shows besides the type, in the order in which it is said: who, what, where.
func (e envelope) summary() string {
	var parts []string
	for _, name := range []*string{nameOf(e.Data.Sender), nameOf(e.Data.Actor)} {
		if name != nil {
			parts = append(parts, *name+":")
		}
	}
	if e.Data.Action != "" {
		parts = append(parts, e.Data.Action)
	}
	if e.Data.Text != "" {
		parts = append(parts, strconv.Quote(e.Data.Text))
	}
	if n := e.Data.Name; n != nil {
		parts = append(parts, strconv.Quote(*n))
	}
	if g := e.Data.Group; g != nil {
		if g.Name != nil {
			parts = append(parts, strconv.Quote(*g.Name))
		}
		parts = append(parts, "(group "+g.JID+")")
	}
	if c := e.Data.Chat; c != nil {
		parts = append(parts, "("+c.Kind+" "+c.JID+")")
	}
	if e.Data.To != "" {
		parts = append(parts, "→ "+e.Data.To)
	}
	if e.Data.Source != "" {
		parts = append(parts, "no type of its own yet: "+e.Data.Source)
	}
	return strings.Join(parts, " ")
}

func nameOf(p *personName) *string {
	if p == nil {
		return nil
	}
	return p.Name
}
