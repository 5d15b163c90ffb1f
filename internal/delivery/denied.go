package delivery

import (
	"slices"
	"time"
)

// Webhooks for which there was no room wait by account: what their account holds keeps all of them out alike, so that a place that
// comes free has accounts looked at, and not each of thousands of webhooks.

// deny has a webhook wait until something has changed.
func (e *Engine) deny(p *endpoint) {
	q, a := &e.places[p.speed], p.account
	if len(a.denied[p.speed]) == 0 {
		q.denied = append(q.denied, a)
	}
	a.denied[p.speed] = append(a.denied[p.speed], p)
	p.denied = true
}

// readmit gives turns to those who wait, one per account in turn, until there is room for none of them.
func (e *Engine) readmit(s speed, now time.Time) {
	q := &e.places[s]
	for inVain := 0; inVain < len(q.denied) && q.taken < q.size; inVain++ {
		a := q.denied[0]
		q.denied[0] = nil
		q.denied = q.denied[1:]
		if e.readmitOne(a, s, now) {
			inVain = -1
		}
		if len(a.denied[s]) > 0 {
			q.denied = append(q.denied, a)
		}
	}
}

// readmitOne gives a turn to the first webhook of an account for which there is room; false = there is none.
func (e *Engine) readmitOne(a *account, s speed, now time.Time) bool {
	if a.held[s] >= e.places[s].size-e.places[s].taken {
		return false
	}
	i := slices.IndexFunc(a.denied[s], func(p *endpoint) bool { return e.room(p, s) })
	if i < 0 {
		return false
	}
	p := a.denied[s][i]
	a.denied[s] = slices.Delete(a.denied[s], i, i+1)
	p.denied = false
	e.admit(p, now)
	return true
}

// requeue moves a webhook that waits for a place of a speed that is no longer its own.
func (e *Engine) requeue(p *endpoint, was speed) {
	q, a := &e.places[was], p.account
	a.denied[was] = slices.DeleteFunc(a.denied[was], func(other *endpoint) bool { return other == p })
	if len(a.denied[was]) == 0 {
		q.denied = slices.DeleteFunc(q.denied, func(other *account) bool { return other == a })
	}
	p.denied = false
	e.places[p.speed].turns = append(e.places[p.speed].turns, p)
}
