package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// aside opens a place as another program would, which heeds no lock of ours.
func aside(t *testing.T, at storetest.Place) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", at.URL)
	if at.Path != "" {
		db, err = store.OpenSQLite(at.Path)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Somebody else has put events into the log. Every number that we would give is wrong, so the gateway ends, and a new start
// reads where the log is.
func TestAWriterWhoseNumbersAreTakenEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, at storetest.Place) {
		db := at.Stopped(t)
		ran := make(chan error, 1)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() { ran <- db.Run(ctx) }()
		if err := db.Write(t.Context(), "test", storetest.OneDevice(phone)); err != nil {
			t.Fatal(err)
		}
		if err := db.Events().Append(t.Context(), occurrence("m1")); err != nil {
			t.Fatal(err)
		}
		if _, err := aside(t, at).Exec(`INSERT INTO events (seq, id, type, class, account_id, order_key, at, body) VALUES (2, 'evt_other', 't', 'R', 1, 'k', 1, 'x')`); err != nil {
			t.Fatal(err)
		}
		if err := db.Events().Append(t.Context(), occurrence("m2")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("append: %v", err)
		}
		select {
		case err := <-ran:
			if err == nil || !strings.Contains(err.Error(), "another process has become the writer") {
				t.Errorf("run: %v", err)
			}
		case <-time.After(time.Minute):
			t.Fatal("it goes on")
		}
		if err := db.Check(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("check: %v", err)
		}
	})
}

// A fault that is not the storage's and hits every event is seen by who asks for readiness, although all else can be written.
func TestEventsThatAlwaysFailMakeUnready(t *testing.T) {
	at := storetest.Place{Path: t.TempDir() + "/wapost.db"}
	db := at.Open(t)
	if err := db.Write(t.Context(), "test", storetest.OneDevice(phone)); err != nil {
		t.Fatal(err)
	}
	other := aside(t, at)
	if _, err := other.Exec(`CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := db.Check(t.Context()); err != nil {
			t.Errorf("after %d failures: %v", n, err)
		}
		if err := db.Events().Append(t.Context(), occurrence("m1")); err == nil {
			t.Fatal("the trigger lets events pass")
		}
	}
	for range 2 { // also behind a write that succeeds
		if err := db.Check(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "3 commits in a row have failed") {
			t.Errorf("check: %v", err)
		}
		if err := db.Write(t.Context(), "test", func(context.Context, *store.Tx) error { return nil }); err != nil {
			t.Error(err)
		}
	}
	if _, err := other.Exec(`DROP TRIGGER refuse`); err != nil {
		t.Fatal(err)
	}
	if err := db.Events().Append(t.Context(), occurrence("m1")); err != nil {
		t.Fatal(err)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("check after a success: %v", err)
	}
}
