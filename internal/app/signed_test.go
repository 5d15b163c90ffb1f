package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"wapost/docs/verify"
)

// envelope is an event as the gateway tells it, with its bytes.
type envelope struct {
	ID       string
	Type     string
	DeviceID string `json:"device_id"`
	Data     map[string]any
	body     string
}

func readEnvelope(body []byte) (e envelope, err error) {
	err = json.Unmarshal(body, &e)
	e.body = string(body)
	return e, err
}

// at returns a member of the data by its path, nil when there is none.
func (e *envelope) at(path ...string) any {
	var v any = e.Data
	for _, name := range path {
		if list, ok := v.([]any); ok {
			if len(list) != 1 {
				return nil
			}
			v = list[0]
		}
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	if list, ok := v.([]any); ok && len(list) == 1 {
		return list[0]
	}
	return v
}

// signed is a customer's endpoint that takes only what its secret has signed, and keeps each event once, in the order of
// their first requests.
type signed struct {
	url, secret string

	mu      sync.Mutex
	events  []envelope
	body    map[string]string // by id
	refused []string
}

func newSigned(t testing.TB, secret string) *signed {
	t.Helper()
	r := &signed{secret: secret, body: map[string]string{}}
	r.url = serve(t, r) + "/hook"
	return r
}

func (r *signed) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // cut off, as by a kill
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e, err := readEnvelope(body)
	known, again := r.body[e.ID]
	switch {
	case err != nil, !verify.Genuine(r.secret, q.Header, body, time.Now()), e.ID != q.Header.Get("webhook-id"), again && known != e.body:
		r.refused = append(r.refused, q.Header.Get("webhook-id")+" "+string(body))
		w.WriteHeader(http.StatusBadRequest)
	case !again:
		r.body[e.ID] = e.body
		r.events = append(r.events, e)
	}
}

// all returns what has come.
func (r *signed) all() (events []envelope, refused []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]envelope(nil), r.events...), append([]string(nil), r.refused...)
}

// count counts the events that a rule picks.
func (r *signed) count(picks func(*envelope) bool) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.events {
		if picks(&r.events[i]) {
			n++
		}
	}
	return n
}

// has reports whether all of them have come.
func (r *signed) has(events []envelope) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		if _, ok := r.body[e.ID]; !ok {
			return false
		}
	}
	return true
}

// forget begins anew behind these events.
func (r *signed) forget(events []envelope) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		delete(r.body, e.ID)
	}
	r.events = slices.DeleteFunc(r.events, func(e envelope) bool { _, left := r.body[e.ID]; return !left })
}
