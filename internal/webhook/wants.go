package webhook

import (
	"encoding/json"
	"slices"
	"strings"

	"wapost/internal/event"
)

// Wants reports whether the webhook is to get a recorded event, judged by the filter that was in force when the event was
// recorded, and with which optional parts. It does not look at the status or the cursor: that is delivery's business.
func (w *Webhook) Wants(r *event.Recorded) (include []event.Include, ok bool) {
	if r.AccountID != w.AccountID || w.DeviceID != "" && r.DeviceID != w.DeviceID || w.concerned(r) {
		return nil, false
	}
	f := w.filterAt(r.Seq)
	if f == nil || !Matches(f.Events, r.Type) {
		return nil, false
	}
	return f.Include, true
}

// concerned reports whether a meta event is about this webhook itself, which then does not get it.
func (w *Webhook) concerned(r *event.Recorded) bool {
	if !strings.HasPrefix(string(r.Type), metaFamily) {
		return false
	}
	var body struct{ Data event.WebhookRef }
	return json.Unmarshal(r.Body, &body) == nil && body.Data.WebhookID == w.ID
}

const metaFamily = "webhook."

// filterAt returns the filter in force at seq. Events older than the first filter are judged by it: only a replay asks.
func (w *Webhook) filterAt(seq int64) *Filter {
	for i := len(w.Filters) - 1; i > 0; i-- {
		if w.Filters[i].From <= seq {
			return &w.Filters[i]
		}
	}
	if len(w.Filters) == 0 {
		return nil
	}
	return &w.Filters[0]
}

// Matches reports whether a type is wanted by a stored list of names and patterns. An empty list means every type. Explicit
// types, and types that this build does not know, are only matched by their exact name: nobody gets them by accident.
func Matches(events []string, t event.Type) bool {
	broad := len(events) == 0
	for _, e := range events {
		switch {
		case e == string(t):
			return true
		case e == allTypes:
			broad = true
		case strings.HasSuffix(e, anyMember) && strings.HasPrefix(string(t), e[:len(e)-1]):
			broad = true
		}
	}
	if !broad {
		return false
	}
	entry, known := event.Lookup(t)
	return known && !entry.Explicit
}

const (
	allTypes  = "*"
	anyMember = ".*" // the end of a family pattern
)

// sameFilter reports whether two filters want the same.
func sameFilter(a, b Filter) bool {
	return slices.Equal(a.Events, b.Events) && slices.Equal(a.Include, b.Include)
}
