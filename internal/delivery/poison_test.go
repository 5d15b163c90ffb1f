package delivery_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// One chat of a hundred breaks the endpoint with each of its messages. The breaker stays closed, and no other chat waits.
func TestPoisonKeyAmongAHundredNeverOpensTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if chat, _ := content(t, q); chat == "chat0" {
				return broken
			}
			return y.accept(q)
		})
		good := 0
		for i := range 3600 { // a message per second, for an hour
			r.say(fmt.Sprint("chat", i%100), 1)
			time.Sleep(time.Second)
			synctest.Wait()
			if i%100 != 0 {
				good++
			}
			if y.count[1] != good {
				t.Fatalf("after %d s %d messages of other chats have arrived, want %d", i, y.count[1], good)
			}
		}
		y.check(1, good)
		var late int
		if err := r.db.Read().QueryRow(`SELECT count(*) FROM deliveries WHERE status = 'late'`).Scan(&late); err != nil || late == 0 {
			t.Errorf("%d messages have stepped aside, %v: the poison was none", late, err)
		}
		r.stop()
	})
}
