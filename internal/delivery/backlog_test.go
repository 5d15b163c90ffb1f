package delivery_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// A webhook with a long backlog is down when it is switched on: its breaker opens, and memory forgets what it had read, while
// the next page of the log is on its way. Nothing between the two may be lost.
func TestABreakerThatOpensWhileThePageIsReadLosesNothing(t *testing.T) {
	for _, slow := range []time.Duration{0, 10 * time.Millisecond, time.Second, 20 * time.Second} {
		t.Run(slow.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.hook(1, webhook.Ordered)
				r.setStatus(1, webhook.Paused)
				synctest.Wait()
				r.flood(3000, func(i int) string { return fmt.Sprint("chat", i%40) })
				r.slow = slow
				r.restart()
				begin := time.Now()
				r.recv.set(func(delivery.Request) delivery.Outcome {
					time.Sleep(3 * time.Millisecond)
					if down := time.Since(begin)%(3*time.Minute) < 2*time.Minute; down && time.Since(begin) < time.Hour {
						return nobody
					}
					return delivery.Outcome{Status: 200}
				})
				r.setStatus(1, webhook.Active)
				time.Sleep(3 * time.Hour)
				synctest.Wait()
				got := r.recv.accepted(t, 1)
				inOrder(t, got)
				if total(got) != 3000 {
					t.Errorf("%d of 3000 arrived", total(got))
				}
				r.stop()
			})
		})
	}
}

// However many messages are refused, and however many wait behind a refused one, other chats go on.
func TestRefusedMessagesHoldUpNoOtherChat(t *testing.T) {
	for _, c := range []struct {
		behaviour string
		ordering  webhook.Ordering
		chat      func(i int) string
	}{
		{"refused one by one", webhook.Parallel, func(i int) string { return fmt.Sprint("bad", i) }},
		{"each in a chat of its own", webhook.Ordered, func(i int) string { return fmt.Sprint("bad", i) }},
		{"behind a refused one", webhook.Ordered, func(int) string { return "bad" }},
		{"behind a refused one that must succeed", webhook.Strict, func(int) string { return "bad" }},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.hook(1, c.ordering)
				r.recv.set(func(q delivery.Request) delivery.Outcome {
					if chat, _ := content(t, q); chat != "good" {
						return refused
					}
					return delivery.Outcome{Status: 200}
				})
				r.flood(6000, c.chat)
				time.Sleep(3 * time.Second)
				r.say("good", 3)
				time.Sleep(3 * time.Second)
				synctest.Wait()
				if n := len(r.recv.accepted(t, 1)["good"]); n != 3 {
					t.Errorf("%d of 3 messages of another chat arrived", n)
				}
				r.stop()
			})
		})
	}
}

// Webhooks that are behind at the same place read the log together: the database is not asked by each of them. One whose place
// is its own is not slowed down by that, and nobody gets what is not his.
func TestWebhooksThatAreBehindReadTogether(t *testing.T) {
	t.Run("from memory", func(t *testing.T) { readTogether(t, 0) })
	t.Run("while a page is on its way", func(t *testing.T) { readTogether(t, time.Second) })
}

func readTogether(t *testing.T, slow time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		const hooks, early, events = 20, 600, 3000
		r := newRig(t)
		y := newTally(t)
		r.recv.forget = true
		r.recv.set(y.accept)
		chat := func(i int) string { return fmt.Sprint("chat", i%40) }
		const loner = hooks + 1
		r.hook(loner, webhook.Ordered)
		r.setStatus(loner, webhook.Paused)
		synctest.Wait()
		r.flood(early, chat)
		for id := int64(1); id <= hooks; id++ {
			r.hook(id, webhook.Ordered)
		}
		r.exec(`UPDATE webhooks SET status = 'paused'`)
		r.slow = slow
		r.restart()
		r.flood(events, chat)
		before := r.reads.Load()
		r.exec(`UPDATE webhooks SET status = 'active'`)
		for id := int64(1); id <= hooks; id++ {
			r.engine.WebhookChanged(id)
		}
		synctest.Wait()
		r.engine.WebhookChanged(loner) // begins before the pages that the others read
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		for id := int64(1); id <= hooks; id++ {
			y.check(id, events)
		}
		y.check(loner, early+events)
		if n := r.reads.Load() - before; n > 4*(early+events)/512 {
			t.Errorf("the log was read %d times by %d webhooks; %d pages hold it", n, hooks+1, (early+events)/512+1)
		}
		r.stop()
	})
}

// What was settled out of turn before a restart is passed over by the log once. When the webhook is down after that, memory
// forgets what it had read, and reads it again: nothing of it may be sent a second time.
func TestWhatWasSettledBeforeARestartIsNotSentAgainAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const each = 200
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if chat, _ := content(t, q); chat == "slow" {
				time.Sleep(time.Minute)
				return delivery.Outcome{Class: delivery.ClassLocal}
			}
			return y.accept(q)
		})
		r.flood(2*each, func(i int) string { return []string{"slow", "fast"}[i%2] })
		time.Sleep(time.Second)
		synctest.Wait()
		y.check(1, each)
		r.restart()
		r.recv.set(always(nobody))
		time.Sleep(time.Hour)
		r.recv.set(y.accept)
		time.Sleep(time.Hour)
		synctest.Wait()
		y.check(1, 2*each)
		r.stop()
	})
}
