package main

import (
	"slices"
	"time"
)

// quantile returns the time in milliseconds that a share q of all did not exceed; 0 of none.
func quantile(times []time.Duration, q float64) float64 {
	if len(times) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(times))
	i := min(len(s)-1, int(q*float64(len(s))))
	return float64(s[i].Nanoseconds()) / 1e6
}
