package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/store"
)

// Every commit is synced once, also when nobody asks: our own syncs give no reason for the next.
func TestTheKeyStoreIsSyncedOncePerChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.db")
	synctest.Test(t, func(t *testing.T) {
		k, err := store.OpenKeys(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- k.Run(ctx) }()
		syncs := func() (n int) {
			if err := k.DB.QueryRowContext(t.Context(), `SELECT n FROM wapost_syncs`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		time.Sleep(5 * time.Second)
		before := syncs()
		for want := before + 1; want < before+4; want++ {
			if _, err := k.DB.ExecContext(t.Context(), `CREATE TABLE t`+string(rune('a'+want))+` (x INTEGER)`); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Second)
			if n := syncs(); n != want {
				t.Errorf("%d syncs, want %d", n, want)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
}
