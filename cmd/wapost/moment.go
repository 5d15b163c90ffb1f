package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// moment is a time on the command line: RFC 3339, or how long ago it was (90s, 15m, 2h, 3d).
type moment struct{ time.Time }

var errMoment = errors.New("give a time such as 2025-12-17T10:30:00Z, or how long ago it was: 15m, 2h, 3d")

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *moment) UnmarshalText(b []byte) error {
	text := string(b)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		m.Time = at.UTC()
		return nil
	}
	ago, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		ago = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || ago < 0 {
		return errMoment
	}
	m.Time = time.Now().Add(-ago).UTC()
	return nil
}
