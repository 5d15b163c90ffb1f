package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"wapost/internal/store"
)

// Place is where a database lives: a file, or a database of a server.
type Place struct{ Path, URL string }

// Each runs a test once for each kind of database.
func Each(t *testing.T, test func(t *testing.T, at Place)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, Place{Path: filepath.Join(t.TempDir(), "wapost.db")}) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, Place{URL: Postgres(t)}) })
}

// Options opens the place with a vault of the tests' own.
func (p Place) Options(t testing.TB) store.Options {
	t.Helper()
	return store.Options{Path: p.Path, URL: p.URL, Vault: Vault(t)}
}

// Open returns a running database that ends with the test.
func (p Place) Open(t testing.TB) *store.DB {
	t.Helper()
	db := p.Stopped(t)
	Start(t, db)
	return db
}

// Stopped is Open without a running writer.
func (p Place) Stopped(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), p.Options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}
