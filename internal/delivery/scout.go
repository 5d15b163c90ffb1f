package delivery

import (
	"slices"
	"time"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// Of a webhook whose breaker is open memory holds the oldest messages only, and all of them may be of keys that have failed. So
// that they do not keep the door shut for the others, a scout is sent: the first message in the log of a key that has not.

// scoutPages bounds how far one search goes. The next one goes on from there.
const scoutPages = 16

// scout looks for one, which is sent as a later probe. It does nothing while there is one, or when memory holds all that the log does.
func (e *Engine) scout(p *endpoint) {
	if p.scouting || p.scouted != nil || p.live || p.hook.Ordering == webhook.FIFO || p.entries >= mostEntries {
		return
	}
	p.scouting = true
	e.search(p, scoutPages)
}

func (e *Engine) search(p *endpoint, pages int) {
	from, to := max(p.position, p.searched), e.head
	if p.held || p.live || !p.breaker.open() || from >= to || pages == 0 {
		p.scouting = false
		return
	}
	e.read(p.hook.AccountID, p.hook.DeviceID, from, to, page, func(events []*event.Recorded) {
		if from != max(p.position, p.searched) { // a lane has gone meanwhile: messages of its key were passed over
			e.search(p, pages-1)
			return
		}
		now := time.Now()
		i := slices.IndexFunc(events, func(r *event.Recorded) bool { return p.stranger(r) && !tooOld(r, now) })
		switch {
		case i >= 0 && !p.held && p.breaker.open():
			p.searched, p.scouting = events[i].Seq, false
			e.sendScout(p, events[i])
			return
		case len(events) == page:
			p.searched = events[page-1].Seq
		default:
			p.searched = to
		}
		e.search(p, pages-1)
	})
}

// stranger reports whether an event is the first of its key that waits, and its key has not failed.
func (p *endpoint) stranger(r *event.Recorded) bool {
	_, wanted := p.hook.Wants(r)
	return wanted && !p.settled[r.Seq] && !p.suspicion.of(r.Key) && (p.hook.Ordering == webhook.Parallel || p.lanes[r.Key] == nil)
}

// sendScout puts an event into its lane before the log has brought it.
func (e *Engine) sendScout(p *endpoint, r *event.Recorded) {
	include, _ := p.hook.Wants(r)
	p.scouted = &entry{seq: r.Seq, at: r.At, include: include}
	p.enqueue(p.scouted, r.Key)
	e.ready(p, p.scouted.lane)
}

// meet is what the log does when it comes to the scout, whose outcome is not stored yet: from now on it holds the cursor.
func (p *endpoint) meet() {
	s := p.scouted
	p.scouted = nil
	p.unpark(s.lane) // it counts what is in the window
	s.windowed = true
	p.window = append(p.window, s)
	p.waiting++
}

// pass notes that the cursor may pass an entry. One that the log has yet to bring is marked, so that it does not bring it again.
func (p *endpoint) pass(e *entry) {
	if e == p.scouted {
		p.scouted, p.settled[e.seq] = nil, true
	}
	if e.seq <= p.position {
		p.newest = max(p.newest, e.seq)
	}
	p.leaveWindow(e)
	p.trim()
}

// dropLane forgets a lane in which nothing waits.
func (p *endpoint) dropLane(l *lane) {
	delete(p.lanes, l.key)
	p.searched = 0
}
