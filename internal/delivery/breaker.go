package delivery

import (
	"time"

	"wapost/internal/webhook"
)

// The breaker opens after failuresInRow of the endpoint, or when at least shareFailed of at least minSample attempts within
// sampleTime failed (contract.md §5.6).
const (
	failuresInRow = 5
	shareFailed   = 0.7
	minSample     = 20
	sampleTime    = time.Minute
	buckets       = 6

	hopeless   = 5 * 24 * time.Hour // without a success
	minFailing = 12 * time.Hour     // and failing at least this long: the webhook is disabled
)

// breaker is the endpoint clock of one webhook. It is pure: time is an argument.
type breaker struct {
	openedAt, probeAt time.Time // zero: closed
	failures          int       // in a row
	probes            int       // since it opened
	lastSuccess       time.Time
	lastFailure       time.Time
	sample            [buckets]bucket
}

type bucket struct {
	begin         time.Time
	all, failures int
}

func restoreBreaker(b webhook.Breaker) breaker {
	return breaker{openedAt: b.OpenedAt, probeAt: b.ProbeAt, failures: b.Failures, lastSuccess: b.LastSuccess, lastFailure: b.LastFailure}
}

func (b *breaker) stored() webhook.Breaker {
	return webhook.Breaker{OpenedAt: b.openedAt, ProbeAt: b.probeAt, Failures: b.failures, LastSuccess: b.lastSuccess, LastFailure: b.lastFailure}
}

func (b *breaker) open() bool { return !b.openedAt.IsZero() }

// succeed notes a success; it reports whether that closed the breaker.
func (b *breaker) succeed(now time.Time) (closed bool) {
	closed = b.open()
	if closed {
		b.sample = [buckets]bucket{}
	}
	b.openedAt, b.probeAt, b.failures, b.probes, b.lastSuccess = time.Time{}, time.Time{}, 0, 0, now
	b.count(now, false)
	return closed
}

// fail notes a failure of the endpoint; it reports whether that opened the breaker. wait is the endpoint's own wish
// (Retry-After), which can only lengthen ours.
func (b *breaker) fail(now time.Time, wait time.Duration, r float64) (opened bool) {
	b.failures++
	b.lastFailure = now
	b.count(now, true)
	if !b.open() {
		if b.failures < failuresInRow && !b.mostlyFailing(now) {
			return false
		}
		b.openedAt, b.probes, opened = now, 0, true
	} else {
		b.probes++
	}
	b.probeAt = now.Add(max(probeWait(b.probes, r), min(wait, maxRetryAfter)))
	return opened
}

// wait puts the next probe off without calling the last one a failure of the endpoint: it answered, but refused the message.
func (b *breaker) wait(now time.Time, r float64) { b.probeAt = now.Add(probeWait(b.probes, r)) }

// beyondHope reports whether the webhook should be disabled; born is when it was created or last switched on.
func (b *breaker) beyondHope(now, born time.Time) bool {
	last := b.lastSuccess
	if last.Before(born) {
		last = born
	}
	return b.open() && now.Sub(last) >= hopeless && now.Sub(b.openedAt) >= minFailing
}

func (b *breaker) count(now time.Time, failed bool) {
	const width = sampleTime / buckets
	begin := now.Truncate(width)
	k := &b.sample[begin.UnixNano()/int64(width)%buckets]
	if !k.begin.Equal(begin) {
		*k = bucket{begin: begin}
	}
	k.all++
	if failed {
		k.failures++
	}
}

func (b *breaker) mostlyFailing(now time.Time) bool {
	all, failures := 0, 0
	for _, k := range b.sample {
		if now.Sub(k.begin) < sampleTime {
			all, failures = all+k.all, failures+k.failures
		}
	}
	return all >= minSample && float64(failures) >= shareFailed*float64(all)
}
