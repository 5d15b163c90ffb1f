package webhook

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Defaults and bounds of contract.md §2.8.
const (
	defaultTimeout  = 15 // seconds
	maxTimeout      = 30
	defaultInFlight = 8
	maxInFlight     = 64
	maxRate         = 1000 // requests per second
	maxDescription  = 256  // characters
)

func checkDescription(s string) error {
	if utf8.RuneCountInString(s) > maxDescription {
		return fault.New(fault.Invalid, "description must be at most %d characters", maxDescription)
	}
	return nil
}

func checkOrdering(s string) error {
	switch Ordering(s) {
	case Ordered, Strict, FIFO, Parallel:
		return nil
	}
	return fault.New(fault.Invalid, "ordering must be one of ordered, strict, fifo, parallel")
}

func between(field string, n, low, high int) error {
	if n < low || n > high {
		return fault.New(fault.Invalid, "%s must be between %d and %d", field, low, high)
	}
	return nil
}

func checkTimeout(n int) error  { return between("timeout_seconds", n, 1, maxTimeout) }
func checkInFlight(n int) error { return between("max_in_flight", n, 1, maxInFlight) }
func checkRate(n int) error     { return between("rate_limit", n, 1, maxRate) }

func checkVersion(n int) error {
	if n < 1 || n > event.Version {
		return fault.New(fault.Invalid, "version must be %d", event.Version)
	}
	return nil
}

// parseInclude drops duplicates and keeps the order of the catalogue, so that equal wishes are equal lists.
func parseInclude(given []string) ([]event.Include, error) {
	all := []event.Include{event.IncludeRaw, event.IncludeThumbnail}
	list := make([]event.Include, 0, len(all))
	for _, entry := range given {
		if !slices.Contains(all, event.Include(entry)) {
			return nil, fault.New(fault.Invalid, `Unknown include "%s"; it must be raw or thumbnail`, strings.ToValidUTF8(entry, "?"))
		}
	}
	for _, i := range all {
		if slices.Contains(given, string(i)) {
			list = append(list, i)
		}
	}
	return list, nil
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
