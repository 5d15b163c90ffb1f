package delivery_test

import (
	"fmt"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

// The engine over both databases, in real time: a server cannot live in a bubble of fake time. What takes minutes of waiting
// is shown on SQLite only; the two stores are held to the same words by the conformance suite.
func TestEngineOverEachDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, at storetest.Place) {
		r := newRigAt(t, at)
		const quitter, paused, steady = 1, 2, 3
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if q.Webhook.ID == quitter {
				return gone
			}
			return delivery.Outcome{Status: 200}
		})
		for id := int64(quitter); id <= steady; id++ {
			r.hook(id, webhook.Ordered)
		}
		talk := func() {
			for i := range 40 {
				r.say(fmt.Sprint("chat", i%4), 1)
			}
		}
		talk()
		r.until("the endpoint that is gone was disabled", func() bool { status, _ := r.status(quitter); return status == "disabled" })
		r.setStatus(paused, webhook.Paused)
		talk()
		r.restart()
		talk()
		r.until("the steady webhook has everything", func() bool { return total(r.recv.accepted(t, steady)) >= 120 })
		r.setStatus(paused, webhook.Active)
		r.until("the paused webhook has everything", func() bool { return total(r.recv.accepted(t, paused)) >= 120 })
		for _, id := range []int64{paused, steady} {
			inOrder(t, r.recv.accepted(t, id))
		}
		if n := total(r.recv.accepted(t, quitter)); n != 0 {
			t.Errorf("the endpoint that is gone accepted %d", n)
		}
		r.stop()
	})
}

// until waits in real time.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in a minute: %s", what)
		}
	}
}
