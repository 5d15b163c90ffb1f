package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/journal"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

// rig is the engine over the real database, with a receiver that is a function.
type rig struct {
	t       *testing.T
	at      storetest.Place
	db      *store.DB
	journal *journal.Journal
	engine  *delivery.Engine
	recv    *receiver
	slow    time.Duration // of reading a page of the log
	wrap    func(delivery.Store) delivery.Store
	places  int          // attempts under way of one account; 0 = the default
	reads   atomic.Int64 // of pages
	stop    func()
	sent    int
}

const (
	account = 1
	device  = "00000000-0000-0000-0000-000000000001"
)

func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigAt(t, storetest.Place{Path: filepath.Join(t.TempDir(), "wapost.db")})
}

func newRigAt(t *testing.T, at storetest.Place) *rig {
	t.Helper()
	r := &rig{t: t, at: at, recv: &receiver{}}
	r.start()
	r.exec(`INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 9, 1, 1)`)
	r.exec(`INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, $2, 1, 1, 1)`, device, []byte{0})
	return r
}

// start opens the database and runs writer and engine; restart is stop, then start.
func (r *rig) start() {
	r.t.Helper()
	db, err := store.Open(context.Background(), r.at.Options(r.t))
	if err != nil {
		r.t.Fatal(err)
	}
	r.db = db
	var at delivery.Store = &slowLog{db.Deliveries(), r.slow, &r.reads}
	if r.wrap != nil {
		at = r.wrap(at)
	}
	r.engine = delivery.New(delivery.Options{Store: at, Transport: r.recv, MaxInFlight: r.places})
	db.OnRecorded(r.engine.Recorded)
	r.journal = journal.New(db.Events())
	dbCtx, stopDB := context.WithCancel(context.Background())
	engineCtx, stopEngine := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	engineDone := make(chan struct{})
	wg.Go(func() {
		if err := db.Run(dbCtx); err != nil {
			r.t.Error(err)
		}
	})
	wg.Go(func() {
		defer close(engineDone)
		if err := r.engine.Run(engineCtx); err != nil {
			r.t.Error(err)
		}
	})
	r.stop = sync.OnceFunc(func() {
		stopEngine()
		<-engineDone
		stopDB()
		wg.Wait()
		if err := db.Close(); err != nil {
			r.t.Error(err)
		}
	})
	r.t.Cleanup(r.stop)
}

func (r *rig) restart() {
	r.t.Helper()
	r.stop()
	r.start()
}

