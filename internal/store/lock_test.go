package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// Whoever comes second is told who has the file, whatever name it takes for it, and may have it afterwards.
func TestASecondGatewayOnOneFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "wapost.db"), filepath.Join(t.TempDir(), "link.db")
	first, err := store.Open(t.Context(), storetest.Place{Path: path}.Options(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, dir + "/./wapost.db", link} {
		db, err := store.Open(t.Context(), storetest.Place{Path: name}.Options(t))
		if err == nil {
			t.Fatalf("%s is open twice: %v", name, db.Close())
		}
		want := fmt.Sprintf("another wapost uses the database %s (process %d on ", name, os.Getpid())
		if !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "; stop it, or give this one a database of its own") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.OpenAt(t, link)
}

func TestALockIsWaitedForAsLongAsToldAndNoLonger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	synctest.Test(t, func(t *testing.T) {
		take := func(patience time.Duration) (*store.FileLock, error) {
			return store.LockFile(context.Background(), path, "room", "42", patience)
		}
		first, err := take(0)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, err := take(10 * time.Second); err == nil || !strings.Contains(err.Error(), "another wapost uses the room 42") || time.Since(begun) != 10*time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		go func() {
			time.Sleep(5 * time.Second)
			if err := first.Close(); err != nil {
				t.Error(err)
			}
		}()
		second, err := take(10 * time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	})
}
