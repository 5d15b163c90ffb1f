//go:build unix

package powercut_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"wapost/internal/store/powercut"
)

// open opens a database as the store does, but for the synchronous setting.
func open(t *testing.T, path, synchronous string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=journal_mode(WAL)&_pragma=synchronous("+synchronous+")")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func exec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// afterCut fills a database, cuts the power while it is open and says how many of the three rows are left; -1 = no table.
func afterCut(t *testing.T, synchronous string, survives float64, fill ...string) int {
	t.Helper()
	disk, err := powercut.New(filepath.Join(t.TempDir(), "disk"))
	if err != nil {
		t.Fatal(err)
	}
	var steps atomic.Int64
	w, err := disk.Watch(func() { steps.Add(1) })
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, disk.Path("a.db"), synchronous)
	exec(t, db, fill...)
	if steps.Load() == 0 {
		t.Error("nothing was watched")
	}
	if err := disk.Cut(survives); err != nil {
		t.Fatal(err)
	}
	_ = db.Close() // its files are gone
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, disk.Path("a.db"), synchronous)
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var n int
	err = db.QueryRow(`SELECT count(*) FROM t`).Scan(&n)
	if err != nil && strings.Contains(err.Error(), "no such table") {
		return -1
	}
	if err != nil {
		t.Fatalf("after the cut: %v", err)
	}
	return n
}

// What the store relies on, and what its own test would find if it asked for less.
func TestACutTakesWhatWasNotSynced(t *testing.T) {
	rows := []string{`CREATE TABLE t (n)`, `INSERT INTO t VALUES (1)`, `INSERT INTO t VALUES (2)`, `INSERT INTO t VALUES (3)`}
	checkpointed := append(rows[:3:3], `PRAGMA wal_checkpoint(TRUNCATE)`, rows[3])
	for _, c := range []struct {
		name, synchronous string
		survives          float64
		fill              []string
		want              int
	}{
		{"FULL syncs each commit", "FULL", 0, rows, 3},
		{"FULL, after a checkpoint", "FULL", 0, checkpointed, 3},
		{"NORMAL does not", "NORMAL", 0, rows, -1},
		{"NORMAL syncs at a checkpoint", "NORMAL", 0, checkpointed, 2},
		{"OFF syncs nothing", "OFF", 0, checkpointed, -1},
		{"everything comes through", "OFF", 1, checkpointed, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := afterCut(t, c.synchronous, c.survives, c.fill...); got != c.want {
				t.Errorf("%d rows, want %d", got, c.want)
			}
		})
	}
}
