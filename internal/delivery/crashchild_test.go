package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/journal"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

const (
	crashPath = "WAPOST_TEST_CRASH_PATH"
	crashURL  = "WAPOST_TEST_CRASH_URL"
	crashSpec = "WAPOST_TEST_CRASH_STEP" // step:n = kill yourself at the nth pass of the step; finish:0 = deliver everything and end
	crashDisk = "WAPOST_TEST_CRASH_DISK" // optional: the path lies on this powercut.Disk
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashPath); path != "" {
		if err := crashChild(path); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fuse kills the process at the nth pass of its step.
type fuse struct {
	step   string
	n      int64
	passed atomic.Int64
}

func (f *fuse) pass(step string) {
	if step == f.step && f.passed.Add(1) == f.n {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}

// crashChild is journal, store, engine and sender on a database file; the fuse is wired around them, not into them.
func crashChild(path string) error {
	step, number, _ := strings.Cut(os.Getenv(crashSpec), ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return err
	}
	f := &fuse{step: step, n: n}
	if dir := os.Getenv(crashDisk); dir != "" {
		watcher, err := watchDisk(dir, f)
		if err != nil {
			return err
		}
		defer func() { _ = watcher.Close() }() // at the end of the process
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	db, err := store.Open(ctx, store.Options{Path: path, Vault: storetest.Key()})
	if err != nil {
		return err
	}
	sender := httppost.New(egress.New(loopback()).Door(egress.TransportOptions{}), "test")
	engine := delivery.New(delivery.Options{Store: &fusedStore{db.Deliveries(), f}, Transport: &fusedTransport{sender, f}})
	db.OnRecorded(func(events []*event.Recorded) {
		f.pass("recorded")
		engine.Recorded(events)
	})
	var wg sync.WaitGroup
	storeCtx, stopStore := context.WithCancel(context.Background())
	defer stopStore()
	errs := make(chan error, 2)
	wg.Go(func() { errs <- db.Run(storeCtx) })
	if err := crashHooksOnce(ctx, db); err != nil {
		return err
	}
	engineCtx, stopEngine := context.WithCancel(context.Background())
	defer stopEngine()
	wg.Go(func() { errs <- engine.Run(engineCtx) })
	err = talkAndWait(ctx, db, engine, f)
	stopEngine()
	err = errors.Join(err, <-errs)
	stopStore()
	err = errors.Join(err, <-errs)
	wg.Wait()
	return errors.Join(err, db.Close())
}

// talkAndWait records events of each key, numbered on from what the log holds. When it is to finish, it records none and waits
// until nothing is left to deliver.
func talkAndWait(ctx context.Context, db *store.DB, engine *delivery.Engine, f *fuse) error {
	if f.step == "finish" {
		return awaitDelivered(ctx, db, engine)
	}
	log := journal.New(db.Events())
	var wg sync.WaitGroup
	errs := make(chan error, crashKeys)
	for k := range crashKeys {
		key := fmt.Sprint("key", k)
		wg.Go(func() {
			var last int
			if err := db.Read().QueryRow(`SELECT count(*) FROM events WHERE order_key = $1`, key).Scan(&last); err != nil {
				errs <- err
				return
			}
			for i := range 40 {
				n := last + i + 1
				e := event.New(event.MessageReceived)
				e.At, e.AccountID, e.DeviceID, e.Key, e.Data = time.Now(), account, device, key, map[string]any{"chat": key, "n": n}
				if err := log.Append(ctx, e); err != nil {
					errs <- err
					return
				}
				fmt.Println(key, n)
				f.pass("told")
			}
		})
	}
	wg.Wait()
	close(errs)
	return errors.Join(<-errs, awaitDelivered(ctx, db, engine))
}

func awaitDelivered(ctx context.Context, db *store.DB, engine *delivery.Engine) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(90 * time.Second); ; {
		left := 0
		for id := int64(1); id <= crashHooks; id++ {
			w, err := db.Webhooks().Load(ctx, id)
			if err != nil {
				return err
			}
			b, err := engine.Backlog(ctx, &w)
			if err != nil {
				return err
			}
			left += b.Pending
		}
		if left == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-limit:
			return fmt.Errorf("%d deliveries are left", left)
		}
	}
}

// crashHooksOnce writes the account, the device and the webhooks, unless an earlier child has.
func crashHooksOnce(ctx context.Context, db *store.DB) error {
	var n int
	if err := db.Read().QueryRowContext(ctx, `SELECT count(*) FROM webhooks`).Scan(&n); err != nil || n == crashHooks {
		return err
	}
	return db.Write(ctx, "populate", func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 9, 1, 1)`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, x'00', 1, 1, 1)`, device); err != nil {
			return err
		}
		for id := int64(1); id <= crashHooks; id++ {
			filters, err := json.Marshal([]webhook.Filter{{From: 1}})
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO webhooks (id, account_id, url, events, ordering, timeout_seconds, max_in_flight,
include, version, status, status_since, filters, cursor, created_at, updated_at)
VALUES ($1, 1, $2, '[]', 'ordered', 15, 8, '[]', 1, 'active', 1, $3, 0, 1, 1)`, id, fmt.Sprintf("%s/%d", os.Getenv(crashURL), id), string(filters))
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO webhook_secrets (webhook_id, sealed, created_at) VALUES ($1, $2, 1)`, id,
				storetest.Key().Seal("webhook secret", []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

type fusedStore struct {
	delivery.Store
	f *fuse
}

func (s *fusedStore) LoadAll(ctx context.Context) ([]delivery.State, error) {
	states, err := s.Store.LoadAll(ctx)
	s.f.pass("loading")
	return states, err
}

func (s *fusedStore) Settle(b delivery.Batch, done func(error)) {
	if len(b.Successes) > 0 {
		s.f.pass("settle")
	}
	s.Store.Settle(b, func(err error) {
		if len(b.Successes) > 0 {
			s.f.pass("settled")
		}
		done(err)
	})
}

type fusedTransport struct {
	delivery.Transport
	f *fuse
}

func (s *fusedTransport) Attempt(ctx context.Context, r delivery.Request) delivery.Outcome {
	s.f.pass("request")
	o := s.Transport.Attempt(ctx, r)
	if o.Class == "" {
		s.f.pass("answered")
	}
	return o
}
