package sink

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is the ledger in numbers.
type Report struct {
	Since    time.Time  `json:"since"`
	First    *time.Time `json:"first_at"`
	Last     *time.Time `json:"last_at"`
	Requests int        `json:"requests"` // accepted, duplicates and replays included
	Refused  int        `json:"refused_on_purpose"`
	Events   int        `json:"events"` // different ones
	PerSec   float64    `json:"events_per_second"`

	Replays    int            `json:"replays"` // sent again on somebody's wish (webhook-replay); whatever their order
	Duplicates int            `json:"duplicates"`
	Forgotten  int            `json:"forgotten"` // events whose repetition would not be noticed any more
	Missing    int64          `json:"missing"`   // sequence numbers between the first and the last that never came
	Gaps       []DeviceGaps   `json:"gaps"`
	Inversions int            `json:"inversions"` // events that came after a later one of their chat
	Untracked  int            `json:"untracked"`  // events whose order was not watched: too many chats
	Types      map[string]int `json:"types"`

	FromRecorded *Latency `json:"recorded_to_received_ms"`
	FromWhatsApp *Latency `json:"whatsapp_to_received_ms"` // WhatsApp gives whole seconds

	SignaturesJudged bool     `json:"signatures_judged"`
	Problems         Problems `json:"problems"`
}

// DeviceGaps are the holes in the numbers of one device, the first hundred.
type DeviceGaps struct {
	Device  string `json:"device_id"`
	First   int64  `json:"first"`
	Last    int64  `json:"last"`
	Missing int64  `json:"missing"`
	Gaps    []Gap  `json:"gaps"`
}

// Gap is a run of sequence numbers that never came.
type Gap struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Latency in milliseconds, precise to five percent. Negative counts those below zero: clocks that differ.
type Latency struct {
	P50      float64 `json:"p50"`
	P95      float64 `json:"p95"`
	P99      float64 `json:"p99"`
	Max      float64 `json:"max"`
	Negative int     `json:"negative,omitempty"`
}

// Problems are requests that no correct gateway sends.
type Problems struct {
	Unsigned   int `json:"unsigned"`
	Forged     int `json:"forged"`     // a signature does not match
	Stale      int `json:"stale"`      // the timestamp is more than five minutes off
	Malformed  int `json:"malformed"`  // not as in the contract
	Unreadable int `json:"unreadable"` // the body ended early
}

const mostGaps = 100 // shown per device

func (l *ledger) report(now time.Time, judged bool) Report {
	r := Report{Since: l.begun, Requests: l.requests, Refused: l.refused, Events: l.events, Replays: l.replays, Duplicates: l.duplicates,
		Forgotten: l.forgotten, Inversions: l.inversions, Untracked: l.untracked, Types: maps.Clone(l.types), Gaps: []DeviceGaps{},
		FromRecorded: l.recorded.view(), FromWhatsApp: l.happened.view(), SignaturesJudged: judged, Problems: l.problems}
	if !l.first.IsZero() {
		first, last := l.first, l.last
		r.First, r.Last = &first, &last
		if took := last.Sub(first); took > 0 {
			r.PerSec = float64(r.Events-1) / took.Seconds()
		}
	}
	for _, device := range slices.Sorted(maps.Keys(l.devices)) {
		d := l.devices[device]
		holes, missing := d.gaps(l.again[device])
		if missing == 0 {
			continue
		}
		r.Missing += missing
		r.Gaps = append(r.Gaps, DeviceGaps{Device: device, First: d.spans[0].from, Last: d.spans[len(d.spans)-1].to, Missing: missing, Gaps: holes[:min(len(holes), mostGaps)]})
	}
	return r
}

// Faults says in words what a gateway that keeps its promise does not do; none = nothing to complain about. Duplicates are
// no fault: at least once allows them.
func (r Report) Faults() []string {
	var list []string
	add := func(n int64, what string) {
		if n > 0 {
			list = append(list, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(r.Missing, "missing")
	add(int64(r.Inversions), "out of order")
	add(int64(r.Problems.Unsigned), "unsigned")
	add(int64(r.Problems.Forged), "with a wrong signature")
	add(int64(r.Problems.Stale), "with a stale timestamp")
	add(int64(r.Problems.Malformed), "malformed")
	add(int64(r.Problems.Unreadable), "cut short")
	return list
}

// Line is the report in one line.
func (r Report) Line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d events", r.Events)
	if r.Duplicates > 0 {
		fmt.Fprintf(&b, ", %d duplicates", r.Duplicates)
	}
	if r.Replays > 0 {
		fmt.Fprintf(&b, ", %d replayed", r.Replays)
	}
	if r.Refused > 0 {
		fmt.Fprintf(&b, ", %d refused on purpose", r.Refused)
	}
	if l := r.FromRecorded; l != nil {
		fmt.Fprintf(&b, ", p50 %.1f ms, p99 %.1f ms", l.P50, l.P99)
	}
	if faults := r.Faults(); len(faults) > 0 {
		fmt.Fprintf(&b, "; %s", strings.Join(faults, ", "))
	}
	return b.String()
}
