package store_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"

	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// One event that the database cannot take is refused alone; those that waited for the same commit are recorded.
func TestAnEventThatCannotBeStoredHarmsNoOther(t *testing.T) {
	url := storetest.Postgres(t)
	storetest.Empty(t, url)
	s := serve(t, url)
	random := make([]byte, 16<<10) // longer than PostgreSQL can index, and nothing that it could compress
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	const n = 20
	errs := make([]chan error, n)
	inOneRound(t, s.DB, n, func(i int) {
		e := occurrence(fmt.Sprint("m", i))
		if i == 7 {
			e.ID = "evt_" + hex.EncodeToString(random)
		}
		errs[i] <- s.Events().Append(context.Background(), e)
	}, func(i int) { errs[i] = make(chan error, 1) })
	for i := range n {
		err := <-errs[i]
		if i == 7 && (err == nil || fault.Is(err, fault.Unavailable)) || i != 7 && err != nil {
			t.Errorf("event %d: %v", i, err)
		}
	}
	s.whole(n - 1)
}

// inOneRound has n callers wait for the writer, so that it takes them together.
func inOneRound(t *testing.T, db *store.DB, n int, do, before func(i int)) {
	t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.Write(context.Background(), "hold", func(context.Context, *store.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	for i := range n {
		before(i)
		go do(i)
	}
	eventually(t, "all callers wait", func() bool { return db.Queued() == n })
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
