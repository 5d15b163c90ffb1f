// Package storetest gives tests the real database: migrated, running, in a temporary directory.
package storetest

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"wapost/internal/store"
	"wapost/internal/vault"
)

// Open returns a running database that ends with the test.
func Open(t testing.TB) *store.DB {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "wapost.db"))
}

// OpenAt is Open for a file that may exist.
func OpenAt(t testing.TB, path string) *store.DB {
	t.Helper()
	db := Stopped(t, path)
	Start(t, db)
	return db
}

// Stopped returns a database whose writer does not run yet: for tests that set OnRecorded, or that end the writer by hand.
func Stopped(t testing.TB, path string) *store.DB {
	t.Helper()
	return Place{Path: path}.Stopped(t)
}

// Start runs the writer until the test ends, or until the returned function is called.
func Start(t testing.TB, db *store.DB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- db.Run(ctx) }()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run the writer: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// Vault returns a vault with a key of the tests' own.
func Vault(t testing.TB) *vault.Vault {
	t.Helper()
	return Key()
}

// Key is Vault for processes that tests start.
func Key() *vault.Vault {
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err) // the key is a constant
	}
	return v
}

// OneDevice makes an account and a device of it.
func OneDevice(id string) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO accounts (customer_name, max_devices, created_at, updated_at) VALUES ('one', 9, 1, 1)`)
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, $2, 1, 1, 1)`, id, []byte{0})
		}
		return err
	}
}
