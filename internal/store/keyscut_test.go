//go:build unix

package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"wapost/internal/store"
	"wapost/internal/store/powercut"
)

// keysTask is the task of a process that writes into a key store for ever.
const keysTask = "keys"

func writeKeysForEver(path string) error {
	ctx := context.Background()
	k, err := store.OpenKeys(ctx, path)
	if err != nil {
		return err
	}
	if _, err := k.DB.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS kept (n INTEGER PRIMARY KEY, ratchet BLOB)`); err != nil {
		return err
	}
	var n int
	if err := k.DB.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM kept`).Scan(&n); err != nil {
		return err
	}
	for {
		n++
		if _, err := k.DB.ExecContext(ctx, `INSERT INTO kept (n, ratchet) VALUES ($1, randomblob(1500))`, n); err != nil {
			return err
		}
		if rand.IntN(4) == 0 {
			if err := k.Sync(ctx); err != nil {
				return err
			}
			fmt.Println(keysTask, n)
		}
		if rand.IntN(40) == 0 {
			if _, err := k.DB.ExecContext(ctx, `PRAGMA wal_checkpoint(`+[]string{"PASSIVE", "RESTART"}[rand.IntN(2)]+`)`); err != nil {
				return err
			}
		}
	}
}

// A power cut may take what was committed to the key store since the last Sync; never what was committed before it, and what
// is left has no gaps.
func TestWhatIsSyncedOfTheKeyStoreSurvivesPowerCuts(t *testing.T) {
	p := &powered{t: t, dir: filepath.Join(t.TempDir(), "disk"), told: map[string]int{}}
	var err error
	if p.disk, err = powercut.New(p.dir); err != nil {
		t.Fatal(err)
	}
	lost := 0
	for n := range 20 {
		p.run(1+rand.IntN(1<<(3+n%9)), keysTask)
		written := keptIn(t, p.disk.Path("wapost.db"))
		if err := p.disk.Cut([]float64{0, 0.5}[n%2]); err != nil {
			t.Fatal(err)
		}
		left := keptIn(t, p.disk.Path("wapost.db"))
		if left < p.told[keysTask] {
			t.Fatalf("cut %d: %d were synced, %d are there", n+1, p.told[keysTask], left)
		}
		lost += written - left
	}
	if lost == 0 || p.told[keysTask] < 20 {
		t.Errorf("%d commits were lost and %d synced: the test proves little", lost, p.told[keysTask])
	}
}

// keptIn reads a copy of the file as it is, and wants no gaps.
func keptIn(t *testing.T, path string) int {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir(path))); err != nil {
		t.Fatal(err)
	}
	k, err := store.OpenKeys(t.Context(), filepath.Join(dir, filepath.Base(path)))
	if err != nil {
		t.Fatalf("open the key store: %v", err)
	}
	defer func() {
		if err := errors.Join(k.Close(), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	}()
	if got := text(t, k.DB, `PRAGMA integrity_check`); got != "ok" {
		t.Fatalf("integrity_check: %s", got)
	}
	if got := text(t, k.DB, `SELECT count(*) FROM sqlite_master WHERE name = 'kept'`); got == "0" {
		return 0
	}
	var count, last int
	if err := k.DB.QueryRow(`SELECT count(*), coalesce(max(n), 0) FROM kept`).Scan(&count, &last); err != nil {
		t.Fatal(err)
	}
	if count != last {
		t.Fatalf("%d rows, the last is %d", count, last)
	}
	return count
}
