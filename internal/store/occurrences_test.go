package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/vault"
)

const handset = "5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90"

// mergingStore is a SQLite file whose occurrences are merged long before there are many.
type mergingStore struct {
	*testing.T
	path string
	db   *DB
	stop func()
}

func openMerging(t *testing.T) *mergingStore {
	s := &mergingStore{T: t, path: filepath.Join(t.TempDir(), "wapost.db")}
	s.open()
	t.Cleanup(func() { s.stop() })
	s.write(`INSERT INTO accounts (customer_name, max_devices, created_at, updated_at) VALUES ('one', 9, 1, 1)`)
	s.write(`INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, x'00', 1, 1, 1)`, handset)
	return s
}

func (s *mergingStore) open() {
	s.Helper()
	v, err := vault.New(make([]byte, 32))
	if err != nil {
		s.Fatal(err)
	}
	if s.db, err = Open(context.Background(), Options{Path: s.path, Vault: v}); err != nil {
		s.Fatal(err)
	}
	s.db.occurrences.mergeAt = 300
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.db.Run(ctx) }()
	s.stop = func() {
		cancel()
		if err := errors.Join(<-done, s.db.Close()); err != nil {
			s.Error(err)
		}
	}
}

func (s *mergingStore) write(query string, args ...any) {
	s.Helper()
	err := s.db.Write(context.Background(), "test", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
}

func sealedEvent(t *testing.T, source string) *event.Sealed {
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey, e.Data = time.Now(), 1, handset, handset+"|c", source, map[string]string{"text": source}
	se, err := e.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return se
}

func (s *mergingStore) append(source string) {
	s.Helper()
	if err := s.db.Events().Append(context.Background(), sealedEvent(s.T, source)); err != nil {
		s.Fatal(err)
	}
}

func (s *mergingStore) count(query string, args ...any) (n int) {
	s.Helper()
	if err := s.db.read.QueryRow(query, args...).Scan(&n); err != nil {
		s.Fatal(err)
	}
	return n
}

func TestNoOccurrenceIsRecordedTwiceWhileTheyAreMerged(t *testing.T) {
	s := openMerging(t)
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{}
	merges := 0
	for i := range 3000 {
		source := fmt.Sprint("m", random.IntN(2000))
		seen[source] = true
		s.append(source)
		if i%331 == 330 { // in the middle of a pass or not
			merges = max(merges, s.count(`SELECT count(*) FROM occurrences`))
			s.stop()
			s.open()
		}
	}
	if got := s.count(`SELECT count(*) FROM events`); got != len(seen) {
		t.Errorf("%d events of %d occurrences", got, len(seen))
	}
	if merges == 0 || len(s.db.occurrences.recent) == 0 {
		t.Errorf("%d occurrences in the table, %d in memory: the test wants both", merges, len(s.db.occurrences.recent))
	}
	for source := range seen {
		if seq, err := s.db.eventOf(t.Context(), sourceKey(sealedEvent(t, source))); err != nil || seq == 0 {
			t.Fatalf("%s is event %d, %v", source, seq, err)
		}
	}
}

func TestAnOccurrenceThatWasUndoneIsNotKnown(t *testing.T) {
	s := openMerging(t)
	no := errors.New("no")
	for i := range 700 { // with passes under way
		s.append(fmt.Sprint("before", i))
	}
	err := s.db.Write(context.Background(), "test", func(ctx context.Context, tx *Tx) error {
		if err := s.db.Events().Append(ctx, sealedEvent(t, "undone")); err != nil {
			return err
		}
		return no
	})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	for i := range 700 {
		s.append(fmt.Sprint("after", i))
	}
	s.stop()
	s.open()
	s.append("undone")
	if n := s.count(`SELECT count(*) FROM events`); n != 1401 {
		t.Errorf("%d events, want 1401", n)
	}
}

func TestOccurrencesGoWithTheirEvents(t *testing.T) {
	s := openMerging(t)
	for i := range 1000 {
		s.append(fmt.Sprint("m", i))
	}
	if n := s.count(`SELECT count(*) FROM occurrences`); n == 0 || n > 1000 {
		t.Fatalf("%d occurrences are merged, want some", n)
	}
	for {
		n, err := s.db.Retention().DropEvents(t.Context(), 990, 100)
		if err != nil {
			t.Fatal(err)
		}
		if n < 100 {
			break
		}
	}
	if n := s.count(`SELECT count(*) FROM occurrences`) + len(s.db.occurrences.recent); n > 10+len(s.db.occurrences.pass) {
		t.Errorf("%d occurrences are known of 10 events", n)
	}
	for i := range 1000 {
		s.append(fmt.Sprint("m", i)) // what is gone may come again, what is there may not
	}
	if n := s.count(`SELECT count(*) FROM events`); n != 1000 {
		t.Errorf("%d events, want 1000", n)
	}
}

// eventOf returns the event that recorded an occurrence, 0 when there is none.
func (db *DB) eventOf(ctx context.Context, k []byte) (seq int64, err error) {
	query := `SELECT seq FROM events WHERE source_key = $1`
	if db.occurrences != nil {
		if seq, ok := db.occurrences.find(key(k)); ok {
			return seq, nil
		}
		query = `SELECT seq FROM occurrences WHERE key = $1`
	}
	err = db.read.QueryRowContext(ctx, query, k).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}
