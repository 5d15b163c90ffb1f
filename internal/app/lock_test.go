package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wapost/internal/app"
	"wapost/internal/store"
)

// A data directory that another process uses is refused before anything in it is touched.
func TestADataDirectoryInUseIsRefused(t *testing.T) {
	dir := t.TempDir()
	lock, err := store.LockFile(t.Context(), filepath.Join(dir, "wapost.lock"), "data directory", dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	o := options(dir, "127.0.0.1:0", "")
	o.Database = filepath.Join(t.TempDir(), "elsewhere.db")
	_, err = app.New(t.Context(), o)
	if err == nil || !strings.HasPrefix(err.Error(), "another wapost uses the data directory "+dir+" (process ") {
		t.Fatalf("error %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("in the directory: %v, %v", entries, err)
	}
	if _, err := os.Stat(o.Database); err == nil {
		t.Error("the database was made")
	}
}
