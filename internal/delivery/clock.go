package delivery

import "time"

// waits is the message clock: how long an event waits after its nth refusal (contract.md §5.6).
var waits = [...]time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

const (
	maxTries      = len(waits) + 1 // the twelfth refusal ends the delivery
	stepAside     = 5              // refusals after which an ordered key no longer waits for its event
	maxRetryAfter = time.Hour
	localWait     = time.Second // after a fault of our own

	firstProbe = 5 * time.Second
	lastProbe  = 5 * time.Minute // and no later: so long may a recovery go unnoticed

	bestEffortLife = time.Minute // a best-effort event is dropped undelivered after this
)

// jittered spreads a wait by ±20 %; r is in [0, 1).
func jittered(d time.Duration, r float64) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*r))
}

// after is the wait before the next try of a message that has spent n tries (1-based).
func after(n int, r float64) time.Duration { return jittered(waits[min(n, len(waits))-1], r) }

// probeWait is the wait before the nth probe of an open breaker (0-based). It grows to 250 s, which the jitter makes 300 s at most.
func probeWait(n int, r float64) time.Duration {
	return jittered(min(firstProbe<<min(n, 10), lastProbe*5/6), r)
}