func (r *rig) exec(query string, args ...any) {
	r.t.Helper()
	err := r.db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// account adds an account to the first one.
func (r *rig) account(id int64) {
	r.t.Helper()
	r.exec(`INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES ($1, $2, 9, 1, 1)`, id, fmt.Sprint("account ", id))
}

// hook registers a webhook whose id is the number in its URL.
func (r *rig) hook(id int64, ordering webhook.Ordering) {
	r.t.Helper()
	r.hookOf(account, id, ordering)
}

// hookOf registers a webhook of another account.
func (r *rig) hookOf(account, id int64, ordering webhook.Ordering) {
	r.t.Helper()
	err := r.db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
		filters, _ := json.Marshal([]webhook.Filter{{From: tx.Head() + 1}})
		_, err := tx.Exec(ctx, `INSERT INTO webhooks (id, account_id, url, events, ordering, timeout_seconds, max_in_flight,
include, version, status, status_since, filters, cursor, created_at, updated_at)
VALUES ($1, $7, $2, '[]', $3, 15, 8, '[]', 1, 'active', $4, $5, $6, $4, $4)`,
			id, fmt.Sprintf("https://receiver.test/%d", id), string(ordering), time.Now().UnixMilli(), string(filters), tx.Head(), account)
		tx.AfterCommit(func() { r.engine.WebhookChanged(id) })
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) setStatus(id int64, status webhook.Status) {
	r.t.Helper()
	r.exec(`UPDATE webhooks SET status = $1 WHERE id = $2`, string(status), id)
	r.engine.WebhookChanged(id)
}

func (r *rig) status(id int64) (status, reason string) {
	r.t.Helper()
	if err := r.db.Read().QueryRow(`SELECT status, reason FROM webhooks WHERE id = $1`, id).Scan(&status, &reason); err != nil {
		r.t.Fatal(err)
	}
	return status, reason
}

// flood records n messages spread over chats, 10,000 at once.
func (r *rig) flood(n int, chat func(i int) string) {
	r.t.Helper()
	r.floodOf(account, n, chat)
}

// floodOf records messages of an account.
func (r *rig) floodOf(account int64, n int, chat func(i int) string) {
	r.t.Helper()
	const step = 10_000
	for from := 0; from < n; from += step {
		r.floodOnce(account, from, min(n, from+step), chat)
	}
}

func (r *rig) floodOnce(account int64, from, to int, chat func(i int) string) {
	r.t.Helper()
	err := r.db.Atomic(context.Background(), "flood", func(ctx context.Context) error {
		for i := from; i < to; i++ {
			r.sent++
			e := event.New(event.MessageReceived)
			e.At, e.AccountID, e.DeviceID, e.Key = time.Now(), account, device, chat(i)
			e.Data = map[string]any{"chat": chat(i), "n": r.sent}
			if err := r.journal.Append(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// say records n messages of a chat; their texts are numbered over the whole rig.
func (r *rig) say(chat string, n int) {
	r.t.Helper()
	for range n {
		r.sent++
		e := event.New(event.MessageReceived)
		e.At, e.AccountID, e.DeviceID, e.Key = time.Now(), account, device, chat
		e.Data = map[string]any{"chat": chat, "n": r.sent}
		if err := r.journal.Append(context.Background(), e); err != nil {
			r.t.Fatal(err)
		}
	}
}

// slowLog takes its time for a page.
type slowLog struct {
	delivery.Store
	slow  time.Duration
	reads *atomic.Int64
}

func (s *slowLog) Log(ctx context.Context, account int64, device string, after, upTo int64, limit int) ([]*event.Recorded, error) {
	s.reads.Add(1)
	time.Sleep(s.slow)
	return s.Store.Log(ctx, account, device, after, upTo, limit)
}

// receiver answers attempts and keeps what it accepted.
type receiver struct {
	mu     sync.Mutex
	answer func(delivery.Request) delivery.Outcome
	forget bool               // keep no requests, there are too many
	tries  int                // attempts, forgotten ones included
	got    []delivery.Request // accepted
	seen   []delivery.Request // all attempts
}

func (v *receiver) Attempt(_ context.Context, q delivery.Request) delivery.Outcome {
	v.mu.Lock()
	answer, forget := v.answer, v.forget
	v.tries++
	if !forget {
		v.seen = append(v.seen, q)
	}
	v.mu.Unlock()
	o := delivery.Outcome{Status: 200}
	if answer != nil {
		o = answer(q)
	}
	o.At = time.Now()
	if o.Class == "" && !forget {
		v.mu.Lock()
		v.got = append(v.got, q)
		v.mu.Unlock()
	}
	return o
}

func (v *receiver) set(f func(delivery.Request) delivery.Outcome) {
	v.mu.Lock()
	v.answer = f
	v.mu.Unlock()
}

func (v *receiver) attempts() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.tries
}

// accepted returns the texts that a webhook accepted, in order, per chat.
func (v *receiver) accepted(t *testing.T, id int64) map[string][]int {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	got := map[string][]int{}
	for _, q := range v.got {
		if q.Webhook.ID == id && q.Event.Type == event.MessageReceived {
			chat, n := content(t, q)
			got[chat] = append(got[chat], n)
		}
	}
	return got
}

func content(t *testing.T, q delivery.Request) (chat string, n int) {
	t.Helper()
	var body struct {
		Data struct {
			Chat string
			N    int
		}
	}
	if err := json.Unmarshal(q.Body, &body); err != nil {
		t.Fatalf("body %q: %v", q.Body, err)
	}
	return body.Data.Chat, body.Data.N
}

func total(m map[string][]int) int {
	n := 0
	for _, list := range m {
		n += len(list)
	}
	return n
}

// inOrder fails unless each chat's numbers rise.
func inOrder(t *testing.T, m map[string][]int) {
	t.Helper()
	for chat, list := range m {
		for i := 1; i < len(list); i++ {
			if list[i] <= list[i-1] {
				t.Fatalf("chat %s: %d arrived after %d", chat, list[i], list[i-1])
			}
		}
	}
}
