package app_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/simulator"
	"wapost/internal/simulator/control"
	"wapost/simclient"
)

// authority is shared by all simulators of this process: the trust root is a variable of the library.
var authority = sync.OnceValue(func() *simulator.Authority {
	a, err := simulator.NewAuthority()
	if err != nil {
		panic(err) // no randomness: nothing can be tested
	}
	return a
})

const patience = 60 * time.Second

// world is WhatsApp's double, which outlives every gateway of a test.
type world struct {
	*simclient.Client
	t   testing.TB
	url string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldWith(t, simulator.Options{Authority: authority(), QuietLink: true, TraceLimit: 2000})
}

func newWorldWith(t testing.TB, o simulator.Options) *world {
	t.Helper()
	sim, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	api := control.New(sim, control.Options{})
	if err := api.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, run := range []func(context.Context) error{sim.Run, api.Run} {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				t.Errorf("simulator: %v", err)
			}
		})
	}
	t.Cleanup(func() { cancel(); wg.Wait() })
	return &world{Client: simclient.New(api.URL()), t: t, url: api.URL()}
}

func (w *world) person(phone, name string) {
	w.t.Helper()
	if _, _, err := w.CreateUser(w.t.Context(), simclient.NewUser{Phone: phone, Name: &name}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) scan(phone, code string) string {
	w.t.Helper()
	r, err := w.Scan(w.t.Context(), phone, code)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Device.JID
}

// quiet waits until the device has acknowledged everything.
func (w *world) quiet(device string) {
	w.t.Helper()
	eventually(w.t, "everything acknowledged", func() bool {
		d, err := w.Device(context.Background(), device)
		return err == nil && d.Connected && d.Unacked == 0
	})
}

// eventually waits for a condition that something else brings about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not in %v: %s", patience, what)
		}
		pause()
	}
}

// pause is the interval of polling, not a way of waiting for a time.
func pause() {
	t := time.NewTimer(15 * time.Millisecond) // the API allows 100 requests per second
	<-t.C
}

// delivery is one request that a receiver accepted.
type delivery struct {
	eventID string
	Type    string
	MsgID   string
	Chat    string
	Sender  string
	Text    string
	State   string // device.state_changed
	Reason  string
}

// receiver is a customer's endpoint: it keeps every request that it accepted.
type receiver struct {
	url string

	mu     sync.Mutex
	got    []delivery
	answer func(http.ResponseWriter, *http.Request) bool // true = it has answered, and not accepted
}

func newReceiver(t testing.TB) *receiver {
	t.Helper()
	r := &receiver{}
	server := serve(t, r)
	r.url = server + "/hook"
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	answer := r.answer
	r.mu.Unlock()
	if answer != nil && answer(w, q) {
		return
	}
	d, err := decode(q)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.got = append(r.got, d)
	r.mu.Unlock()
}

func (r *receiver) misbehave(f func(http.ResponseWriter, *http.Request) bool) {
	r.mu.Lock()
	r.answer = f
	r.mu.Unlock()
}

func (r *receiver) all() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// of returns what came of one type.
func (r *receiver) of(typ string) []delivery {
	return slices.DeleteFunc(r.all(), func(d delivery) bool { return d.Type != typ })
}

// messages counts the different messages that have come.
func (r *receiver) messages() int {
	seen := map[string]bool{}
	for _, d := range r.of("message.received") {
		seen[d.MsgID] = true
	}
	return len(seen)
}

// judged is what a receiver's record says about the promise.
type judged struct {
	messages, duplicates int
}

// judge fails the test when one of the messages of want is missing, when a message came under two event ids, or when a
// sender's messages in a chat came out of order.
func (r *receiver) judge(t testing.TB, want []string) judged {
	t.Helper()
	event := map[string]string{} // message → event
	last := map[string]string{}  // chat and sender → newest message; ids of a burst rise
	var j judged
	for _, d := range r.of("message.received") {
		if id, seen := event[d.MsgID]; seen {
			if id != d.eventID {
				t.Errorf("message %s came under two event ids", d.MsgID)
			}
			j.duplicates++
			continue
		}
		event[d.MsgID] = d.eventID
		j.messages++
		line := d.Chat + " " + d.Sender
		if d.MsgID <= last[line] {
			t.Errorf("in %s %q came after %q", line, d.MsgID, last[line])
		}
		last[line] = d.MsgID
	}
	var missing []string
	for _, id := range want {
		if event[id] == "" {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d of %d messages never came, the first: %s", len(missing), len(want), strings.Join(missing[:min(3, len(missing))], ", "))
	}
	return j
}

// ids are the message ids of a burst.
func ids(prefix string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%06d", prefix, i+1)
	}
	return list
}
