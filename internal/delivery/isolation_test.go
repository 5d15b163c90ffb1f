package delivery_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// Of a hundred webhooks one hangs, one answers 500 and one drips until its timeout. The other 97 get everything while no time
// passes at all; the three get everything when they answer again.
func TestThreeBadWebhooksOfAHundredDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hooks, events = 100, 200
		const hanging, failing, dripping = 1, 2, 3
		r := newRig(t)
		for id := int64(1); id <= hooks; id++ {
			r.hook(id, webhook.Ordered)
		}
		y := newTally(t)
		r.recv.forget = true
		recovered := make(chan struct{})
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			select {
			case <-recovered:
				return y.accept(q)
			default:
			}
			switch q.Webhook.ID {
			case failing:
				return broken
			case hanging, dripping:
				time.Sleep(q.Webhook.Timeout)
				return delivery.Outcome{Class: delivery.ClassTimeout, Err: "no answer"}
			}
			return y.accept(q)
		})
		begin := time.Now()
		r.flood(events, func(i int) string { return fmt.Sprint("chat", i%10) })
		synctest.Wait()
		for id := int64(dripping + 1); id <= hooks; id++ {
			y.check(id, events)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("%v have passed", took)
		}
		time.Sleep(time.Minute)
		close(recovered)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		for id := int64(1); id <= dripping; id++ {
			y.check(id, events)
		}
		r.stop()
	})
}
