package metrics

import (
	"bytes"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"wapost/internal/event"
)

func (m *Metrics) makeEvents() {
	recorded := m.counters("wapost_events_recorded_total", "Events on disk.", "type")
	m.events, m.others = map[event.Type]prometheus.Counter{}, recorded.WithLabelValues("other")
	for _, e := range event.Catalogue() {
		m.events[e.Type] = recorded.WithLabelValues(string(e.Type))
	}
	m.eventLag = m.histogram("wapost_event_lag_seconds",
		"From WhatsApp's time of a live event until it was on disk. WhatsApp gives whole seconds, so this reads up to one too high.", lagBuckets())
	m.eventSeen = m.histogram("wapost_event_commit_seconds", "From the arrival of an event here until it was on disk.", lagBuckets())
}

// Recorded counts committed events. It does not block: it may run on the writer's goroutine.
func (m *Metrics) Recorded(events []*event.Recorded) {
	now := time.Now()
	for _, r := range events {
		if c := m.events[r.Type]; c != nil {
			c.Inc()
		} else {
			m.others.Inc()
		}
		if seen, ok := seenAt(r.ID); ok {
			m.eventSeen.Observe(since(now, seen))
		}
		// Only what WhatsApp sent and waits to be acknowledged says how late we are.
		if at, live := happened(r.Body); live && r.Class == event.Durable {
			m.eventLag.Observe(since(now, at))
		}
	}
}

// since is the time that has passed, never less than none: clocks differ.
func since(now, then time.Time) float64 { return max(0, now.Sub(then).Seconds()) }

// seenAt reads the time out of an event's id.
func seenAt(id string) (time.Time, bool) {
	u, err := uuid.Parse(strings.TrimPrefix(id, "evt_"))
	if err != nil || u.Version() != 7 {
		return time.Time{}, false
	}
	sec, nsec := u.Time().UnixTime()
	return time.Unix(sec, nsec), true
}

// happened reads the time of an envelope, and whether it arrived live, from its first members. Decoding whole bodies on the
// writer's goroutine would slow every commit.
func happened(body []byte) (at time.Time, live bool) {
	const head = 400 // id, type, version, timestamp, device, sequence and origin take less
	body = body[:min(len(body), head)]
	_, rest, found := bytes.Cut(body, []byte(`"timestamp":"`))
	if !found || len(rest) < len(event.TimeLayout) {
		return time.Time{}, false
	}
	at, err := time.Parse(event.TimeLayout, string(rest[:len(event.TimeLayout)]))
	return at, err == nil && bytes.Contains(rest, []byte(`"origin":"live"`))
}
