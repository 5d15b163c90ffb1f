package session

import (
	"errors"
	"strconv"
	"testing"
)

func asked(r *Recent[string, string], k, answer string) (got string, again bool) {
	got, _ = r.Of(k, func() (string, error) { again = true; return answer, nil })
	return got, again
}

func TestRecentAsksOnce(t *testing.T) {
	r := NewRecent[string, string](4)
	if _, err := r.Of("a", func() (string, error) { return "", errors.New("down") }); err == nil {
		t.Error("no error")
	}
	for i, want := range []bool{true, false} {
		if got, again := asked(r, "a", "1"); got != "1" || again != want {
			t.Errorf("%d: %q, asked %v", i, got, again)
		}
	}
	r.Forget("a")
	if got, _ := asked(r, "a", "2"); got != "2" {
		t.Errorf("after a change: %q", got)
	}
	r.Forget()
	if got, _ := asked(r, "a", "3"); got != "3" {
		t.Errorf("after all changed: %q", got)
	}
}

func TestRecentIsBounded(t *testing.T) {
	r := NewRecent[string, string](8)
	for i := range 100 {
		asked(r, strconv.Itoa(i), "x")
		if _, again := asked(r, "often", "x"); again && i > 0 {
			t.Fatalf("what is asked for often was forgotten after %d", i)
		}
	}
	if n := len(r.young) + len(r.old); n > 8 {
		t.Errorf("%d are remembered", n)
	}
	if _, again := asked(r, "0", "x"); !again {
		t.Error("the oldest was not forgotten")
	}
}

func TestRecentKeepsNoAnswerFromBeforeAChange(t *testing.T) {
	r := NewRecent[string, string](8)
	_, _ = r.Of("a", func() (string, error) { r.Forget("a"); return "before", nil })
	if got, _ := asked(r, "a", "after"); got != "after" {
		t.Errorf("%q", got)
	}
}
