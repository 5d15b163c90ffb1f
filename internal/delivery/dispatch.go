package delivery

import (
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// ready puts a lane into its webhook's queue of lanes that may be sent, or has it wait for its time.
func (e *Engine) ready(p *endpoint, l *lane) {
	if l.busy {
		e.hurry()
	}
	if l.busy || l.queued || len(l.queue) == 0 || p.held {
		return
	}
	if wait := time.Until(l.notTill); wait > 0 {
		if !l.wakes.Equal(l.notTill) { // else a timer is set already
			l.wakes = l.notTill
			e.timers.at(l.notTill, func() { e.ready(p, l) })
		}
		e.forget(p.park(l))
		return
	}
	p.unpark(l)
	l.queued = true
	if l.head().attempts == 0 {
		p.ready = append(p.ready, l)
	} else {
		p.again = append(p.again, l)
	}
	e.wish(p)
}

// wish gives a webhook a turn if it could send something.
func (e *Engine) wish(p *endpoint) {
	if p.inTurn || p.held || len(p.ready)+len(p.again) == 0 {
		return
	}
	if p.flying >= p.limit() {
		e.hurry()
		return
	}
	p.inTurn = true
	e.places[p.speed].turns = append(e.places[p.speed].turns, p)
}

// dispatch sends until nobody who wants a place may have one.
func (e *Engine) dispatch() {
	if e.stopping {
		return
	}
	now := time.Now()
	for again := true; again; again = len(e.places[quick].turns)+len(e.places[lasting].turns) > 0 {
		e.serve(quick, now)
		e.serve(lasting, now)
	}
}

// serve gives turns, one lane per webhook and turn.
func (e *Engine) serve(s speed, now time.Time) {
	q := &e.places[s]
	if q.freed {
		q.freed = false
		e.readmit(s, now)
	}
	for len(q.turns) > 0 {
		p := q.turns[0]
		q.turns[0] = nil
		q.turns = q.turns[1:]
		if e.room(p, p.speed) {
			e.admit(p, now)
		} else {
			e.deny(p)
		}
	}
}

// admit has a webhook send what it may send now.
func (e *Engine) admit(p *endpoint, now time.Time) {
	p.inTurn = false
	if l := e.next(p, now); l != nil {
		e.send(p, l, now)
		e.wish(p)
	}
}

// next picks the lane of a webhook that may be sent now; nil when there is none.
func (e *Engine) next(p *endpoint, now time.Time) *lane {
	if p.held || p.flying >= p.limit() {
		return nil
	}
	if p.breaker.open() && (p.probing || now.Before(p.breaker.probeAt) && !p.suspicion.one()) {
		return nil // awaitProbe has set a timer
	}
	if p.pace.next.After(now) {
		if !p.wakes {
			p.wakes = true
			e.timers.at(p.pace.next, func() { p.wakes = false; e.wish(p) })
		}
		return nil
	}
	if p.breaker.open() {
		return e.probe(p, now)
	}
	// First tries keep at least half of the places, and every second turn: after an outage, when there is one place only, five
	// messages that always fail must not open the breaker again before another one is sent.
	if p.retrying < max(1, p.limit()/2) && !p.retried {
		if l := pick(&p.again); l != nil {
			p.retried = true
			return l
		}
	}
	if l := pick(&p.ready); l != nil {
		p.retried = false
		return l
	}
	return pick(&p.again)
}

// pick takes the first lane that still has something to send.
func pick(queue *[]*lane) *lane {
	for len(*queue) > 0 {
		l := (*queue)[0]
		(*queue)[0] = nil
		*queue = (*queue)[1:]
		l.queued = false
		if len(l.queue) > 0 && !l.busy {
			return l
		}
	}
	return nil
}

// job is one attempt on its way to a worker.
type job struct {
	endpoint *endpoint
	entry    *entry
	request  Request
	probe    bool
	began    time.Time
}

// result is what came of it.
type result struct {
	job
	outcome Outcome
	missing bool // the event has left the log
}

func (r *result) trigger() Trigger {
	if r.probe {
		return Probe
	}
	return Auto
}

func (e *Engine) send(p *endpoint, l *lane, now time.Time) {
	en := l.head()
	l.busy = true
	p.flying++
	e.takePlace(p, en, now)
	if en.attempts > 0 {
		p.retrying++
	}
	p.pace.spend(now, p.hook.RateLimit)
	j := job{endpoint: p, entry: en, probe: p.breaker.open(), began: now, request: Request{
		Webhook: p.hook, Event: en.event, Attempt: en.attempts + 1, NextRetry: nextRetry(en.tries)}}
	p.probing = p.probing || j.probe
	if en.event != nil && tooOld(en.event, now) {
		e.mail.put(func(l *letters) { l.results = append(l.results, result{job: j, missing: true}) })
		return
	}
	e.workers.give(e, j)
}

func tooOld(r *event.Recorded, now time.Time) bool {
	return r.Class == event.BestEffort && now.Sub(r.At) > bestEffortLife
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// attempt makes one attempt, on a worker's goroutine.
func (e *Engine) attempt(j job) {
	r := result{job: j}
	defer func() {
		if p := recover(); p != nil {
			e.log.Error("panic in an attempt", "webhook_id", j.request.Webhook.ID, "panic", p)
			r.outcome = Outcome{Class: ClassLocal, Err: "internal error", At: j.began}
		}
		e.mail.put(func(l *letters) { l.results = append(l.results, r) })
	}()
	if r.request.Event == nil {
		ev, err := e.store.Event(e.ctx, j.entry.seq)
		if fault.Is(err, fault.NotFound) {
			r.missing = true
			return
		}
		if err != nil {
			r.outcome = Outcome{Class: ClassLocal, Err: "the log cannot be read", At: j.began}
			return
		}
		r.request.Event = ev
	}
	if tooOld(r.request.Event, j.began) {
		r.missing = true
		return
	}
	r.request.Body = r.request.Event.With(j.entry.include)
	r.outcome = e.transport.Attempt(e.ctx, r.request)
}
