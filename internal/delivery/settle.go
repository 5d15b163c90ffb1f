package delivery

import (
	"time"

	"wapost/internal/webhook"
)

const (
	saveSoon   = time.Second      // cursors of webhooks that moved are stored this often
	saveIdle   = 30 * time.Second // cursors of all others that the log has left behind
	idleGap    = 500              // events
	saveHealth = time.Minute
)

// flush gives the batch to the store. Its effects come back through the mailbox once it is on disk.
func (e *Engine) flush() {
	if e.batch.empty() {
		return
	}
	e.batch.Patient = e.nobodyWaits()
	e.patient = e.patient || e.batch.Patient
	s := settled{batch: e.batch, effects: e.effects}
	e.batch, e.effects = Batch{}, nil
	e.submit(s)
}

// nobodyWaits reports whether the batch is of successes behind which nothing could be sent. The next event of the same lane brings
// a commit of its own, and the two share it.
func (e *Engine) nobodyWaits() bool {
	b := &e.batch
	if e.stopping || len(b.Failures)+len(b.Refunds)+len(b.Breakers)+len(b.Disabled)+len(b.Events) > 0 {
		return false
	}
	for i := range e.effects {
		p := e.effects[i].endpoint
		if len(e.effects[i].entry.lane.queue) > 1 || len(p.ready)+len(p.again) > 0 || !p.live || p.held {
			return false
		}
	}
	return true
}

// hurry ends the patience of batches that the store has, because now something waits for one of them.
func (e *Engine) hurry() {
	if e.patient {
		e.patient = false
		e.submit(settled{})
	}
}

func (e *Engine) submit(s settled) {
	e.store.Settle(s.batch, func(err error) {
		s.err = err
		e.mail.put(func(l *letters) { l.settled = append(l.settled, s) })
	})
}

// apply does what a stored batch means. When the store refused it, the lanes go on waiting and it is written again: a
// delivery whose outcome is not on disk is not over.
func (e *Engine) apply(s settled) {
	e.unwritable = s.err != nil
	if s.err != nil {
		e.log.Error("cannot store outcomes", "deliveries", len(s.effects), "error", s.err)
		e.timers.at(time.Now().Add(localWait), func() { e.submit(s) })
		return
	}
	for id, cursor := range s.batch.Cursors {
		if p := e.endpoints[id]; p != nil {
			p.cursor = max(p.cursor, cursor)
		}
	}
	for id := range s.batch.Disabled {
		delete(e.disabling, id)
		if _, reading := e.loading[id]; reading {
			e.loading[id] = true // what is being read may be older
		}
	}
	for _, f := range s.effects {
		e.land(f)
		e.release(f)
	}
}

// land moves the lane on.
func (e *Engine) land(f effect) {
	p, en, l := f.endpoint, f.entry, f.entry.lane
	l.busy = false
	switch f.action {
	case Delivered, GiveUp:
		e.drop(en)
		p.pop(l)
		p.settle(en)
	case RetryLater, DisableHook:
		if f.action == DisableHook || en.tries > 0 || en.attempts > 0 {
			p.store(en)
		}
		l.notTill = f.notTill
	case StepAside:
		en.late = true
		p.store(en)
		p.pop(l)
		l.notTill = time.Time{}
		p.enqueue(en, l.key)
		en.lane.notTill = f.notTill
		e.ready(p, en.lane)
	}
	if len(l.queue) == 0 {
		p.dropLane(l)
	}
	e.ready(p, l)
}

// release gives the place in flight back.
func (e *Engine) release(f effect) {
	p := f.endpoint
	p.flying--
	if f.retried {
		p.retrying--
	}
	p.trim()
	if p.held {
		e.left(p)
		return
	}
	if len(e.unsaved) == 0 {
		e.timers.at(time.Now().Add(saveSoon), e.saveCursors)
	}
	e.unsaved[p] = struct{}{}
	e.fill(p)
	e.wish(p)
}

// unsettled counts the places in flight.
func (e *Engine) unsettled() int {
	n := 0
	for _, p := range e.endpoints {
		n += p.flying
	}
	for _, p := range e.leaving {
		n += p.flying
	}
	return n
}

// saveCursors puts the cursors that moved into the next batch. They only spare work at start: what is settled above a
// cursor is known from the outcomes.
func (e *Engine) saveCursors() {
	for p := range e.unsaved {
		e.saveCursor(p)
		if p.breaker.lastSuccess.Sub(p.healthy) > saveHealth && !p.breaker.open() {
			e.breakerChanged(p)
		}
	}
	clear(e.unsaved)
}

func (e *Engine) saveCursor(p *endpoint) {
	if c := p.reached(e.head); c > p.cursor {
		if e.batch.Cursors == nil {
			e.batch.Cursors = map[int64]int64{}
		}
		e.batch.Cursors[p.hook.ID] = c
	}
}

func (e *Engine) saveIdleCursors() {
	for _, p := range e.endpoints {
		if e.head-p.cursor >= idleGap {
			e.saveCursor(p)
		}
	}
	e.timers.at(time.Now().Add(saveIdle), e.saveIdleCursors)
}

// breakerChanged puts the endpoint clock into the next batch.
func (e *Engine) breakerChanged(p *endpoint) {
	if e.batch.Breakers == nil {
		e.batch.Breakers = map[int64]webhook.Breaker{}
	}
	e.batch.Breakers[p.hook.ID] = p.breaker.stored()
	p.healthy = p.breaker.lastSuccess
}
