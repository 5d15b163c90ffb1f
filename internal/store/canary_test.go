package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/vault"
)

func TestAWrongInstanceKeyStopsTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wapost.db")
	db := storetest.Stopped(t, path)
	storetest.Start(t, db)()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := vault.New(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(context.Background(), store.Options{Path: path, Vault: other})
	if err == nil || !strings.Contains(err.Error(), "WAPOST_INSTANCE_KEY") {
		t.Errorf("opened with another key: %v", err)
	}
	storetest.OpenAt(t, path) // the right key still opens it
}

func TestTheDatabaseIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wapost.db")
	storetest.OpenAt(t, path)
	for _, f := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(f), info.Mode())
		}
	}
}
