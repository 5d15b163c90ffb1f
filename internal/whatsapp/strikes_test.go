package whatsapp

import "testing"

func TestStrikes(t *testing.T) {
	fail := func(s *strikes, commits uint64) bool { // one more failure; was it the last one that is allowed?
		if s.out("message|A", "A", commits) {
			return true
		}
		s.add("message|A", commits)
		return false
	}
	t.Run("the fifth failure is the last when storage works for others", func(t *testing.T) {
		var s strikes
		for n := uint64(1); n <= 4; n++ {
			if fail(&s, n) {
				t.Fatalf("out at failure %d", n)
			}
		}
		if !fail(&s, 5) {
			t.Error("not out at failure 5")
		}
	})
	t.Run("while nothing can be stored nothing is poison", func(t *testing.T) {
		var s strikes
		for range 100 {
			if fail(&s, 7) {
				t.Fatal("out although no commit succeeded in between")
			}
		}
	})
	t.Run("what the server demands is out at its next failure", func(t *testing.T) {
		var s strikes
		s.demand("A")
		if fail(&s, 1) {
			t.Fatal("out at the first failure")
		}
		if !fail(&s, 2) {
			t.Error("not out at the second")
		}
	})
	t.Run("an event that is through begins anew", func(t *testing.T) {
		var s strikes
		s.demand("A")
		fail(&s, 1)
		s.clear("message|A", "A")
		if fail(&s, 2) {
			t.Error("out although it was cleared")
		}
	})
}
