package delivery_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// hangs answers nothing until the webhook's timeout.
func hangs(q delivery.Request) delivery.Outcome {
	time.Sleep(q.Webhook.Timeout)
	return delivery.Outcome{Class: delivery.ClassTimeout, Err: "no answer", Duration: q.Webhook.Timeout}
}

// crowd registers n webhooks that answer by f, and one more by y after a time: the one whose
// id it returns. It comes last in every queue.
func (r *rig) crowd(n int, y *tally, f func(delivery.Request) delivery.Outcome, answer time.Duration) (good int64) {
	good = int64(n + 1)
	r.recv.forget = true
	r.recv.set(func(q delivery.Request) delivery.Outcome {
		if q.Webhook.ID == good {
			time.Sleep(answer)
			return y.accept(q)
		}
		return f(q)
	})
	for id := int64(1); id <= good; id++ {
		r.hook(id, webhook.Ordered)
		synctest.Wait() // until the engine has read it: in the order of reading they stand in line
	}
	return good
}

// Two hundred webhooks hang at once, each with as many attempts as it may have, more than there are places for their account.
// One that is quick gets each event while no time passes: from the first moment, when nobody can know yet which of them hang,
// and for as long as it goes on.
func TestTwoHundredHangingWebhooksDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		y := newTally(t)
		good := r.crowd(200, y, hangs, 0)
		for round := 1; round <= 120; round++ { // for a minute: until the breakers are open
			r.flood(20, func(i int) string { return fmt.Sprint("chat", i) })
			synctest.Wait()
			y.check(good, 20*round)
			time.Sleep(500 * time.Millisecond)
		}
		r.stop()
	})
}

// Two hundred webhooks answer, but each time after ten seconds, so that no breaker ever opens. They have places of their own.
func TestTwoHundredSlowWebhooksDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		y := newTally(t)
		slow := newTally(t)
		good := r.crowd(200, y, func(q delivery.Request) delivery.Outcome {
			time.Sleep(10 * time.Second)
			o := slow.accept(q)
			o.Duration = 10 * time.Second
			return o
		}, 0)
		for round := 1; round <= 40; round++ {
			r.flood(10, func(i int) string { return fmt.Sprint("chat", i) })
			synctest.Wait()
			y.check(good, 10*round)
			time.Sleep(3 * time.Second)
		}
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		for id := int64(1); id < good; id++ {
			slow.check(id, 400)
		}
		r.stop()
	})
}

// A thousand webhooks hang. A second and a half later that is known, and one of the same account that answers has all the
// places that it may have: it goes at its own pace, also when the others' attempts end and new ones begin.
func TestAThousandHangingWebhooksDelayNobodyForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const answer = 100 * time.Millisecond
		r := newRig(t)
		y := newTally(t)
		good := r.crowd(1000, y, hangs, answer)
		r.flood(8, func(i int) string { return fmt.Sprint("chat", i) })
		time.Sleep(1600 * time.Millisecond)
		synctest.Wait()
		for round := 1; round <= 40; round++ {
			y.check(good, 8*round)
			r.flood(8, func(i int) string { return fmt.Sprint("chat", i) })
			time.Sleep(answer + time.Millisecond)
			synctest.Wait()
			y.check(good, 8*(round+1))
			time.Sleep(400 * time.Millisecond)
		}
		r.stop()
	})
}

// One account has a thousand webhooks that hang. The webhook of another account gets each event while no time passes, and so
// does a slow one, as fast as it answers.
func TestAThousandHangingWebhooksOfOneAccountDelayNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bad, fast, slow = 1000, 1001, 1002
		r := newRig(t)
		y := newTally(t)
		r.recv.forget = true
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			switch q.Webhook.ID {
			case fast:
				return y.accept(q)
			case slow:
				time.Sleep(5 * time.Second)
				o := y.accept(q)
				o.Duration = 5 * time.Second
				return o
			}
			return hangs(q)
		})
		for id := int64(1); id <= bad; id++ {
			r.hook(id, webhook.Ordered)
		}
		r.account(2)
		r.hookOf(2, fast, webhook.Ordered)
		r.hookOf(2, slow, webhook.Ordered)
		for round := 1; round <= 20; round++ {
			r.flood(8, func(i int) string { return fmt.Sprint("chat", i) })
			r.floodOf(2, 8, func(i int) string { return fmt.Sprint("chat", i) })
			synctest.Wait()
			y.check(fast, 8*round)
			time.Sleep(5*time.Second + time.Millisecond)
			synctest.Wait()
			y.check(slow, 8*round)
		}
		r.stop()
	})
}

// Attempts under way are bounded, however many accounts have webhooks that hang.
func TestAttemptsUnderWayAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const accounts, hooks, places = 10, 10, 16
		r := newRig(t)
		r.places = places
		r.restart()
		r.recv.forget = true
		r.recv.set(hangs)
		for a := int64(1); a <= accounts; a++ {
			if a > 1 {
				r.account(a)
			}
			for id := range int64(hooks) {
				r.hookOf(a, 100*a+id, webhook.Ordered)
			}
			r.floodOf(a, 8, func(i int) string { return fmt.Sprint("chat", i) })
		}
		most := 0
		for range 60 {
			synctest.Wait()
			f, err := r.engine.Figures(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			most = max(most, f.Flying)
			time.Sleep(500 * time.Millisecond)
		}
		if most < 3*places || most > 4*places {
			t.Errorf("%d attempts under way at most; want the most of %d places", most, 4*places)
		}
		r.stop()
	})
}

// A webhook was taken for slow and waits for a place among those, of which there are none. When it answers quickly after all,
// it goes on at once.
func TestAWebhookThatIsNotSlowAfterAllGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.places = 16
		r.restart()
		y := newTally(t)
		takes := map[string]time.Duration{"slow": 3 * time.Second, "almost": 900 * time.Millisecond}
		good := r.crowd(8, y, hangs, 0)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if q.Webhook.ID != good {
				return hangs(q)
			}
			chat, _ := content(t, q)
			time.Sleep(takes[chat])
			o := y.accept(q)
			o.Duration = takes[chat]
			return o
		})
		r.flood(20, func(i int) string { return fmt.Sprint("chat", i) })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		y.check(good, 20)
		r.say("slow", 1)
		time.Sleep(700 * time.Millisecond)
		r.say("almost", 1)
		time.Sleep(850 * time.Millisecond)
		r.say("quick", 1)
		synctest.Wait()
		y.check(good, 20)
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		y.check(good, 22)
		r.stop()
	})
}
