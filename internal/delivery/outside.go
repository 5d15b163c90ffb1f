package delivery

import (
	"slices"
	"time"
)

// The triggers of attempts that are made beside the engine.
const (
	Manual Trigger = "manual"
	Replay Trigger = "replay"
)

// Settled tells the engine that somebody else has delivered an event, and has stored that. inLane says that the engine had
// tried the event before and meant to try it again. It never blocks.
func (e *Engine) Settled(webhookID, seq int64, inLane bool) {
	e.call(func() { e.settledOutside(webhookID, seq, inLane, false) })
}

// Tried tells the engine how many attempts there were of a delivery that it means to try again, so that it counts on from
// there. It never blocks.
func (e *Engine) Tried(webhookID, seq int64, attempts int) {
	e.call(func() {
		p := e.endpoints[webhookID]
		if p == nil {
			return
		}
		if en := p.find(seq, true); en != nil && en.stored { // without a row, attempts would say that there is one
			en.attempts = max(en.attempts, attempts)
		}
	})
}

// settledOutside takes the entry out of its lane. An attempt of our own that is on the wire at the same time ends first:
// raced then says that it may have written a row.
func (e *Engine) settledOutside(id, seq int64, inLane, raced bool) {
	if _, busy := e.loading[id]; busy {
		e.loading[id] = true // what is being read may be older
	}
	p := e.endpoints[id]
	if p == nil {
		return // it is read from the database when it comes back
	}
	en := p.find(seq, inLane || raced)
	switch {
	case en == nil && seq > p.position:
		p.settled[seq] = true // the log has yet to bring it
		return
	case en == nil:
		return
	case en.lane.busy && en.lane.head() == en:
		e.timers.at(time.Now().Add(raceWait), func() { e.settledOutside(id, seq, inLane, true) })
		return
	}
	if raced && en.stored {
		e.batch.Successes = append(e.batch.Successes, Success{Webhook: id, Seq: seq, HadRow: true, Beside: true})
	}
	e.takeOut(p, en)
}

// raceWait is how often it is looked whether an attempt of our own has ended.
const raceWait = 100 * time.Millisecond

// find returns the entry of an event that is not settled. Only entries that were refused before may be missing from the
// window, so only for those all lanes are searched.
func (p *endpoint) find(seq int64, refused bool) *entry {
	i, ok := slices.BinarySearchFunc(p.window, seq, func(en *entry, seq int64) int { return int(en.seq - seq) })
	if ok && !p.window[i].settled {
		return p.window[i]
	}
	if p.scouted != nil && p.scouted.seq == seq {
		return p.scouted
	}
	if !refused {
		return nil
	}
	for _, l := range p.lanes {
		for _, en := range l.queue {
			if en.seq == seq && !en.settled {
				return en
			}
		}
	}
	return nil
}

// takeOut removes an entry that waits, wherever in its lane it stands.
func (e *Engine) takeOut(p *endpoint, en *entry) {
	l := en.lane
	i := slices.Index(l.queue, en)
	if i < 0 {
		return // forgotten since: the webhook is being read again
	}
	p.unpark(l) // it counts by places
	l.queue = slices.Delete(l.queue, i, i+1)
	p.entries--
	if i == 0 {
		l.notTill = time.Time{} // the next one need not wait for what the head waited for
	}
	e.drop(en)
	p.settle(en)
	if len(l.queue) == 0 {
		p.dropLane(l)
	}
	e.ready(p, l)
	if len(e.unsaved) == 0 {
		e.timers.at(time.Now().Add(saveSoon), e.saveCursors)
	}
	e.unsaved[p] = struct{}{}
	e.fill(p)
	e.wish(p)
}
