//go:build unix

package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"wapost/internal/chat"
	"wapost/internal/store"
	"wapost/internal/store/powercut"
	"wapost/internal/store/storetest"
)

const (
	cutsQuick = 24
	cutsSoak  = 600
)

func TestPowerCuts(t *testing.T) { cutThePower(t, cutsQuick) }

func TestSoakPowerCuts(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	cutThePower(t, cutsSoak)
}

// cutThePower kills a process that writes, at a random write, fsync or change of a name, and takes from its files what was
// not fsynced: all of it, or sectors at random. Each time the database opens, is consistent, and has what was acknowledged.
func cutThePower(t *testing.T, cuts int) {
	t.Helper()
	p := &powered{t: t, dir: filepath.Join(t.TempDir(), "disk"), told: map[string]int{}}
	var err error
	if p.disk, err = powercut.New(p.dir); err != nil {
		t.Fatal(err)
	}
	survives := []float64{0, 0.5, 0, 0.1, 0.9}
	for n := range cuts {
		p.run(1+rand.IntN(1<<(3+n%9)), "write") // from the making of the file to some thousand steps
		if err := p.disk.Cut(survives[n%len(survives)]); err != nil {
			t.Fatal(err)
		}
		p.judge(fmt.Sprint("cut ", n+1))
		if t.Failed() {
			return
		}
	}
	total := 0
	for _, n := range p.told {
		total += n
	}
	if total < cuts {
		t.Errorf("%d things were acknowledged in %d cuts: the test proves little", total, cuts)
	}
	t.Logf("%d cuts, %d things acknowledged", cuts, total)
}

// powered is the parent's view of the process.
type powered struct {
	t    *testing.T
	dir  string // of the disk
	disk *powercut.Disk
	told map[string]int // key → highest number that was acknowledged
}

// run lets a process do a task until it has made so many steps at the disk; only "write" never ends by itself.
func (p *powered) run(steps int, task string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), poweredDisk+"="+p.dir, poweredSteps+"="+fmt.Sprint(steps), poweredTask+"="+task)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.read(out)
	err = cmd.Wait()
	var exit *exec.ExitError
	killed := errors.As(err, &exit) && !exit.Exited()
	if ended := err == nil && task != "write"; ctx.Err() != nil || !killed && !ended {
		p.t.Fatalf("%s: the process was not killed at step %d: %v", task, steps, err)
	}
}

// read takes lines "key number": the number is acknowledged.
func (p *powered) read(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		var key string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &key, &n); err == nil {
			p.told[key] = max(p.told[key], n)
		}
	}
}

// judge looks at copies of the files, with the driver as it is.
func (p *powered) judge(when string) {
	p.t.Helper()
	dir := p.t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(p.disk.Path(""))); err != nil {
		p.t.Fatal(err)
	}
	db, err := store.Open(p.t.Context(), store.Options{Path: filepath.Join(dir, "wapost.db"), Vault: storetest.Key()})
	if err != nil {
		p.t.Errorf("%s: the database does not open: %v", when, err)
		return
	}
	defer func() {
		if err := errors.Join(db.Close(), os.RemoveAll(dir)); err != nil {
			p.t.Error(err)
		}
	}()
	if got := text(p.t, db.Read(), `PRAGMA integrity_check`); got != "ok" {
		p.t.Errorf("%s: integrity_check: %s", when, got)
	}
	if got := text(p.t, db.Read(), `SELECT count(*) FROM pragma_foreign_key_check`); got != "0" {
		p.t.Errorf("%s: %s rows refer to nothing", when, got)
	}
	p.judgeChats(when, db)
	for key, n := range p.told {
		got := numbers(p.t, db.Read(), key)
		for i, have := range got {
			if have != i+1 {
				p.t.Fatalf("%s: %s: number %d stands at place %d", when, key, have, i+1)
			}
		}
		if len(got) < n {
			p.t.Errorf("%s: %s: %d were acknowledged, %d are there", when, key, n, len(got))
		}
	}
}

// judgeChats expects that every message of the log is in its chat as soon as somebody asks.
func (p *powered) judgeChats(when string, db *store.DB) {
	p.t.Helper()
	stop := storetest.Start(p.t, db)
	defer stop()
	if _, _, err := db.Messages().List(p.t.Context(), 1, poweredDevice, chat.Filter{Limit: 1}); err != nil {
		p.t.Errorf("%s: %v", when, err)
	}
	const lost = `SELECT count(*) FROM events e WHERE e.order_key LIKE '%|c|%' AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = e.seq)`
	if got := text(p.t, db.Read(), lost); got != "0" {
		p.t.Errorf("%s: %s messages are not in their chats", when, got)
	}
	const miscounted = `SELECT count(*) FROM chats c WHERE c.unread <> (SELECT count(*) FROM messages m WHERE m.chat_id = c.id)`
	if got := text(p.t, db.Read(), miscounted); got != "0" {
		p.t.Errorf("%s: %s chats have counted wrong", when, got)
	}
}

func text(t *testing.T, db *sql.DB, query string) (got string) {
	t.Helper()
	if err := db.QueryRow(query).Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got
}

// numbers returns what is there of a key, in the order of the log.
func numbers(t *testing.T, db *sql.DB, key string) (list []int) {
	t.Helper()
	rows, err := db.Query(`SELECT CAST(body ->> '$.data.message_id' AS INTEGER) FROM events WHERE order_key = $1 ORDER BY seq`, key)
	if key == rowsKey {
		rows, err = db.Query(`SELECT value FROM meta WHERE key LIKE 'powercut %' ORDER BY CAST(value AS INTEGER)`)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		list = append(list, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
