package delivery_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
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

// Chats of which each message breaks the endpoint fill what memory keeps of a webhook that is down. The others stand behind
// them in the log; they are found, the door opens, and all of them arrive, in order.
func TestPoisonChatsThatFillTheMemoryHideNoOther(t *testing.T) {
	for _, c := range []struct {
		poisoned, each int
		ordering       webhook.Ordering
		within         time.Duration
	}{
		{2, 100, webhook.Ordered, 15 * time.Minute},
		{2, 100, webhook.Strict, 15 * time.Minute},
		{2, 100, webhook.Parallel, 2 * time.Hour}, // none of a chat waits for another, so there are 200 to be tried
		{10, 20, webhook.Ordered, time.Hour},
		{40, 3, webhook.Ordered, 12 * time.Hour}, // an outage looks the same: they are probed one by one
		{2, 3000, webhook.Ordered, 15 * time.Minute},
	} {
		t.Run(fmt.Sprintf("%d with %d messages, %s", c.poisoned, c.each, c.ordering), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.hook(1, c.ordering)
				y := newTally(t)
				y.loose = c.ordering == webhook.Parallel
				r.recv.set(func(q delivery.Request) delivery.Outcome {
					if chat, _ := content(t, q); chat[:4] != "good" {
						return broken
					}
					return y.accept(q)
				})
				r.flood(c.poisoned*c.each, func(i int) string { return fmt.Sprint("bad", i%c.poisoned) })
				r.flood(60, func(i int) string { return fmt.Sprint("good", i%20) })
				time.Sleep(c.within)
				synctest.Wait()
				y.check(1, 60)
				r.flood(60, func(i int) string { return fmt.Sprint("good", i%20) })
				time.Sleep(c.within)
				synctest.Wait()
				y.check(1, 120)
				r.stop()
			})
		})
	}
}

// The log holds a message of another chat, memory is full of those that fail: whichever probe was the last one before it came, it
// is sent by the second one after it. As probes are five minutes apart at most, it arrives within ten.
func TestWhatTheLogHoldsWaitsForTwoProbes(t *testing.T) {
	for _, ordering := range []webhook.Ordering{webhook.Ordered, webhook.Parallel} {
		for before := range 5 {
			t.Run(fmt.Sprintf("%s, %d probes before it", ordering, before), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRig(t)
					r.hook(1, ordering)
					y := newTally(t)
					r.recv.set(func(q delivery.Request) delivery.Outcome {
						if chat, _ := content(t, q); chat != "good" {
							return broken
						}
						return y.accept(q)
					})
					r.flood(200, func(i int) string { return fmt.Sprint("bad", i%2) })
					time.Sleep(20 * time.Minute)
					probed := func(n int) {
						for n += r.recv.attempts(); r.recv.attempts() < n; synctest.Wait() {
							time.Sleep(time.Second)
						}
					}
					probed(1 + before)
					r.say("good", 1)
					probed(2)
					y.check(1, 1)
					r.stop()
				})
			})
		}
	}
}

// Chats that break the endpoint come and go, so does the endpoint, so do we. Each message arrives once, and in order: also those
// that were taken from the log before their turn, to see whether the endpoint takes them.
func TestPoisonAndOutagesKeepOrder(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 1))
				r := newRig(t)
				r.hook(1, webhook.Strict)
				y := newTally(t)
				chat := func() string { return fmt.Sprint("chat", min(rnd.IntN(40), rnd.IntN(40))) }
				bad, sent, local := map[string]bool{}, 0, false
				var mu sync.Mutex
				r.recv.set(func(q delivery.Request) delivery.Outcome {
					c, n := content(t, q)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case local && n%2 == 0:
						return delivery.Outcome{Class: delivery.ClassLocal, Err: "no descriptors"}
					case bad["all"] || bad[c]:
						return broken
					}
					return y.accept(q)
				})
				for range 30 {
					mu.Lock()
					clear(bad)
					bad["all"], local = rnd.IntN(6) == 0, rnd.IntN(8) == 0
					for range rnd.IntN(5) {
						bad[chat()] = true
					}
					mu.Unlock()
					chats := make([]string, rnd.IntN(150))
					for i := range chats {
						chats[i] = chat()
					}
					sent += len(chats)
					r.flood(len(chats), func(i int) string { return chats[i] })
					time.Sleep(time.Duration(rnd.Int64N(int64(20 * time.Minute))))
					if rnd.IntN(4) == 0 {
						synctest.Wait()
						r.restart()
					}
				}
				mu.Lock()
				clear(bad)
				local = false
				mu.Unlock()
				time.Sleep(100 * time.Hour)
				synctest.Wait()
				y.check(1, sent)
				r.stop()
			})
		})
	}
}

// A message that was taken from the log before its turn could not be sent for a reason of our own, again and again. The log comes
// to it and passes it, and we end: it is not forgotten.
func TestAScoutThatWasNotSentIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		var mu sync.Mutex
		healed, scouts := false, 0
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			chat, _ := content(t, q)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case chat == "scout":
				scouts++
				return delivery.Outcome{Class: delivery.ClassLocal, Err: "no descriptors"}
			case !healed:
				return broken
			}
			return y.accept(q)
		})
		r.flood(200, func(i int) string { return fmt.Sprint("bad", i%2) })
		time.Sleep(time.Minute)
		r.say("scout", 1)
		time.Sleep(30 * time.Minute)
		mu.Lock()
		if healed = true; scouts == 0 {
			t.Error("no scout was sent")
		}
		mu.Unlock()
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		y.check(1, 200)
		r.restart()
		r.recv.set(y.accept)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		y.check(1, 201)
		r.stop()
	})
}

// The search passes over a message because another of its chat waits before it. That one is then delivered by hand. The search
// goes back: a later message of the chat must not be found first. So many chats fail that this one is not among the suspects.
func TestTheSearchGoesBackWhenAChatNoLongerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		r.recv.set(always(broken))
		r.flood(34*5, func(i int) string { return fmt.Sprint("bad", i%34) })
		time.Sleep(36 * time.Hour)
		r.say("x", 1)
		var first int64
		if err := r.db.Read().QueryRow(`SELECT max(seq) FROM events`).Scan(&first); err != nil {
			t.Fatal(err)
		}
		time.Sleep(12 * time.Hour)
		r.say("x", 1)
		time.Sleep(12 * time.Hour)
		r.engine.Settled(1, first, true)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if chat, _ := content(t, q); chat != "x" {
				return broken
			}
			return y.accept(q)
		})
		r.say("x", 1)
		time.Sleep(12 * time.Hour)
		synctest.Wait()
		y.check(1, 2)
		r.stop()
	})
}
