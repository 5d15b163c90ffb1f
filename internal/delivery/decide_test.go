package delivery

import (
	"testing"
	"time"

	"wapost/internal/webhook"
)

func TestDecide(t *testing.T) {
	const middle = 0.5 // no jitter
	for _, c := range []struct {
		behaviour string
		outcome   Outcome
		tries     int
		ordering  webhook.Ordering
		want      Verdict
	}{
		{"2xx is delivered and spends nothing", Outcome{Status: 204}, 3, webhook.Ordered,
			Verdict{Action: Delivered, Tries: 3}},
		{"500 waits five seconds first", Outcome{Status: 500, Class: ClassServerError}, 0, webhook.Ordered,
			Verdict{Action: RetryLater, Charge: ToEndpoint, Tries: 1, Wait: 5 * time.Second}},
		{"400 is charged to the message", Outcome{Status: 400, Class: ClassRefused}, 1, webhook.Ordered,
			Verdict{Action: RetryLater, Charge: ToMessage, Tries: 2, Wait: 30 * time.Second}},
		{"302 is charged to the endpoint", Outcome{Status: 302, Class: ClassRedirect}, 0, webhook.Ordered,
			Verdict{Action: RetryLater, Charge: ToEndpoint, Tries: 1, Wait: 5 * time.Second}},
		{"429 with Retry-After waits as told", Outcome{Status: 429, Class: ClassThrottled, RetryAfter: time.Minute}, 0, webhook.Ordered,
			Verdict{Action: RetryLater, Charge: ToEndpoint, Tries: 1, Wait: time.Minute}},
		{"Retry-After only lengthens the wait", Outcome{Status: 503, Class: ClassServerError, RetryAfter: time.Second}, 3, webhook.Strict,
			Verdict{Action: RetryLater, Charge: ToEndpoint, Tries: 4, Wait: 10 * time.Minute}},
		{"Retry-After is at most an hour", Outcome{Status: 429, Class: ClassThrottled, RetryAfter: 30 * time.Hour}, 0, webhook.Ordered,
			Verdict{Action: RetryLater, Charge: ToEndpoint, Tries: 1, Wait: time.Hour}},
		{"410 disables the webhook", Outcome{Status: 410, Class: ClassGone}, 2, webhook.Ordered,
			Verdict{Action: DisableHook, Charge: ToEndpoint, Tries: 2}},
		{"the fifth refusal steps aside", Outcome{Status: 422, Class: ClassRefused}, 4, webhook.Ordered,
			Verdict{Action: StepAside, Charge: ToMessage, Tries: 5, Wait: 30 * time.Minute}},
		{"a strict key waits on", Outcome{Status: 422, Class: ClassRefused}, 4, webhook.Strict,
			Verdict{Action: RetryLater, Charge: ToMessage, Tries: 5, Wait: 30 * time.Minute}},
		{"the twelfth refusal gives up", Outcome{Status: 422, Class: ClassRefused}, 11, webhook.Strict,
			Verdict{Action: GiveUp, Charge: ToMessage, Tries: 12}},
		{"our own fault costs nothing", Outcome{Class: ClassLocal}, 11, webhook.Ordered,
			Verdict{Action: RetryLater, Charge: ToNobody, Tries: 11, Wait: time.Second}},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			if got := Decide(c.outcome, c.tries, c.ordering, middle); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestMessageClockLastsThreeDays(t *testing.T) {
	var sum time.Duration
	for n := 1; n < maxTries; n++ {
		sum += after(n, 0.5)
	}
	if sum < 70*time.Hour || sum > 72*time.Hour {
		t.Errorf("the message clock runs %v, want about 71 h", sum)
	}
	if nextRetry(maxTries-2) != 24*time.Hour || nextRetry(maxTries-1) != 0 {
		t.Error("the last try must announce no next one")
	}
}

func TestJitterStaysWithinTwentyPercent(t *testing.T) {
	if jittered(100, 0) != 80 || jittered(100, 0.999999999) > 120 {
		t.Errorf("got %d to %d, want 80 to 120", jittered(100, 0), jittered(100, 0.999999999))
	}
}

func TestBreaker(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	t.Run("opens after five failures in a row", func(t *testing.T) {
		var b breaker
		for n := 1; n <= failuresInRow; n++ {
			if opened := b.fail(now, 0, 0.5); opened != (n == failuresInRow) {
				t.Fatalf("failure %d: opened %v", n, opened)
			}
		}
		if want := now.Add(firstProbe); !b.probeAt.Equal(want) {
			t.Errorf("first probe at %v, want %v", b.probeAt, want)
		}
	})
	t.Run("a success in between starts the count again", func(t *testing.T) {
		var b breaker
		for range 3 {
			for range failuresInRow - 1 {
				b.fail(now, 0, 0.5)
			}
			b.succeed(now)
		}
		if b.open() {
			t.Error("open although never five in a row nor 70 % of 20")
		}
	})
	t.Run("opens when most of a minute failed", func(t *testing.T) {
		var b breaker
		opened := false
		for n := 0; n < 30 && !opened; n++ {
			if n%4 == 3 {
				b.succeed(now.Add(time.Duration(n) * time.Second))
				continue
			}
			opened = b.fail(now.Add(time.Duration(n)*time.Second), 0, 0.5)
		}
		if !opened {
			t.Error("closed although three of four failed")
		}
	})
	t.Run("old failures are forgotten", func(t *testing.T) {
		var b breaker
		for n := range 19 {
			b.fail(now, 0, 0.5)
			if n%4 == 3 {
				b.succeed(now)
			}
			b.openedAt = time.Time{}
		}
		b.succeed(now)
		if b.fail(now.Add(2*sampleTime), 0, 0.5) {
			t.Error("opened by failures of two minutes ago")
		}
	})
	t.Run("probes double up to five minutes", func(t *testing.T) {
		var b breaker
		for range failuresInRow {
			b.fail(now, 0, 0.5)
		}
		want := firstProbe
		for range 12 {
			if got := b.probeAt.Sub(now); got != want {
				t.Fatalf("probe after %v, want %v", got, want)
			}
			want = min(2*want, 250*time.Second)
			b.fail(now, 0, 0.5)
		}
		b.fail(now, 0, 0.999_999)
		if got := b.probeAt.Sub(now); got > 5*time.Minute || got < 299*time.Second {
			t.Errorf("with the longest jitter a probe after %v", got)
		}
	})
	t.Run("five days without a success end the hope", func(t *testing.T) {
		b := breaker{openedAt: now, lastSuccess: now.Add(-time.Hour)}
		if b.beyondHope(now.Add(4*24*time.Hour), now) {
			t.Error("too early")
		}
		if !b.beyondHope(now.Add(5*24*time.Hour), now) {
			t.Error("not after five days")
		}
	})
}
