package httpapi

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/access"
	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/journal"
	"wapost/internal/replay"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

// live is a rig with the real engine, the real replays and a receiver that is a function.
type live struct {
	*rig
	at      storetest.Place
	journal *journal.Journal
	recv    *receiver
	key     string
	account int64
	device  string
	token   string
	stop    func()
	events  int
}

func newLive(t testing.TB) *live {
	t.Helper()
	return newLiveAt(t, storetest.Place{Path: filepath.Join(t.TempDir(), "wapost.db")})
}

// eachLive runs a test over each kind of database.
func eachLive(t *testing.T, test func(*testing.T, *live)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, at storetest.Place) { test(t, newLiveAt(t, at)) })
}

func newLiveAt(t testing.TB, at storetest.Place) *live {
	t.Helper()
	l := &live{at: at, recv: &receiver{}}
	l.start(t)
	l.account, l.key = l.rig.account()
	l.device, l.token = l.rig.device(l.key)
	return l
}

// start opens the database and runs everything; stop, then start is a restart.
func (l *live) start(t testing.TB) {
	t.Helper()
	db := l.at.Stopped(t)
	engine := delivery.New(delivery.Options{Store: db.Deliveries(), Transport: l.recv})
	feed := journal.NewFeed()
	db.OnRecorded(engine.Recorded)
	db.OnRecorded(feed.Recorded)
	stopStore := storetest.Start(t, db)
	l.journal = journal.New(db.Events())
	replays := replay.New(replay.Options{Store: db.Replays(), Transport: l.recv, Sink: l.journal, Engine: engine})
	stopEngine, stopReplays := l.run(t, engine.Run), l.run(t, replays.Run)
	l.stop = func() {
		stopReplays()
		stopEngine()
		stopStore()
		if err := db.Close(); err != nil { // it gives the right to write back
			t.Error(err)
		}
	}
	l.rig = newRigOn(t, db, func(o *Options) {
		o.Rate = access.Rate{PerSecond: 1e6, Burst: 1e6} // the tests look often
		o.Feed, o.Deliveries, o.Replays, o.Tester = feed, engine, replays, l.recv
		o.Webhooks = webhook.NewService(webhook.Options{Store: db.Webhooks(), Door: egress.New(egress.Policy{}), Changes: both{engine, replays}})
	})
}

func (l *live) restart() {
	l.Helper()
	l.stop()
	l.start(l.TB)
}

func (l *live) run(t testing.TB, f func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

type both []webhook.Changes

func (b both) WebhookChanged(id int64) {
	for _, c := range b {
		c.WebhookChanged(id)
	}
}

// hook makes a webhook of the account.
func (l *live) hook(fields map[string]any) string {
	l.Helper()
	body := map[string]any{"url": "https://example.com/hook?token=secret"}
	for name, value := range fields {
		body[name] = value
	}
	return fmt.Sprintf("/webhooks/%v", l.call(l.key, "POST", "/webhooks", body).ok(http.StatusCreated).get("id"))
}

// say records a message event and returns its id.
func (l *live) say(chat, text string) string {
	l.Helper()
	return l.record(event.MessageReceived, func(e *event.Event) {
		m := event.Message{MessageID: "3EB0", Chat: event.Chat{JID: chat, Kind: event.DirectChat}, Kind: event.KindText, Text: &text,
			Mentions: []event.Person{}, GroupMentions: []event.GroupMention{}}
		e.Data, e.Key = m, l.device+"|c|"+chat
	})
}

func (l *live) record(t event.Type, change func(*event.Event)) string {
	l.Helper()
	l.events++
	e := event.New(t)
	e.At, e.AccountID, e.DeviceID, e.Data, e.Key = time.Now(), l.account, l.device, event.Empty{}, l.device+"|d"
	if change != nil {
		change(e)
	}
	if err := l.journal.Append(context.Background(), e); err != nil {
		l.Fatal(err)
	}
	return e.ID
}

func (l *live) exec(query string, args ...any) {
	l.Helper()
	err := l.db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
}

// until waits for something that other goroutines do.
func (l *live) until(what string, f func() bool) {
	l.Helper()
	for deadline := time.Now().Add(20 * time.Second); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.Fatalf("never: %s", what)
		}
	}
}

// delivery reads the delivery of an event.
func (l *live) delivery(hook, id string) map[string]any {
	l.Helper()
	var d map[string]any
	l.call(l.key, "GET", hook+"/deliveries/"+id, nil).ok(http.StatusOK).data(&d)
	return d
}

func (l *live) becomes(hook, id, status string) map[string]any {
	l.Helper()
	var d map[string]any
	l.until(id+" becomes "+status, func() bool { d = l.delivery(hook, id); return d["status"] == status })
	return d
}

// receiver is an endpoint that is a function.
type receiver struct {
	mu     sync.Mutex
	got    []delivery.Request
	answer func(delivery.Request) delivery.Outcome
}

func (r *receiver) set(f func(delivery.Request) delivery.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

func (r *receiver) Attempt(_ context.Context, q delivery.Request) delivery.Outcome {
	r.mu.Lock()
	r.got = append(r.got, q)
	f := r.answer
	r.mu.Unlock()
	o := delivery.Outcome{Status: 200}
	if f != nil {
		o = f(q)
	}
	o.At, o.Duration = time.Now(), 3*time.Millisecond
	if o.Status > 0 && (o.Class != "" || q.Replay) {
		o.Sent = &delivery.Sent{Agent: "wapost/1", NextRetry: int(q.NextRetry.Seconds()), Custom: slices.Collect(maps.Keys(q.Webhook.Headers))}
	}
	return o
}

func (r *receiver) Examine(ctx context.Context, q delivery.Request) httppost.Exchange {
	o := r.Attempt(ctx, q)
	return httppost.Exchange{Outcome: o, Sent: http.Header{"Webhook-Id": {q.Event.ID}}, Received: http.Header{"Server": {"test"}}, Excerpt: []byte("ok")}
}

// requests returns the ids of the events that were sent, in order; only those of replays when that is asked for.
func (r *receiver) requests(replayed bool) (ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.got {
		if q.Replay == replayed {
			ids = append(ids, q.Event.ID)
		}
	}
	return ids
}

func refuse(q delivery.Request) delivery.Outcome {
	return delivery.Outcome{Status: 422, Class: delivery.ClassRefused, Err: "Endpoint answered 422", Excerpt: []byte("no"), Headers: http.Header{"X-Why": {"because"}}}
}

func idsOf(a *answer) (ids []string) {
	a.t.Helper()
	var list []struct {
		ID string `json:"id"`
	}
	a.data(&list)
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return ids
}

func nextOf(a *answer) string {
	a.t.Helper()
	_, rest, ok := strings.Cut(a.Body.String(), `"next":"`)
	next, _, _ := strings.Cut(rest, `"`)
	if !ok {
		return ""
	}
	return next
}

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// refuseAt refuses what is sent to URLs that end with a path.
func refuseAt(path string) func(delivery.Request) delivery.Outcome {
	return func(q delivery.Request) delivery.Outcome {
		if strings.HasSuffix(q.Webhook.URL, path) {
			return refuse(q)
		}
		return delivery.Outcome{Status: 200}
	}
}
