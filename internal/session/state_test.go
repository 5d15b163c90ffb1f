package session

import (
	"testing"
	"time"
)

func TestEveryStateCanBeLeftAndEveryTargetIsAState(t *testing.T) {
	for from, list := range transitions {
		if len(list) == 0 {
			t.Errorf("%s cannot be left", from)
		}
		for _, to := range list {
			if !to.Known() {
				t.Errorf("%s leads to %s, which is no state", from, to)
			}
			if to == from {
				t.Errorf("%s leads to itself", from)
			}
		}
	}
}

func TestALinkEndsOnlyInLoggedOut(t *testing.T) {
	for from, list := range transitions {
		for _, to := range list {
			if from.Linked() && !to.Linked() && to != LoggedOut {
				t.Errorf("%s leads to %s", from, to)
			}
		}
	}
}

func TestEveryLinkedStateCanConnectAgain(t *testing.T) {
	for from := range transitions {
		if from.Linked() && from != Connecting && !from.Allows(Connecting) {
			t.Errorf("%s cannot connect again", from)
		}
	}
}

func TestBackOffIsBoundedAndFirstAtOnce(t *testing.T) {
	if d := backoff(0, firstWait); d != 0 {
		t.Errorf("the first wait is %v", d)
	}
	for n := 1; n < 100; n++ {
		if d := backoff(n, firstWait); d <= 0 || d > longestTry+time.Millisecond {
			t.Errorf("wait %d is %v", n, d)
		}
	}
}
