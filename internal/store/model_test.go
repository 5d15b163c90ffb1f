package store_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wapost/internal/delivery"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

// model is what the store should hold: one device, its events, and the deliveries of some webhooks.
type model struct {
	db   *store.DB
	stop func()
	open func() *store.DB

	seen  map[string]bool   // occurrences that were appended
	log   []int64           // seqs of the events, as the store gave them: they rise, gaps are allowed
	hooks map[int64]*mirror // by id
}

// mirror is one webhook as the engine would know it.
type mirror struct {
	status  webhook.Status
	cursor  int64
	settled map[int64]bool            // delivered
	open    map[int64]delivery.Status // rows
}

func TestSQLiteFollowsTheModel(t *testing.T) {
	n := 0
	follow(t, func() storetest.Place {
		n++
		return storetest.Place{Path: filepath.Join(t.TempDir(), fmt.Sprint(n, ".db"))}
	})
}

func TestPostgresFollowsTheModel(t *testing.T) {
	url := storetest.Postgres(t)
	follow(t, func() storetest.Place {
		storetest.Empty(t, url)
		return storetest.Place{URL: url}
	})
}

// moderate keeps the runs short where nobody asked for more with -rapid.checks and -rapid.steps.
func moderate(t *testing.T) {
	for name, value := range map[string]string{"rapid.checks": "12", "rapid.steps": "25"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			if err := f.Value.Set(value); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func follow(t *testing.T, place func() storetest.Place) {
	moderate(t)
	rapid.Check(t, func(rt *rapid.T) {
		at := place()
		m := &model{seen: map[string]bool{}, hooks: map[int64]*mirror{}}
		m.open = func() *store.DB {
			db, err := store.Open(context.Background(), at.Options(t))
			if err != nil {
				rt.Fatal(err)
			}
			return db
		}
		m.start()
		defer func() { m.stop() }()
		m.exec(rt, `INSERT INTO accounts (customer_name, max_devices, created_at, updated_at) VALUES ('one', 9, 1, 1)`)
		m.exec(rt, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, $2, 1, 1, 1)`, phone, []byte{0})
		rt.Repeat(map[string]func(*rapid.T){
			"append":  m.append,
			"undo":    m.undo,
			"hook":    m.hook,
			"settle":  m.settle,
			"pause":   m.turn,
			"delete":  m.delete,
			"restart": m.restart,
			"":        m.agree,
		})
	})
}

func (m *model) start() {
	db := m.open()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- db.Run(ctx) }()
	m.db, m.stop = db, func() {
		cancel()
		<-done
		_ = db.Close() // the next Open tells
	}
}

func (m *model) restart(*rapid.T) {
	m.stop()
	m.start()
}

func (m *model) exec(rt *rapid.T, query string, args ...any) {
	must(rt, m.db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}

func must(rt *rapid.T, err error) {
	rt.Helper()
	if err != nil {
		rt.Fatal(err)
	}
}

func (m *model) draw(rt *rapid.T) string {
	return fmt.Sprint("m", rapid.IntRange(0, 60).Draw(rt, "source")) // some occurrences come twice
}

func (m *model) append(rt *rapid.T) {
	source := m.draw(rt)
	must(rt, m.db.Events().Append(context.Background(), occurrence(source)))
	m.seen[source] = true
}

// undo appends in a transaction that fails.
func (m *model) undo(rt *rapid.T) {
	err := m.db.Atomic(context.Background(), "test", func(ctx context.Context) error {
		must(rt, m.db.Events().Append(ctx, occurrence(m.draw(rt))))
		return context.Canceled
	})
	if err == nil {
		rt.Fatal("no error")
	}
}

func (m *model) hook(rt *rapid.T) {
	if len(m.hooks) >= 3 {
		rt.Skip("enough")
	}
	now := time.Now()
	w, err := m.db.Webhooks().Insert(context.Background(), webhook.Webhook{AccountID: 1, URL: "https://receiver.test/", Events: []string{}, Ordering: webhook.Ordered,
		Timeout: time.Second, MaxInFlight: 8, Version: 1, Status: webhook.Active, StatusSince: now, CreatedAt: now, UpdatedAt: now}, 100, func(int64) {})
	must(rt, err)
	if len(m.log) > 0 && w.Cursor < m.log[len(m.log)-1] {
		rt.Fatalf("cursor %d of a new webhook is before the end of the log", w.Cursor)
	}
	m.hooks[w.ID] = &mirror{status: webhook.Active, cursor: w.Cursor, settled: map[int64]bool{}, open: map[int64]delivery.Status{}}
}

func (m *model) pick(rt *rapid.T) (int64, *mirror) {
	if len(m.hooks) == 0 {
		rt.Skip("no webhook")
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(m.hooks))).Draw(rt, "webhook")
	return id, m.hooks[id]
}

// settle ends or fails some deliveries, in one batch, and moves the cursor as far as all is settled.
func (m *model) settle(rt *rapid.T) {
	id, h := m.pick(rt)
	var b delivery.Batch
	for _, seq := range m.log {
		status, had := h.open[seq]
		if h.settled[seq] || status == delivery.Dead || !had && seq <= h.cursor {
			continue
		}
		switch rapid.SampledFrom([]string{"success", "retry", "dead", "wait", "wait"}).Draw(rt, "result") {
		case "success":
			b.Successes = append(b.Successes, delivery.Success{Webhook: id, Seq: seq, Status: 200, At: time.Now(), Attempts: 1, HadRow: had})
			h.settled[seq] = true
			delete(h.open, seq)
		case "retry":
			b.Failures = append(b.Failures, failed(id, seq, delivery.Retrying))
			h.open[seq] = delivery.Retrying
		case "dead":
			b.Failures = append(b.Failures, failed(id, seq, delivery.Dead))
			h.open[seq] = delivery.Dead
		}
	}
	cursor := h.cursor
	for _, seq := range m.log {
		if seq > cursor && (h.settled[seq] || h.open[seq] != "") {
			cursor = seq
		} else if seq > cursor {
			break
		}
	}
	if rapid.Bool().Draw(rt, "cursor stored") {
		b.Cursors = map[int64]int64{id: cursor}
		h.cursor = cursor
	}
	done := make(chan error, 1)
	m.db.Deliveries().Settle(b, func(err error) { done <- err })
	must(rt, <-done)
}

func failed(id, seq int64, status delivery.Status) delivery.Failure {
	return delivery.Failure{Row: delivery.Row{Webhook: id, Seq: seq, Status: status, Tries: 1, Attempts: 1, NextAt: time.Now(), Reason: "timeout"}, N: 1,
		Trigger: delivery.Auto, Outcome: delivery.Outcome{Class: delivery.ClassTimeout, At: time.Now()}}
}

// turn pauses an active webhook, or resumes a paused one.
func (m *model) turn(rt *rapid.T) {
	id, h := m.pick(rt)
	h.status = map[webhook.Status]webhook.Status{webhook.Active: webhook.Paused, webhook.Paused: webhook.Active}[h.status]
	_, err := m.db.Webhooks().Update(context.Background(), webhook.Scope{}, id, func(_ context.Context, w *webhook.Webhook, _ webhook.Backlog) error {
		w.Status = h.status
		return nil
	}, func(int64) {})
	must(rt, err)
}

func (m *model) delete(rt *rapid.T) {
	id, _ := m.pick(rt)
	must(rt, m.db.Webhooks().Delete(context.Background(), webhook.Scope{}, id, func(int64) {}))
	delete(m.hooks, id)
}

// agree compares everything that can be read.
func (m *model) agree(rt *rapid.T) {
	log, err := m.db.Events().After(context.Background(), 0, "", 0, 1<<40, 1<<20)
	must(rt, err)
	if len(log) != len(m.seen) {
		rt.Fatalf("%d events, want %d", len(log), len(m.seen))
	}
	for i, e := range log {
		if e.Sequence != int64(i+1) || i < len(m.log) && m.log[i] != e.Seq || i > 0 && log[i-1].Seq >= e.Seq {
			rt.Fatalf("event %d: seq %d, number %d", i+1, e.Seq, e.Sequence)
		}
		if i >= len(m.log) {
			m.log = append(m.log, e.Seq)
		}
	}
	states, err := m.db.Deliveries().LoadAll(context.Background())
	must(rt, err)
	got, want := map[int64]mirror{}, map[int64]mirror{}
	for _, s := range states {
		v := mirror{status: s.Webhook.Status, cursor: s.Webhook.Cursor, settled: s.Settled, open: map[int64]delivery.Status{}}
		for _, o := range s.Open {
			v.open[o.Seq] = o.Status
		}
		got[s.Webhook.ID] = v
	}
	for id, h := range m.hooks {
		if h.status == webhook.Active {
			want[id] = h.above()
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(mirror{})); diff != "" {
		rt.Fatalf("deliveries (-model +store):\n%s", diff)
	}
}

// above is what still matters of a webhook: what the cursor cannot say.
func (h *mirror) above() mirror {
	v := mirror{status: h.status, cursor: h.cursor, settled: map[int64]bool{}, open: map[int64]delivery.Status{}}
	for seq := range h.settled {
		if seq > h.cursor {
			v.settled[seq] = true
		}
	}
	for seq, status := range h.open {
		if seq > h.cursor || status == delivery.Retrying {
			v.open[seq] = status
		}
	}
	return v
}
