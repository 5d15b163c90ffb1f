package delivery_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/webhook"
)

func TestHoldKeepsNothingButTheLog(t *testing.T) { hold(t, 20_000) }

func TestSoakHoldOfTwoMillions(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	hold(t, 2_000_000)
}

const (
	heldMost   = 8 << 20  // bytes that the heap may grow while events are held, however many there are
	resumeMost = 16 << 20 // while they are sent, whose bodies have 0.4 KiB
)

// hold pauses a webhook while n events come: memory stays flat and no table but the log grows. Then it is resumed: all of them
// arrive, once and in order, and memory is still bounded.
func hold(t *testing.T, n int) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		r.recv.forget = true
		r.recv.set(y.accept)
		chat := func(i int) string { return fmt.Sprint("chat", i%500) }
		r.flood(500, chat) // what grows once has grown
		synctest.Wait()
		r.setStatus(1, webhook.Paused)
		synctest.Wait()

		rows, heap := r.rows(), heapInUse()
		r.flood(n, chat)
		time.Sleep(time.Minute) // cursors are stored
		synctest.Wait()
		if grown := heapInUse() - heap; grown > heldMost {
			t.Errorf("the heap has grown by %d bytes while %d events were held", grown, n)
		}
		for table, now := range r.rows() {
			if table != "events" && now != rows[table] {
				t.Errorf("%s had %d rows before the hold and has %d", table, rows[table], now)
			}
		}
		r.restart()
		y.check(1, 500)

		most := watchHeap(y, n/20)
		r.setStatus(1, webhook.Active)
		time.Sleep(time.Minute)
		synctest.Wait()
		y.check(1, 500+n)
		if grown := most() - heap; grown > resumeMost {
			t.Errorf("the heap has grown by %d bytes while %d held events were sent", grown, n)
		}
		if left := r.rows()["deliveries"]; left != 0 {
			t.Errorf("%d rows of deliveries are left", left)
		}
		t.Logf("%d held: heap %d KiB before, %d KiB at most while they were sent", n, heap>>10, most()>>10)
		r.stop()
	})
}

// rows counts what each table holds.
func (r *rig) rows() map[string]int {
	r.t.Helper()
	list, err := r.db.Read().Query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = list.Close() }() // list.Err tells what went wrong
	counts := map[string]int{}
	for list.Next() {
		var name string
		if err := list.Scan(&name); err != nil {
			r.t.Fatal(err)
		}
		var n int
		if err := r.db.Read().QueryRow(`SELECT count(*) FROM "` + name + `"`).Scan(&n); err != nil {
			r.t.Fatal(err)
		}
		counts[name] = n
	}
	if err := list.Err(); err != nil || len(counts) < 10 {
		r.t.Fatalf("%d tables, %v", len(counts), err)
	}
	return counts
}

func heapInUse() int64 {
	runtime.GC()
	runtime.GC() // what pools held outlives the first one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // a heap is smaller than that
}

// watchHeap measures the heap with each every-th event that a tally accepts; most is the largest so far.
func watchHeap(y *tally, every int) (most func() int64) {
	y.mu.Lock()
	defer y.mu.Unlock()
	var largest int64
	n := 0
	y.watch = func() {
		if n++; n%every == 0 {
			largest = max(largest, heapInUse())
		}
	}
	return func() int64 {
		y.mu.Lock()
		defer y.mu.Unlock()
		return largest
	}
}
