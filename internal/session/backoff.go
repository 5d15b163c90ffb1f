package session

import (
	"math/rand/v2"
	"time"
)

// The waits between two tries of a device (whatsapp.md §7).
const (
	firstWait  = 500 * time.Millisecond
	storeWait  = time.Second // after a refusal: storage needs a moment more than a network
	longestTry = 5 * time.Minute
)

// backoff returns the wait before a try after so many failures in a row: base, doubling, capped, with full jitter, so that
// many devices cut off at once do not come back at once. The first try is immediate: what was being sent waits for it.
func backoff(failures int, base time.Duration) time.Duration {
	if failures <= 0 {
		return 0
	}
	ceiling := longestTry
	if shift := failures - 1; shift < 16 && base<<shift < longestTry {
		ceiling = base << shift
	}
	return jitter(ceiling)
}

// jitter returns a random part of d, never nothing.
func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d) + time.Millisecond
}
