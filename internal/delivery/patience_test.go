package delivery_test

import (
	"testing"
	"testing/synctest"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// patientStore notes which batches the engine is in no hurry for, and holds those back until it is told that something waits.
type patientStore struct {
	delivery.Store
	calm    int
	held    []func()
	hurries int
}

func (s *patientStore) Settle(b delivery.Batch, done func(error)) {
	if b.Patient {
		s.calm++
		s.held = append(s.held, func() { s.Store.Settle(b, done) })
		return
	}
	if len(s.held) > 0 {
		s.hurries++
	}
	for _, f := range s.held {
		f()
	}
	s.held = nil
	s.Store.Settle(b, done)
}

func TestOutcomesBehindWhichNothingWaitsAreInNoHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		s := &patientStore{}
		r.wrap = func(inner delivery.Store) delivery.Store { s.Store = inner; return s }
		r.restart()
		r.hook(1, webhook.Ordered)
		y := newTally(t)
		gate := make(chan struct{})
		r.recv.set(func(q delivery.Request) delivery.Outcome {
			if chat, _ := content(t, q); chat == "c" {
				<-gate
			}
			return y.accept(q)
		})
		r.say("a", 1)
		synctest.Wait()
		if s.calm != 1 || s.hurries != 0 {
			t.Errorf("%d patient batches, %d hurries; want 1 and 0", s.calm, s.hurries)
		}
		r.say("b", 1) // another chat need not wait for it
		synctest.Wait()
		if s.calm != 2 || s.hurries != 0 {
			t.Errorf("after another chat: %d patient batches, %d hurries; want 2 and 0", s.calm, s.hurries)
		}
		r.say("a", 1)
		synctest.Wait()
		if s.hurries != 1 {
			t.Errorf("%d hurries for a message whose chat waits for an outcome; want 1", s.hurries)
		}
		y.check(1, 3)
		r.say("c", 2)
		synctest.Wait()
		close(gate)
		synctest.Wait()
		y.check(1, 5) // the second does not wait for the patience of the first
		r.stop()
	})
}
