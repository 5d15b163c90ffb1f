package delivery_test

import (
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/webhook"
)

func TestFiguresTellWhatWaitsBehindAnOpenBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.say("a", 1)
		time.Sleep(time.Second) // its outcome is in no hurry
		synctest.Wait()
		f, err := r.engine.Figures(t.Context())
		if err != nil || f.Webhooks != 1 || f.Waiting != 0 || f.Open+f.HalfOpen != 0 || !f.OldestAt.IsZero() || f.Resident != 0 {
			t.Errorf("nothing waits, but %+v, %v", f, err)
		}
		began := time.Now()
		r.recv.answer = always(nobody)
		for _, chat := range []string{"a", "b", "c", "d", "e", "f"} {
			r.say(chat, 1)
		}
		synctest.Wait()
		f, err = r.engine.Figures(t.Context())
		if err != nil || f.Waiting != 6 || f.Open+f.HalfOpen != 1 || f.Flying != 0 || f.OldestAt.Before(began.Truncate(time.Millisecond)) {
			t.Errorf("six wait for a host that is down, but %+v, %v", f, err)
		}
		r.stop()
		if _, err := r.engine.Figures(t.Context()); err == nil {
			t.Error("an engine that has ended tells figures")
		}
	})
}
