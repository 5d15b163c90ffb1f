package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

const phone = "00000000-0000-0000-0000-00000000000a"

// served is a store over a server, and what it announced.
type served struct {
	*store.DB
	t    *testing.T
	ran  chan error
	stop func()

	mu       sync.Mutex
	recorded []*event.Recorded
}

func serve(t *testing.T, url string) *served {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.Place{URL: url}.Options(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &served{DB: db, t: t, ran: make(chan error, 1)}
	db.OnRecorded(func(list []*event.Recorded) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.recorded = append(s.recorded, list...)
	})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { s.ran <- db.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-s.ran; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(func() { s.stop() })
	err = db.Write(t.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 9, 1, 1)
ON CONFLICT (id) DO NOTHING`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, $2, 1, 1, 1)
ON CONFLICT (id) DO NOTHING`, phone, []byte{0})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func occurrence(source string) *event.Sealed {
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey, e.Data = time.Now(), 1, phone, phone+"|c", source, map[string]string{"text": source}
	s, err := e.Seal()
	if err != nil {
		panic(err) // constants always marshal
	}
	return s
}

// insist appends as a session does: until it is accepted.
func (s *served) insist(e *event.Sealed) {
	for s.Events().Append(context.Background(), e) != nil {
		pause()
	}
}

func pause() { <-time.After(5 * time.Millisecond) } // the interval of polling

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); pause() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// whole fails unless the log has n events with numbers from 1 on, and exactly they were announced, in order.
func (s *served) whole(n int) {
	s.t.Helper()
	log, err := s.Events().After(s.t.Context(), 0, "", 0, 1<<40, 1<<20)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(log) != n || len(s.recorded) != n {
		s.t.Fatalf("%d events in the log, %d announced, want %d", len(log), len(s.recorded), n)
	}
	for i, e := range log {
		if e.Sequence != int64(i+1) || s.recorded[i].ID != e.ID || s.recorded[i].Seq != e.Seq {
			s.t.Fatalf("event %d has number %d; announced %d", e.Seq, e.Sequence, s.recorded[i].Seq)
		}
	}
}

// The server is killed while events come in, twice. Nothing is lost, nothing is numbered twice, nobody restarts us.
func TestServerIsKilledAndComesBack(t *testing.T) {
	server := storetest.NewServer(t)
	s := serve(t, server.Database(t))
	const each, sources = 80, 4
	var wg sync.WaitGroup
	for source := range sources {
		wg.Go(func() {
			for i := range each {
				s.insist(occurrence(fmt.Sprint("m", source, "-", i)))
			}
		})
	}
	for n := range 2 {
		eventually(t, "some events", func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return len(s.recorded) > (n+1)*each
		})
		server.Kill()
		if err := s.Check(t.Context()); !fault.Is(err, fault.Unavailable) {
			eventually(t, "not ready", func() bool { return fault.Is(s.Check(t.Context()), fault.Unavailable) })
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "ready again", func() bool { return s.Check(t.Context()) == nil })
	}
	wg.Wait()
	s.whole(each * sources)
}

// The connection is cut at a COMMIT. Whether the server has heard it or not: the caller tries again, the event is there once,
// and it was announced once.
func TestCommitWithoutAnswer(t *testing.T) {
	for name, c := range map[string]cut{"the server did not hear it": beforeCommit, "the answer was lost": afterCommit} {
		t.Run(name, func(t *testing.T) {
			p, url := newProxy(t, storetest.Postgres(t))
			s := serve(t, url)
			s.insist(occurrence("m1"))
			p.next(c)
			called := 0
			err := s.Write(t.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
				tx.AfterCommit(func() { called++ })
				return s.Events().Append(ctx, occurrence("m2"))
			})
			if !fault.Is(err, fault.Unavailable) {
				t.Fatalf("error %v, want unavailable", err)
			}
			s.insist(occurrence("m2"))
			s.insist(occurrence("m3"))
			s.whole(3)
			if want := map[cut]int{beforeCommit: 0, afterCommit: 1}[c]; called != want {
				t.Errorf("who waited for the commit was called %d times, want %d", called, want)
			}
		})
	}
}

func TestSecondProcessWaitsForTheFirst(t *testing.T) {
	url := storetest.Postgres(t)
	first := serve(t, url)
	o := storetest.Place{URL: url}.Options(t)
	o.Patience = time.Millisecond
	_, err := store.Open(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "another wapost writes this database (wapost writer from 127.0.0.1") {
		t.Fatalf("error %v", err)
	}
	o.Patience = time.Minute
	opened := make(chan error, 1)
	go func() {
		db, err := store.Open(context.Background(), o)
		if err == nil {
			err = db.Close()
		}
		opened <- err
	}()
	first.stop()
	if err := <-opened; err != nil {
		t.Error(err)
	}
}

// A process that lost its connection, and with it the lock, to another process ends instead of writing on.
func TestProcessThatWasReplacedEnds(t *testing.T) {
	url := storetest.Postgres(t)
	old := serve(t, url)
	old.insist(occurrence("m1"))
	admin, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wapost writer' AND datname = current_database()`); err != nil {
		t.Fatal(err)
	}
	replacement := serve(t, url)
	replacement.insist(occurrence("m2"))
	replacement.stop()
	if err := old.Events().Append(t.Context(), occurrence("m3")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("append: %v", err)
	}
	select {
	case err := <-old.ran:
		if err == nil || !strings.Contains(err.Error(), "another process has become the writer") {
			t.Errorf("run: %v", err)
		}
		old.ran <- nil // for the end of the test
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	if err := old.Events().Append(t.Context(), occurrence("m4")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("append afterwards: %v", err)
	}
}

// An idle connection that was lost is replaced without anybody hearing of it.
func TestLostIdleConnectionIsReplaced(t *testing.T) {
	url := storetest.Postgres(t)
	s := serve(t, url)
	admin, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	for i := range 3 {
		if _, err := admin.Exec(`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name LIKE 'wapost %' AND datname = current_database()`); err != nil {
			t.Fatal(err)
		}
		if err := s.Events().Append(t.Context(), occurrence(fmt.Sprint("m", i))); err != nil {
			t.Error(err)
		}
	}
	s.whole(3)
}

func TestPasswordIsNeverShown(t *testing.T) {
	const secret = "hunter2secret"
	for _, url := range []string{
		"postgres://wapost:" + secret + "@127.0.0.1:1/wapost",
		"postgres://wapost:" + secret + "@127.0.0.1:1/wapost?sslmode=nonsense",
		"postgres://wapost:" + secret + "%zz@127.0.0.1:1/wapost",
		"postgres://wapost:" + secret + "@127.0.0.1:notaport/wapost",
		"postgres://wapost:" + secret + "@[::1/wapost",
		"postgresql://127.0.0.1:1/wapost?user=u&password=" + secret,
		"postgresql://127.0.0.1:1/wapost?password=" + secret + "&connect_timeout=x",
	} {
		_, err := store.Open(t.Context(), store.Options{URL: url, Vault: storetest.Vault(t)})
		_, kerr := store.OpenPostgresKeys(t.Context(), url)
		if err == nil || kerr == nil || strings.Contains(errors.Join(err, kerr).Error(), secret) {
			t.Errorf("errors: %v, %v", err, kerr)
		}
	}
}
