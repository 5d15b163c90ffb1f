package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/client"
	ledger "wapost/internal/sink"
)

const heardID = "evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f"

func heardMessage(text string) client.Message {
	return client.Message{ID: heardID, Name: "message.received", Data: fmt.Appendf(nil,
		`{"id":%q,"type":"message.received","version":1,"timestamp":"2025-12-17T10:30:00.412Z","device_id":"d1","sequence":7,"origin":"live","account":null,"data":{"text":%q,"sender":{"name":"Mia"},"chat":{"jid":"1@lid","kind":"direct"}}}`, heardID, text)}
}

func TestForwardedEventIsARequestOfAWebhook(t *testing.T) {
	s, err := ledger.New(ledger.Options{Secrets: []string{"string"}})
	if err != nil {
		t.Fatal(err)
	}
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		s.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	t.Setenv("WAPOST_LISTEN_SECRET", "string")
	var out, notes bytes.Buffer
	l := &listener{cmd: &listenCmd{Forward: server.URL + "/hook", Timeout: 5 * time.Second}, out: &out, notes: &notes}
	if err := l.openForward(); err != nil {
		t.Fatal(err)
	}
	if err := l.take(t.Context(), heardMessage("hello")); err != nil {
		t.Fatal(err)
	}
	if r := s.Report(); r.Events != 1 || len(r.Faults()) > 0 {
		t.Errorf("the receiver says %+v", r.Problems)
	}
	for name, want := range map[string]string{"Webhook-Id": heardID, "X-Webhook-Event": "message.received", "X-Webhook-Device": "d1", "Webhook-Attempt": "1", "Content-Type": "application/json", "User-Agent": "wapost/dev"} {
		if got.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Get(name), want)
		}
	}
	if text := out.String(); !strings.Contains(text, "#7") || !strings.Contains(text, `Mia: "hello" (direct 1@lid)`) || !strings.Contains(text, "→ 204 in ") || strings.Contains(text, "\x1b") {
		t.Errorf("shown:\n%s", text)
	}
	if strings.Contains(notes.String(), "string") {
		t.Errorf("a given secret is printed: %s", notes.String())
	}
}

func TestForwardWaitsForAServerThatIsNotThere(t *testing.T) {
	old := httptest.NewServer(nil)
	address := strings.TrimPrefix(old.URL, "http://")
	old.Close()
	var mu sync.Mutex
	attempts := []string{}
	server := &http.Server{Addr: address, ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		attempts = append(attempts, r.Header.Get("webhook-attempt"))
		mu.Unlock()
		http.Error(w, "boom\x1b[31m", http.StatusInternalServerError)
	})}
	defer server.Close()
	absent := make(chan struct{})
	notes := &once{text: "is not there", found: absent}
	var out bytes.Buffer
	l := &listener{cmd: &listenCmd{Forward: "http://" + address, Timeout: 5 * time.Second}, out: &out, notes: notes}
	if err := l.openForward(); err != nil {
		t.Fatal(err)
	}
	go func() {
		<-absent
		_ = server.ListenAndServe() // ends with the test
	}()
	if err := l.take(t.Context(), heardMessage("hello")); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(attempts) != 1 || attempts[0] == "1" {
		t.Errorf("attempts that were answered: %v; an answer of any status ends the waiting", attempts)
	}
	if text := out.String(); !strings.Contains(text, "→ 500 in ") || !strings.Contains(text, "boom") || strings.Contains(text, "\x1b") {
		t.Errorf("shown:\n%q", text)
	}
	if !strings.Contains(notes.String(), "signing secret of this run: whsec_") {
		t.Errorf("notes:\n%s", notes.String())
	}
}

// once closes a channel when a text has been written.
type once struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	text  string
	found chan struct{}
}

func (o *once) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf.Write(b)
	if o.text != "" && strings.Contains(o.buf.String(), o.text) {
		o.text = ""
		close(o.found)
	}
	return len(b), nil
}

func (o *once) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func TestForwardEndsWhenToldToStop(t *testing.T) {
	down := httptest.NewServer(nil)
	down.Close()
	l := &listener{cmd: &listenCmd{Forward: down.URL, Timeout: time.Second}, out: io.Discard, notes: io.Discard}
	if err := l.openForward(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.take(ctx, heardMessage("x")); err == nil {
		t.Error("an event that nobody took counts as taken: its place would be kept")
	}
}

func TestPlaceIsKeptAndBelongsToOneGateway(t *testing.T) {
	file := filepath.Join(t.TempDir(), "place.json")
	run := func(gateway string) *listener {
		return &listener{cmd: &listenCmd{remote: remote{URL: gateway}, Resume: file}, out: io.Discard, notes: io.Discard}
	}
	l := run("http://a")
	if err := l.openPlace(); err != nil || l.place.After != "" {
		t.Fatalf("a file that is missing: %v, %v", l.place, err)
	}
	if err := l.take(t.Context(), heardMessage("x")); err != nil {
		t.Fatal(err)
	}
	if again := run("http://a"); again.openPlace() != nil || again.place.After != heardID {
		t.Errorf("goes on after %q", again.place.After)
	}
	if err := run("http://b").openPlace(); err == nil || !strings.Contains(err.Error(), "not of http://b") {
		t.Errorf("another gateway: %v", err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run("http://a").openPlace(); err == nil || !strings.Contains(err.Error(), "remove") {
		t.Errorf("a broken file: %v", err)
	}
}

func TestEventWithOddDataIsShownWithoutSummary(t *testing.T) {
	var out bytes.Buffer
	l := &listener{cmd: &listenCmd{}, out: &out, notes: io.Discard}
	err := l.take(t.Context(), client.Message{ID: heardID, Name: "group.updated", Data: []byte(`{"id":"x","type":"group.updated","device_id":null,"sequence":null,"data":{"chat":"1@g.us","text":5}}`)})
	if err != nil || !strings.Contains(out.String(), "group.updated") {
		t.Errorf("%v, shown %q", err, out.String())
	}
}
