//go:build unix

package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/journal"
	"wapost/internal/store"
	"wapost/internal/store/powercut"
	"wapost/internal/store/storetest"
)

// A powered process is the test binary again, told by variables.
const (
	poweredDisk  = "WAPOST_TEST_POWERED_DISK"
	poweredSteps = "WAPOST_TEST_POWERED_STEPS" // kill yourself before the nth step at the disk; 0 = never
	poweredTask  = "WAPOST_TEST_POWERED_TASK"

	poweredKeys = 24     // so that some rounds are bursts
	rowsKey     = "rows" // what one of the talkers writes with Write, not with Append
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(poweredDisk); dir != "" {
		if err := runPowered(dir); err != nil {
			fmt.Fprintln(os.Stderr, "powered:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runPowered does its task on a disk that forgets, until it is killed.
func runPowered(dir string) error {
	limit, err := strconv.ParseInt(os.Getenv(poweredSteps), 10, 64)
	if err != nil {
		return err
	}
	disk, err := powercut.New(dir)
	if err != nil {
		return err
	}
	var steps atomic.Int64
	watcher, err := disk.Watch(func() {
		if steps.Add(1) == limit {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		if limit > 0 && steps.Load() >= limit {
			select {} // the signal is on its way
		}
	})
	if err != nil {
		return err
	}
	path, task := disk.Path("wapost.db"), os.Getenv(poweredTask)
	switch task {
	case "write":
		err = writeForEver(path)
	case keysTask:
		err = writeKeysForEver(path)
	default:
		err = runSealing(path, task)
	}
	return errors.Join(err, watcher.Close())
}

// writeForEver writes by every door of the store, while the log is copied back into the database now and then.
func writeForEver(path string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: path, Vault: storetest.Key()})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make(chan error, 3+poweredKeys)
	wg.Go(func() { errs <- db.Run(ctx) })
	if err := populatePowered(ctx, db); err != nil {
		return err
	}
	for k := range poweredKeys {
		wg.Go(func() { errs <- appendPowered(ctx, db, poweredChat(k)) })
	}
	wg.Go(func() { errs <- writePowered(ctx, db) })
	wg.Go(func() { errs <- checkpointPowered(ctx, path) })
	return errors.Join(<-errs, errors.New("nothing of this ends by itself"))
}

// poweredChat is the ordering key of a chat.
func poweredChat(k int) string { return fmt.Sprintf("%s|c|%d@g.us", poweredDevice, k) }

// appendPowered records the messages of a chat, numbered on from what the log holds.
func appendPowered(ctx context.Context, db *store.DB, key string) error {
	log := journal.New(db.Events())
	var n int
	if err := db.Read().QueryRow(`SELECT count(*) FROM events WHERE order_key = $1`, key).Scan(&n); err != nil {
		return err
	}
	for {
		n++
		e := event.New(event.MessageReceived)
		e.At, e.AccountID, e.DeviceID, e.Key, e.Data = time.Now(), 1, poweredDevice, key, event.Message{MessageID: fmt.Sprint(n), FromMe: new(bool), Kind: event.KindText}
		if err := log.Append(ctx, e); err != nil {
			return err
		}
		fmt.Println(key, n)
	}
}

// writePowered adds rows by Write.
func writePowered(ctx context.Context, db *store.DB) error {
	var n int
	if err := db.Read().QueryRow(`SELECT count(*) FROM meta WHERE key LIKE 'powercut %'`).Scan(&n); err != nil {
		return err
	}
	for {
		n++
		err := db.Write(ctx, "row", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2)`, fmt.Sprint("powercut ", n), fmt.Sprint(n))
			return err
		})
		if err != nil {
			return err
		}
		fmt.Println(rowsKey, n)
	}
}

// checkpointPowered has SQLite copy its log back, which it does by itself only every 32 MiB.
func checkpointPowered(ctx context.Context, path string) error {
	db, err := store.OpenSQLite(path)
	if err != nil {
		return err
	}
	for {
		mode := []string{"PASSIVE", "RESTART", "TRUNCATE"}[rand.IntN(3)]
		if _, err := db.ExecContext(ctx, `PRAGMA wal_checkpoint(`+mode+`)`); err != nil {
			return err
		}
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) // not waiting: a pace
	}
}
