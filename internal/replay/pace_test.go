package replay_test

import (
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/replay"
)

const perSecond = 10

// newLimitedRig is the room beside the real engine, with a webhook that has a rate limit and n missing events.
func newLimitedRig(t *testing.T, n int) *rig {
	t.Helper()
	r := newRigWith(t, func(r *rig) *delivery.Engine {
		e := delivery.New(delivery.Options{Store: r.db.Deliveries(), Transport: r})
		r.db.OnRecorded(e.Recorded)
		return e
	})
	w := r.say(n)
	r.exec(`UPDATE webhooks SET rate_limit = $1`, perSecond)
	r.engine.WebhookChanged(w.ID)
	synctest.Wait()
	return r
}

func (r *rig) counts() (all, again int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.times), r.again
}

// kept fails if more was sent in some second than the limit and its burst allow, or more over all than the limit does.
func (r *rig) kept() {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, first := range r.times {
		for _, span := range []int{1, 5, 20} {
			n := i
			for n < len(r.times) && r.times[n].Sub(first) < time.Duration(span)*time.Second {
				n++
			}
			if n-i > (span+1)*perSecond {
				r.t.Fatalf("%d requests in %d s from the %dth on, at %d per second", n-i, span, i, perSecond)
			}
		}
	}
}

// A replay and the live events share one rate limit: together they keep it, each gets half while both have something to send,
// and the live events get all of it when the replay is over.
func TestReplayAndLiveEventsShareTheRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newLimitedRig(t, 100)
		r.talk(300)
		id := r.start(r.hook())
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if all, again := r.counts(); again < 45 || all-again < 50 {
			t.Errorf("in ten seconds %d live requests and %d of the replay, want half and half of about 110", all-again, again)
		}
		time.Sleep(31 * time.Second)
		synctest.Wait()
		r.kept()
		if all, again := r.counts(); all != 400 || again != 100 || r.job(id).State != replay.Done {
			t.Errorf("%d live requests, %d of the replay, which is %s", all-again, again, r.job(id).State)
		}
		r.stop()
	})
}

// Alone, a replay leaves every second place free.
func TestReplayAloneTakesHalfOfTheRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newLimitedRig(t, 60)
		r.start(r.hook())
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if all, again := r.counts(); again < 50 || again > 60 || all != again {
			t.Errorf("%d requests of a replay in eleven seconds, want five per second", again)
		}
		r.stop()
	})
}

// A webhook that is paused while its replay waits for a place gets nothing more; resumed, the replay goes on.
func TestPauseEndsTheWaitForAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newLimitedRig(t, 20)
		id := r.start(r.hook())
		time.Sleep(time.Second)
		r.status("paused")
		_, before := r.counts()
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, again := r.counts(); again != before || before == 0 || before == 20 {
			t.Errorf("%d requests before the pause, %d after a minute of it", before, again)
		}
		r.status("active")
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, again := r.counts(); again != 20 || r.job(id).State != replay.Done {
			t.Errorf("resumed: %d requests, the replay is %s", again, r.job(id).State)
		}
		r.stop()
	})
}
