package delivery_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// A delivery that is made by hand leaves its place in a lane that backs off, wherever it stands.
func TestDeliveryByHandBehindARefusedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if _, n := content(t, q); n == 1 && q.Attempt < 3 {
				return refused
			}
			return delivery.Outcome{Status: 200}
		})
		r.say("a", 3)
		time.Sleep(time.Second)
		synctest.Wait()
		r.engine.Settled(1, 2, false)
		synctest.Wait()
		r.say("a", 1)
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := fmt.Sprint(r.recv.accepted(t, 1)["a"]); got != "[1 3 4]" {
			t.Errorf("got %s, want all but the one that was delivered by hand", got)
		}
		r.stop()
	})
}
