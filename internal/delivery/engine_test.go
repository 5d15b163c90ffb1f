package delivery_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

var (
	refused = delivery.Outcome{Status: 422, Class: delivery.ClassRefused, Err: "refused"}
	broken  = delivery.Outcome{Status: 500, Class: delivery.ClassServerError, Err: "server error"}
	nobody  = delivery.Outcome{Class: delivery.ClassConnect, Err: "connection refused"}
	gone    = delivery.Outcome{Status: 410, Class: delivery.ClassGone, Err: "gone"}
)

func always(o delivery.Outcome) func(delivery.Request) delivery.Outcome {
	return func(delivery.Request) delivery.Outcome { return o }
}

func TestEachWebhookGetsEachEventOnceInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		for id := int64(1); id <= 3; id++ {
			r.hook(id, webhook.Ordered)
		}
		for range 50 {
			for chat := range 5 {
				r.say(fmt.Sprint("chat", chat), 1)
			}
		}
		synctest.Wait()
		for id := int64(1); id <= 3; id++ {
			got := r.recv.accepted(t, id)
			inOrder(t, got)
			if total(got) != 250 {
				t.Errorf("webhook %d got %d events, want 250", id, total(got))
			}
		}
		r.stop()
	})
}

func TestEventsBeforeRegistrationAreNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.say("a", 3)
		r.hook(1, webhook.Ordered)
		r.say("a", 2)
		synctest.Wait()
		if got := r.recv.accepted(t, 1)["a"]; fmt.Sprint(got) != "[4 5]" {
			t.Errorf("got %v, want [4 5]", got)
		}
		r.stop()
	})
}

// One message is refused for ever: its chat waits about 13 minutes and goes on without it, other chats never wait, and after
// 12 tries it is dead.
func TestPoisonMessageStepsAsideAndDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if _, n := content(t, q); n == 1 {
				return refused
			}
			return delivery.Outcome{Status: 200}
		})
		r.say("poisoned", 3)
		r.say("healthy", 3)
		synctest.Wait()
		if got := r.recv.accepted(t, 1); len(got["healthy"]) != 3 || len(got["poisoned"]) != 0 {
			t.Fatalf("at once: %v", got)
		}
		time.Sleep(10 * time.Minute)
		if got := r.recv.accepted(t, 1); len(got["poisoned"]) != 0 {
			t.Errorf("after 10 minutes the chat went on: %v", got)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := r.recv.accepted(t, 1); fmt.Sprint(got["poisoned"]) != "[2 3]" {
			t.Errorf("after 20 minutes: %v", got)
		}
		time.Sleep(90 * time.Hour)
		synctest.Wait()
		var status string
		var tries int
		if err := r.db.Read().QueryRow(`SELECT status, tries FROM deliveries`).Scan(&status, &tries); err != nil {
			t.Fatal(err)
		}
		if status != "dead" || tries != 12 {
			t.Errorf("status %s after %d tries, want dead after 12", status, tries)
		}
		r.stop()
	})
}

func TestStrictKeyWaitsForItsEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Strict)
		allow := time.Now().Add(5 * time.Hour)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if _, n := content(t, q); n == 1 && time.Now().Before(allow) {
				return refused
			}
			return delivery.Outcome{Status: 200}
		})
		r.say("a", 3)
		time.Sleep(4 * time.Hour)
		if got := r.recv.accepted(t, 1); total(got) != 0 {
			t.Errorf("the key went on: %v", got)
		}
		time.Sleep(9 * time.Hour) // a try just before allow, and 6 h, which the jitter makes 7.2 h, until the next: 12.2 h at most
		synctest.Wait()
		if got := r.recv.accepted(t, 1)["a"]; fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("got %v", got)
		}
		r.stop()
	})
}

func TestGoneDisablesAndHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.recv.set(always(gone))
		r.say("a", 3)
		synctest.Wait()
		if status, reason := r.status(1); status != "disabled" || reason != "gone" {
			t.Fatalf("status %s (%s), want disabled (gone)", status, reason)
		}
		if n := r.recv.attempts(); n != 1 {
			t.Errorf("%d attempts, want 1", n)
		}
		r.recv.set(nil)
		r.setStatus(1, webhook.Active)
		synctest.Wait()
		if got := r.recv.accepted(t, 1)["a"]; fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("after it was switched on again: %v", got)
		}
		r.stop()
	})
}

func TestPauseHoldsAndResumeSendsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.say("a", 2)
		synctest.Wait()
		r.setStatus(1, webhook.Paused)
		synctest.Wait()
		r.say("a", 6000) // more than the engine keeps in memory
		synctest.Wait()
		if n := total(r.recv.accepted(t, 1)); n != 2 {
			t.Fatalf("paused, yet %d arrived", n)
		}
		r.restart()
		r.setStatus(1, webhook.Active)
		synctest.Wait()
		got := r.recv.accepted(t, 1)
		inOrder(t, got)
		if total(got) != 6002 {
			t.Errorf("got %d, want 6002", total(got))
		}
		r.stop()
	})
}

func TestHangingEndpointHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.hook(2, webhook.Ordered)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if q.Webhook.ID == 1 {
				time.Sleep(q.Webhook.Timeout)
				return delivery.Outcome{Class: delivery.ClassTimeout, Err: "no answer"}
			}
			return delivery.Outcome{Status: 200}
		})
		begin := time.Now()
		for chat := range 40 {
			r.say(fmt.Sprint("chat", chat), 5)
		}
		synctest.Wait()
		if got := total(r.recv.accepted(t, 2)); got != 200 || time.Since(begin) > time.Second {
			t.Errorf("the healthy webhook got %d of 200 after %v", got, time.Since(begin))
		}
		r.recv.set(nil)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		got := r.recv.accepted(t, 1)
		inOrder(t, got)
		if total(got) != 200 {
			t.Errorf("the hanging webhook got %d of 200", total(got))
		}
		r.stop()
	})
}

func TestRestartGoesOnWhereItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		n := 0
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if n++; n%7 == 0 {
				return refused
			}
			return delivery.Outcome{Status: 200}
		})
		for range 10 {
			for chat := range 5 {
				r.say(fmt.Sprint("chat", chat), 4)
			}
			synctest.Wait()
			r.restart()
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		got := r.recv.accepted(t, 1)
		inOrder(t, got)
		if total(got) != 200 {
			t.Errorf("got %d, want each of 200 once", total(got))
		}
		r.stop()
	})
}

func TestRetryCarriesTheSameBytesAndARisingAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if q.Attempt < 3 {
				return broken
			}
			return delivery.Outcome{Status: 200}
		})
		r.say("a", 1)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(r.recv.seen) != 3 {
			t.Fatalf("%d attempts, want 3", len(r.recv.seen))
		}
		for i, q := range r.recv.seen {
			if q.Attempt != i+1 || string(q.Body) != string(r.recv.seen[0].Body) || q.Event.ID != r.recv.seen[0].Event.ID {
				t.Errorf("attempt %d: number %d, same body %v", i+1, q.Attempt, string(q.Body) == string(r.recv.seen[0].Body))
			}
		}
		r.stop()
	})
}

func TestBacklogCountsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.say("a", 4)
		synctest.Wait()
		r.recv.set(always(broken))
		r.say("b", 3)
		r.say("c", 2)
		time.Sleep(time.Minute)
		synctest.Wait()
		s, err := r.db.Deliveries().Load(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.engine.Backlog(context.Background(), s.Webhook)
		if err != nil || b.Pending != 5 || b.Held != 0 || b.OldestAt.IsZero() {
			t.Errorf("backlog %+v, %v; want 5 pending", b, err)
		}
		r.stop()
	})
}

// What an endpoint answers decides when it is asked again; none of it loses or reorders anything.
func TestAnswersOfTheEndpoint(t *testing.T) {
	for _, c := range []struct {
		behaviour string
		outcome   delivery.Outcome
		wait      time.Duration // before the second attempt, at least; it may be 20 % less where we choose it
	}{
		{"500 is asked again after five seconds", broken, 4 * time.Second},
		{"302 is not followed and asked again", delivery.Outcome{Status: 302, Class: delivery.ClassRedirect}, 4 * time.Second},
		{"429 with Retry-After is left alone as long as it wants", delivery.Outcome{Status: 429, Class: delivery.ClassThrottled, RetryAfter: time.Minute}, time.Minute},
		{"503 with Retry-After too", delivery.Outcome{Status: 503, Class: delivery.ClassServerError, RetryAfter: 2 * time.Minute}, 2 * time.Minute},
		{"our own fault is tried again soon", delivery.Outcome{Class: delivery.ClassLocal}, 800 * time.Millisecond},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.hook(1, webhook.Ordered)
				var times []time.Time
				r.recv.set(func(delivery.Request) delivery.Outcome {
					times = append(times, time.Now())
					if len(times) == 1 {
						return c.outcome
					}
					return delivery.Outcome{Status: 200}
				})
				r.say("a", 3)
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if len(times) < 2 {
					t.Fatal("never asked again")
				}
				if wait := times[1].Sub(times[0]); wait < c.wait || wait > c.wait*2 {
					t.Errorf("asked again after %v, want about %v", wait, c.wait)
				}
				if got := r.recv.accepted(t, 1)["a"]; fmt.Sprint(got) != "[1 2 3]" {
					t.Errorf("got %v", got)
				}
				r.stop()
			})
		})
	}
}

func TestRateLimitIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.exec(`UPDATE webhooks SET rate_limit = 10 WHERE id = 1`)
		r.engine.WebhookChanged(1)
		synctest.Wait()
		for chat := range 10 {
			r.say(fmt.Sprint("chat", chat), 10)
		}
		begin := time.Now()
		for _, c := range []struct{ after, most, least int }{{1, 30, 10}, {5, 70, 40}, {11, 100, 100}} {
			time.Sleep(time.Duration(c.after)*time.Second - time.Since(begin))
			synctest.Wait()
			if n := total(r.recv.accepted(t, 1)); n > c.most || n < c.least {
				t.Errorf("after %d s %d requests were made, want %d to %d at 10 per second", c.after, n, c.least, c.most)
			}
		}
		inOrder(t, r.recv.accepted(t, 1))
		r.stop()
	})
}
