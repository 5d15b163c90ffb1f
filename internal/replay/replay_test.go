package replay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/journal"
	"wapost/internal/replay"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

const device = "00000000-0000-0000-0000-000000000001"

// rig is the room over the real database; the endpoint and the engine are played.
type rig struct {
	t       *testing.T
	db      *store.DB
	journal *journal.Journal
	service *replay.Service
	engine  *delivery.Engine // nil: played
	stop    func()

	mu      sync.Mutex
	times   []time.Time
	again   int // of the times: sent again
	settled int
	answer  func() delivery.Outcome
}

// newRig plays the engine too.
func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigWith(t, nil)
}

// newRigWith runs the engine that begin returns beside the room; it begins before the database runs.
func newRigWith(t *testing.T, begin func(*rig) *delivery.Engine) *rig {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{Path: filepath.Join(t.TempDir(), "wapost.db"), Vault: storetest.Vault(t)})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, db: db, journal: journal.New(db.Events()), answer: func() delivery.Outcome { return delivery.Outcome{Status: 200} }}
	o := replay.Options{Store: db.Replays(), Transport: r, Sink: r.journal, Engine: r}
	if begin != nil {
		r.engine = begin(r)
		o.Engine = r.engine
	}
	r.service = replay.New(o)
	dbCtx, stopDB := context.WithCancel(context.Background())
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		if err := db.Run(dbCtx); err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		defer close(done)
		var rooms sync.WaitGroup
		defer rooms.Wait()
		if r.engine != nil {
			rooms.Go(func() {
				if err := r.engine.Run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		if err := r.service.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	r.stop = sync.OnceFunc(func() {
		stop()
		<-done
		stopDB()
		wg.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.stop)
	r.exec(`INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 9, 1, 1)`)
	r.exec(`INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, x'00', 1, 1, 1)`, device)
	return r
}

// Tried plays the engine.
func (r *rig) Tried(int64, int64, int) {}

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

// Turn plays the engine.
func (r *rig) Turn(ctx context.Context, _ int64) error { return ctx.Err() }

// Attempt plays the endpoint.
func (r *rig) Attempt(_ context.Context, q delivery.Request) delivery.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times = append(r.times, time.Now())
	if q.Replay {
		r.again++
	}
	o := r.answer()
	o.At = time.Now()
	return o
}

// Settled plays the engine.
func (r *rig) Settled(int64, int64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settled++
}

// say records n events of one chat, and only then makes the webhook: to it they are missing.
func (r *rig) say(n int) *webhook.Webhook {
	r.t.Helper()
	r.talk(n)
	filters, _ := json.Marshal([]webhook.Filter{{From: int64(n) + 1}})
	r.exec(`INSERT INTO webhooks (id, account_id, url, events, ordering, timeout_seconds, max_in_flight, include, version, status, status_since,
filters, cursor, created_at, updated_at) VALUES (1, 1, 'https://receiver.test/', '[]', 'ordered', 15, 8, '[]', 1, 'active', 1, $1, $2, 1, 1)`, string(filters), n)
	r.exec(`INSERT INTO webhook_secrets (webhook_id, sealed, created_at) VALUES (1, $1, 1)`, storetest.Vault(r.t).Seal("webhook secret", []byte("s")))
	return r.hook()
}

// talk records n events of one chat.
func (r *rig) talk(n int) {
	r.t.Helper()
	for i := range n {
		e := event.New(event.MessageReceived)
		e.At, e.AccountID, e.DeviceID, e.Key = time.Now(), 1, device, device+"|c|1@lid"
		e.Data = event.FailedMessage{MessageID: fmt.Sprint(i)}
		if err := r.journal.Append(context.Background(), e); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *rig) start(w *webhook.Webhook) string {
	r.t.Helper()
	since := time.Now().Add(-time.Hour)
	j, err := r.service.Start(context.Background(), w, replay.Wish{Since: &since})
	if err != nil {
		r.t.Fatal(err)
	}
	return j.ID
}

func (r *rig) job(id string) replay.Job {
	r.t.Helper()
	j, err := r.service.Get(context.Background(), 1, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return j
}

var down = delivery.Outcome{Class: delivery.ClassConnect, Err: "The connection was refused"}

func TestOutageOfAMinuteCostsNoEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		w := r.say(10)
		end := time.Now().Add(time.Minute)
		r.answer = func() delivery.Outcome {
			if time.Now().Before(end) {
				return down
			}
			return delivery.Outcome{Status: 200}
		}
		id := r.start(w)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if j := r.job(id); j.State != replay.Done || j.Delivered != 10 || j.Failed != 0 || r.settled != 10 {
			t.Errorf("got %+v, %d settled", j, r.settled)
		}
		if len(r.times) < 2 {
			t.Fatalf("job %+v", r.job(id))
		}
		if gap := r.times[1].Sub(r.times[0]); gap < 5*time.Second {
			t.Errorf("asked again after %v", gap)
		}
		r.stop()
	})
}

func TestHopelessEndpointEndsTheJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		w := r.say(30)
		r.answer = func() delivery.Outcome { return down }
		id := r.start(w)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if j := r.job(id); j.State != replay.Running {
			t.Errorf("after ten minutes: %+v", j)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if j := r.job(id); j.State != replay.Failed || j.Failed != 20 || j.Sent != 100 {
			t.Errorf("got %+v", j)
		}
		r.stop()
	})
}

func TestEventThatBreaksTheEndpointDoesNotHoldTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		w := r.say(3)
		n := 0
		r.answer = func() delivery.Outcome {
			if n++; n <= 5 {
				return delivery.Outcome{Status: 500, Class: delivery.ClassServerError, Err: "Endpoint answered 500"}
			}
			return delivery.Outcome{Status: 200}
		}
		id := r.start(w)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if j := r.job(id); j.State != replay.Done || j.Delivered != 2 || j.Failed != 1 || j.Sent != 7 {
			t.Errorf("got %+v", j)
		}
		r.stop()
	})
}

func TestFaultOfOursIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		w := r.say(1)
		n := 0
		r.answer = func() delivery.Outcome {
			if n++; n <= 30 {
				return delivery.Outcome{Class: delivery.ClassLocal, Err: "no file descriptors"}
			}
			return delivery.Outcome{Status: 200}
		}
		id := r.start(w)
		time.Sleep(time.Minute)
		synctest.Wait()
		if j := r.job(id); j.State != replay.Done || j.Sent != 1 || j.Delivered != 1 {
			t.Errorf("got %+v", j)
		}
		r.stop()
	})
}

// hook reads the webhook.
func (r *rig) hook() *webhook.Webhook {
	r.t.Helper()
	w, err := r.db.Webhooks().Load(context.Background(), 1)
	if err != nil {
		r.t.Fatal(err)
	}
	return &w
}

// status pauses or resumes the webhook.
func (r *rig) status(s string) {
	r.t.Helper()
	r.exec(`UPDATE webhooks SET status = $1`, s)
	r.engine.WebhookChanged(1)
	r.service.WebhookChanged(1)
	synctest.Wait()
}
