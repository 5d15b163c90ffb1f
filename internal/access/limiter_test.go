package access

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/fault"
)

func TestLimiterAllowsTheBurstThenTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, rate := NewLimiter(10), Rate{PerSecond: 100, Burst: 200}
		spend(t, l, "a", rate, 200)
		var e *fault.Error
		if err := l.Take("a", rate); !errors.As(err, &e) || e.Kind != fault.Throttled {
			t.Fatalf("request 201: %v", err)
		}
		if e.Sentence != "Rate limit exceeded; retry after 1 s" || e.RetryAfter != time.Second {
			t.Errorf("%q, %v", e.Sentence, e.RetryAfter)
		}
		spend(t, l, "b", rate, 200) // another credential is not touched
		time.Sleep(time.Second)
		spend(t, l, "a", rate, 100)
		if err := l.Take("a", rate); err == nil {
			t.Error("more than the rate after a second")
		}
		time.Sleep(time.Hour)
		spend(t, l, "a", rate, 200)
		if err := l.Take("a", rate); err == nil {
			t.Error("an idle hour saved up more than the burst")
		}
	})
}

func TestLimiterTellsHowLongToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, rate := NewLimiter(10), PerMinute(10)
		spend(t, l, "a", rate, 10)
		err := l.Take("a", rate)
		if err == nil || err.Error() != "Rate limit exceeded; retry after 6 s" {
			t.Fatalf("got %v", err)
		}
		time.Sleep(6 * time.Second)
		if err := l.Take("a", rate); err != nil {
			t.Errorf("after the announced wait: %v", err)
		}
	})
}

func TestLimiterForgetsTheLongestUnused(t *testing.T) {
	l := NewLimiter(3)
	for i := range 100 {
		spend(t, l, fmt.Sprint(i), PerHour(1), 1)
	}
	if len(l.buckets) != 3 || l.recent.Len() != 3 {
		t.Errorf("%d keys remembered", len(l.buckets))
	}
	if err := l.Take("99", PerHour(1)); err == nil {
		t.Error("the latest key was forgotten")
	}
}

func spend(t *testing.T, l *Limiter, key string, r Rate, n int) {
	t.Helper()
	for i := range n {
		if err := l.Take(key, r); err != nil {
			t.Fatalf("request %d of %d: %v", i+1, n, err)
		}
	}
}
