package event

import (
	"bufio"
	"crypto/rand"
	"sync"
	"time"

	"github.com/google/uuid"
)

// New begins an event of a type: it gives it its id and the class of the catalogue.
func New(t Type) *Event {
	e := &Event{ID: NewID(), Type: t, Class: Noted, Origin: Live}
	if entry, ok := Lookup(t); ok {
		e.Class = entry.Class
	}
	return e
}

// NewID returns "evt_" and a fresh UUIDv7.
func NewID() string {
	r := random.Get().(*bufio.Reader)
	defer random.Put(r)
	return "evt_" + uuid.Must(uuid.NewV7FromReader(r)).String()
}

// random are buffers before the system's randomness: to ask it costs more than the rest of an id.
var random = sync.Pool{New: func() any { return bufio.NewReaderSize(rand.Reader, 512) }}

// Time marshals as RFC 3339 in UTC with milliseconds, the form of every time in a payload.
type Time struct{ time.Time }

// TimeOf returns t for a payload, nil when t is zero.
func TimeOf(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t}
}

// TimeLayout is RFC 3339 with exactly three decimals.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes the time as TimeLayout.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(nil, `"`+TimeLayout+`"`), nil
}

// UnmarshalJSON reads RFC 3339.
func (t *Time) UnmarshalJSON(b []byte) error { return t.Time.UnmarshalJSON(b) }
