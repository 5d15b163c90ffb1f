package delivery

import (
	"time"

	"wapost/internal/event"
)

const (
	pagesKept = 16
	bytesKept = 16 << 20
	pageLife  = 10 * time.Second // what the retention deletes meanwhile may still be sent for so long

	lonelyMost = 4  // pages in a row that served one webhook only, after which it reads what it wants alone
	lonelyFor  = 12 // after so many in all it tries again to read with the others
)

// pages are parts of the log that webhooks which are behind read together. After an outage many of them go through the same
// part at the same pace; if each asked for its own events, each would have the database pass over those of all the others.
type pages struct {
	kept   []*logPage // oldest first
	bytes  int
	coming []*pageRead
	sweeps bool // a timer is set for what has become too old
}

// logPage is what the log holds above after, up to last.
type logPage struct {
	after, last int64
	of          map[int64][]*event.Recorded // by account
	bytes       int
	at          time.Time
}

// pageRead is a page on its way, and who waits for it.
type pageRead struct {
	after   int64
	readers []pageReader
}

type pageReader struct {
	endpoint *endpoint
	then     func(events []*event.Recorded, last int64)
}

func (g *logPage) covers(position int64) bool { return g.after <= position && position < g.last }

// readTogether gets the page of a webhook's place in the log from memory, or from a read under way, or begins one. then gets
// the events of the account up to last, among them some that the webhook has seen; last may be no further than it is.
func (e *Engine) readTogether(p *endpoint, to int64, then func(events []*event.Recorded, last int64)) {
	from, now := p.position, time.Now()
	e.pages.drop(now)
	for _, g := range e.pages.kept {
		if g.covers(from) {
			p.lonely = 0
			then(g.of[p.hook.AccountID], g.last)
			return
		}
	}
	for _, r := range e.pages.coming {
		if r.after <= from && from < r.after+page {
			r.readers = append(r.readers, pageReader{p, then})
			return
		}
	}
	r := &pageRead{after: from, readers: []pageReader{{p, then}}}
	e.pages.coming = append(e.pages.coming, r)
	e.read(0, "", from, to, page, func(events []*event.Recorded) { e.pageCame(r, to, events) })
}

func (e *Engine) pageCame(r *pageRead, to int64, events []*event.Recorded) {
	g := &logPage{after: r.after, last: to, of: map[int64][]*event.Recorded{}, at: time.Now()}
	if len(events) == page {
		g.last = events[page-1].Seq
	}
	for _, ev := range events {
		g.of[ev.AccountID] = append(g.of[ev.AccountID], ev)
		g.bytes += len(ev.Body)
	}
	e.pages.came(r, g)
	if !e.pages.sweeps {
		e.pages.sweeps = true
		e.timers.at(g.at.Add(pageLife), e.sweepPages)
	}
	for _, reader := range r.readers {
		p := reader.endpoint
		p.lonely++
		if len(r.readers) > 1 {
			p.lonely = 0
		}
		reader.then(g.of[p.hook.AccountID], g.last)
	}
}

// sweepPages forgets what has become too old, until nothing is left.
func (e *Engine) sweepPages() {
	now := time.Now()
	e.pages.drop(now)
	if e.pages.sweeps = len(e.pages.kept) > 0; e.pages.sweeps {
		e.timers.at(now.Add(pageLife), e.sweepPages)
	}
}

// came keeps a page instead of the oldest ones.
func (s *pages) came(r *pageRead, g *logPage) {
	for i, c := range s.coming {
		if c == r {
			s.coming = append(s.coming[:i:i], s.coming[i+1:]...)
			break
		}
	}
	s.kept = append(s.kept, g)
	s.bytes += g.bytes
	for len(s.kept) > pagesKept || s.bytes > bytesKept {
		s.dropOldest()
	}
}

// drop forgets pages that have become too old.
func (s *pages) drop(now time.Time) {
	for len(s.kept) > 0 && now.Sub(s.kept[0].at) >= pageLife {
		s.dropOldest()
	}
}

func (s *pages) dropOldest() {
	s.bytes -= s.kept[0].bytes
	s.kept[0] = nil
	s.kept = s.kept[1:]
}

// together reports whether a webhook reads with the others: one that is alone at its place does not.
func (p *endpoint) together() bool {
	if p.lonely < lonelyMost {
		return true
	}
	if p.lonely++; p.lonely > lonelyFor {
		p.lonely = 0
	}
	return false
}
