package delivery_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/webhook"
)

// The receiver is down for 20 minutes while a backlog grows: nothing is lost, order is kept, the first success comes within five
// minutes of recovery, and no try of any message was spent.
func TestOutageOfTwentyMinutes(t *testing.T) {
	const backlog = 100_000
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		r.recv.forget = true
		r.recv.set(always(nobody))
		for range 20 {
			r.flood(backlog/20, func(i int) string { return fmt.Sprint("chat", i%100) })
			time.Sleep(time.Minute)
		}
		if during := r.recv.attempts(); during > 30 {
			t.Errorf("%d attempts during the outage: the breaker did not hold them back", during)
		}
		var rows, spent int
		if err := r.db.Read().QueryRow(`SELECT count(*), coalesce(sum(tries), 0) FROM deliveries`).Scan(&rows, &spent); err != nil || rows == 0 || spent != 0 {
			t.Errorf("%d deliveries were tried and paid %d tries, %v; want some, and none paid", rows, spent, err)
		}
		r.recv.set(y.accept)
		back := time.Now()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if wait := y.first.Sub(back); wait < 0 || wait > 5*time.Minute {
			t.Errorf("first success %v after recovery", wait)
		}
		y.check(1, backlog)
		r.stop()
	})
}

// An outage gives back what it took also where the refusals are still on their way to the disk when the breaker opens.
func TestRefundOfWhatIsNotStoredYet(t *testing.T) {
	for range 10 {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			r.hook(1, webhook.Ordered)
			r.recv.set(always(nobody))
			r.flood(8, func(i int) string { return fmt.Sprint("chat", i) })
			time.Sleep(time.Second)
			synctest.Wait()
			var rows, spent int
			if err := r.db.Read().QueryRow(`SELECT count(*), sum(tries) FROM deliveries`).Scan(&rows, &spent); err != nil || rows != 8 || spent != 0 {
				t.Errorf("%d deliveries were tried and paid %d tries, %v", rows, spent, err)
			}
			r.stop()
		})
	}
}
