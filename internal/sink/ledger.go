package sink

import (
	"slices"
	"sort"
	"time"
)

// The bounds of the memory, about 150 MB in all.
const (
	remembered = 1 << 20 // events by id, to know what comes twice; the oldest are forgotten
	mostKeys   = 1 << 18 // ordering keys
	mostSpans  = 1 << 16 // runs of sequence numbers per device
)

// ledger keeps what was accepted.
type ledger struct {
	begun, first, last time.Time

	requests   int // accepted, duplicates and replays included
	events     int // different ones
	refused    int // on purpose
	replays    int
	duplicates int
	forgotten  int
	types      map[string]int
	seen       map[[16]byte]struct{}
	ring       [][16]byte
	next       int
	devices    map[string]*numbers
	again      map[string]*numbers // of replays
	newest     map[string]int64    // per key: highest sequence number
	inversions int
	untracked  int // events of keys beyond the bound
	recorded   latencies
	happened   latencies
	problems   Problems
}

func newLedger(now time.Time) *ledger {
	return &ledger{begun: now, types: map[string]int{}, seen: map[[16]byte]struct{}{}, devices: map[string]*numbers{}, again: map[string]*numbers{}, newest: map[string]int64{}}
}

func (l *ledger) wrong(v verdict) {
	switch v {
	case unsigned:
		l.problems.Unsigned++
	case stale:
		l.problems.Stale++
	default:
		l.problems.Forged++
	}
}

// enter takes an accepted event.
func (l *ledger) enter(n notice) {
	l.requests++
	if l.first.IsZero() {
		l.first = n.at
	}
	l.last = n.at
	_, twice := l.seen[n.id]
	switch {
	case n.replayed:
		l.replay(n, twice)
		return
	case twice:
		l.duplicates++
		return
	}
	l.remember(n.id)
	l.events++
	l.types[n.typ]++
	l.recorded.add(n.at.Sub(n.recorded))
	if n.live && !n.happened.IsZero() {
		l.happened.add(n.at.Sub(n.happened))
	}
	if n.sequence == 0 {
		return
	}
	number(l.devices, n)
	l.order(n)
}

// replay takes an event that was sent again: it is neither late, nor a duplicate, nor out of order. It closes a gap, and makes
// none: a replay may be of any part of the log.
func (l *ledger) replay(n notice, known bool) {
	l.replays++
	if n.sequence != 0 {
		number(l.again, n)
	}
	if known {
		return
	}
	l.remember(n.id)
	l.events++
	l.types[n.typ]++
}

func number(devices map[string]*numbers, n notice) {
	d := devices[n.device]
	if d == nil {
		d = &numbers{}
		devices[n.device] = d
	}
	d.add(n.sequence)
}

func (l *ledger) order(n notice) {
	newest, known := l.newest[n.key]
	switch {
	case known && n.sequence < newest:
		l.inversions++
	case known || len(l.newest) < mostKeys:
		l.newest[n.key] = n.sequence
	default:
		l.untracked++
	}
}

func (l *ledger) remember(id [16]byte) {
	if len(l.ring) < remembered {
		l.ring = append(l.ring, id)
	} else {
		delete(l.seen, l.ring[l.next])
		l.ring[l.next] = id
		l.next = (l.next + 1) % remembered
		l.forgotten++
	}
	l.seen[id] = struct{}{}
}

// numbers are the sequence numbers of a device that have come, as runs without holes, in rising order.
type numbers struct{ spans []span }

type span struct{ from, to int64 }

func (s *numbers) add(n int64) {
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].to >= n-1 }) // the first that n may extend or lies in
	if i == len(s.spans) {
		s.spans = append(s.spans, span{n, n})
		s.forget()
		return
	}
	switch p := &s.spans[i]; {
	case n < p.from-1:
		s.spans = slices.Insert(s.spans, i, span{n, n})
		s.forget()
	case n == p.from-1:
		p.from = n
	case n == p.to+1:
		p.to = n
		if i+1 < len(s.spans) && s.spans[i+1].from == n+1 {
			p.to = s.spans[i+1].to
			s.spans = slices.Delete(s.spans, i+1, i+2)
		}
	}
}

// forget closes the oldest hole when there are too many.
func (s *numbers) forget() {
	if len(s.spans) > mostSpans {
		s.spans[1].from = s.spans[0].from
		s.spans = s.spans[1:]
	}
}

// gaps returns the holes between the first and the last number, but for what came again.
func (s *numbers) gaps(again *numbers) (holes []Gap, missing int64) {
	for i := 1; i < len(s.spans); i++ {
		holes = append(holes, again.lacks(s.spans[i-1].to+1, s.spans[i].from-1)...)
	}
	for _, g := range holes {
		missing += g.To - g.From + 1
	}
	return holes, missing
}

// lacks returns what is not there of a run.
func (s *numbers) lacks(from, to int64) (list []Gap) {
	if s != nil {
		i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].to >= from })
		for ; i < len(s.spans) && s.spans[i].from <= to; i++ {
			if p := s.spans[i]; p.from > from {
				list = append(list, Gap{from, p.from - 1})
			}
			from = s.spans[i].to + 1
		}
	}
	if from <= to {
		list = append(list, Gap{from, to})
	}
	return list
}
