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

// One message breaks the endpoint, and there is so little traffic that nothing else is sent between its tries. The breaker
// opens, as nobody can know yet; the first message of another chat is sent at once, and shows whose fault it is: the poison
// goes on by its own clock, and its chat without it.
func TestPoisonMessageInQuietTrafficKeepsTheDoorShutForNobody(t *testing.T) {
	for _, waiting := range []int{1, 3 * 32} { // messages behind it; more than memory keeps of an endpoint that is down
		t.Run(fmt.Sprint(waiting, " behind it"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.hook(1, webhook.Ordered)
				y := newTally(t)
				r.recv.set(func(q delivery.Request) delivery.Outcome {
					if chat, n := content(t, q); chat == "poisoned" && n == 1 {
						return broken
					}
					return y.accept(q)
				})
				r.say("poisoned", 1+waiting)
				for i := range 40 {
					time.Sleep(31 * time.Minute)
					r.say(fmt.Sprint("chat", i), 1)
					synctest.Wait()
					if y.last[fmt.Sprint("1 chat", i)] != r.sent {
						t.Fatalf("after %d half hours a message of another chat does not arrive at once", i+1)
					}
				}
				y.check(1, waiting+40)
				var status string
				var tries int
				if err := r.db.Read().QueryRow(`SELECT status, tries FROM deliveries`).Scan(&status, &tries); err != nil || status != "late" || tries < 8 {
					t.Errorf("the poison is %s after %d tries, %v; want it late, by its own clock", status, tries, err)
				}
				r.stop()
			})
		})
	}
}

// Two chats break the endpoint, so it may well be the endpoint's fault: a message of a third chat has to wait for its turn as a
// probe, which comes.
func TestProbesTakeTurnsWithMessagesThatWereNotTried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if chat, _ := content(t, q); chat != "good" {
				return broken
			}
			return y.accept(q)
		})
		r.say("one", 1)
		r.say("two", 1)
		time.Sleep(time.Hour)
		r.say("good", 1)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		y.check(1, 1)
		r.stop()
	})
}
