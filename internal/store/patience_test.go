package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// Outcomes that nobody waits for share the commit of what comes next, and are written alone when nothing does.
func TestPatientOutcomesShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Stopped(t, filepath.Join(t.TempDir(), "wapost.db"))
		var rounds []int
		db.OnCommit(func(c store.Commit) { rounds = append(rounds, c.Jobs) })
		stop := storetest.Start(t, db)
		patient := delivery.Batch{Successes: []delivery.Success{{Webhook: 1, Seq: 1, Status: 200, Attempts: 1}}, Patient: true}
		done := make(chan error, 9)
		settle := func(b delivery.Batch) { db.Deliveries().Settle(b, func(err error) { done <- err }) }
		written := func(n int, when string) {
			t.Helper()
			synctest.Wait()
			if len(done) != n {
				t.Errorf("%s: %d batches are written, want %d", when, len(done), n)
			}
		}
		settle(patient)
		settle(patient)
		written(0, "alone")
		nothing := func(context.Context, *store.Tx) error { return nil }
		if err := db.Write(t.Context(), "company", nothing); err != nil {
			t.Fatal(err)
		}
		written(2, "with company")
		if len(rounds) != 1 || rounds[0] != 3 {
			t.Errorf("rounds of %v, want one of three", rounds)
		}
		settle(patient)
		written(2, "alone again")
		time.Sleep(10 * time.Millisecond)
		written(3, "without company")
		settle(patient)
		settle(delivery.Batch{})
		written(5, "in a hurry")
		settle(patient)
		stop()
		written(6, "at the end")
		for range 6 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}
