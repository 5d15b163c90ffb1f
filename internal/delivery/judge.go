package delivery

import (
	"time"

	"wapost/internal/webhook"
)

// effect is what a stored outcome does to the lanes.
type effect struct {
	endpoint *endpoint
	entry    *entry
	retried  bool // the attempt was not the entry's first
	action   Action
	notTill  time.Time
	reason   string // of DisableHook
}

// settled is the answer of the store to one batch.
type settled struct {
	batch   Batch
	effects []effect
	err     error
}

// judge takes the outcome of an attempt, turns it into a verdict and puts what must be stored into the batch. The lane waits
// until that is on disk.
func (e *Engine) judge(r result) {
	p, en, now := r.endpoint, r.entry, time.Now()
	e.givePlace(p, en)
	f := effect{endpoint: p, entry: en, retried: en.attempts > 0}
	if r.probe {
		p.probing = false
	}
	if r.missing {
		e.expire(f, now)
		e.awaitProbe(p)
		return
	}
	e.timed(p, r.outcome)
	en.attempts++
	v := Decide(r.outcome, en.tries, p.hook.Ordering, e.jitter())
	switch {
	case v.Action == Delivered:
		e.success(f, r, now)
		return
	case v.Charge == ToNobody:
		e.free(f, v, now)
		e.awaitProbe(p)
		return
	case v.Charge == ToEndpoint:
		v = e.chargeEndpoint(f, v, r, now)
	case r.probe:
		p.breaker.wait(now, e.jitter())
		e.breakerChanged(p)
	}
	e.failure(f, v, r, now)
	e.awaitProbe(p)
}

// chargeEndpoint moves the endpoint clock. While the breaker is open, or when this failure opens it, the message pays
// nothing and its lane waits for a turn as a probe.
func (e *Engine) chargeEndpoint(f effect, v Verdict, r result, now time.Time) Verdict {
	p, en := f.endpoint, f.entry
	alone := p.suspicion.one()
	p.suspicion.blame(en.key)
	switch {
	case !p.breaker.open():
		en.tries = v.Tries
		p.streak = append(p.streak, en)
		if !p.breaker.fail(now, r.outcome.RetryAfter, e.jitter()) {
			return v
		}
		e.opened(p)
		e.announceFailing(p, r.outcome)
	case r.probe:
		before := p.breaker.lastFailure
		p.breaker.fail(now, r.outcome.RetryAfter, e.jitter())
		e.breakerChanged(p)
		e.announceStill(p, before, r.outcome)
	}
	v.Tries, v.Wait = en.tries, 0
	if p.suspicion.one() {
		v.Wait = p.breaker.probeAt.Sub(now) // what is behind it in its lane must not keep the log from being read
	} else if alone {
		e.down(p)
	}
	if v.Action != DisableHook {
		v.Action = RetryLater
	}
	return v
}

// success stores a delivery and closes the breaker if it was open.
func (e *Engine) success(f effect, r result, now time.Time) {
	p, en, opened := f.endpoint, f.entry, f.endpoint.breaker.openedAt
	other := p.suspicion.other(en.key)
	switch {
	case p.breaker.succeed(now):
		if other {
			e.convict(p)
		}
		p.slow = 1
		e.breakerChanged(p)
		e.announceRecovered(p, opened)
		e.log.Info("webhook answers again", "webhook_id", p.hook.ID)
	case p.slow > 0:
		if p.slow *= 2; p.slow >= p.hook.MaxInFlight {
			p.slow = 0
		}
	}
	p.streak, p.owed, p.suspicion = nil, nil, suspicion{}
	f.action = Delivered
	e.batch.Successes = append(e.batch.Successes, Success{Webhook: p.hook.ID, Seq: en.seq, Status: r.outcome.Status, Trigger: r.trigger(),
		Duration: r.outcome.Duration, At: r.outcome.At, Attempts: en.attempts, HadRow: en.stored})
	e.effects = append(e.effects, f)
}

// failure stores a failed attempt and what the verdict makes of the delivery.
func (e *Engine) failure(f effect, v Verdict, r result, now time.Time) {
	p, en := f.endpoint, f.entry
	en.tries = v.Tries
	row := Row{Webhook: p.hook.ID, Seq: en.seq, Status: Retrying, Tries: en.tries, Attempts: en.attempts, NextAt: now.Add(v.Wait), Reason: string(r.outcome.Class)}
	switch {
	case v.Action == GiveUp:
		row.Status, row.NextAt = Dead, time.Time{}
		e.announceDead(p, r)
	case v.Action == StepAside || en.late:
		row.Status = Late
	}
	if v.Action != DisableHook && p.breaker.beyondHope(now, p.hook.StatusSince) {
		v.Action, f.reason = DisableHook, webhook.ReasonNoSuccess
	} else if v.Action == DisableHook {
		f.reason = webhook.ReasonGone
	}
	if v.Action == DisableHook {
		e.announceDisabled(p.hook, f.reason, r.request.Event)
		e.disable(p.hook, f.reason)
	}
	e.batch.Failures = append(e.batch.Failures, Failure{Row: row, N: en.attempts, Trigger: r.trigger(), Outcome: r.outcome})
	f.action, f.notTill = v.Action, row.NextAt
	e.effects = append(e.effects, f)
}

// expire settles a delivery that can no longer be sent: a best-effort event that is too old, or one that left the log.
func (e *Engine) expire(f effect, now time.Time) {
	f.action = Delivered
	e.batch.Successes = append(e.batch.Successes, Success{Webhook: f.endpoint.hook.ID, Seq: f.entry.seq, At: now, Attempts: f.entry.attempts, HadRow: f.entry.stored})
	e.effects = append(e.effects, f)
}

// free puts an entry back that failed by our own fault: nothing is charged and nothing is stored.
func (e *Engine) free(f effect, v Verdict, now time.Time) {
	f.entry.attempts--
	f.action, f.notTill = RetryLater, now.Add(v.Wait)
	if e.stopping {
		f.notTill = now.Add(e.options.Grace + lastProbe) // not again in this life
	}
	e.land(f)
	e.release(f)
}

// opened gives the tries back that the outage took: it must not change what becomes of any event.
func (e *Engine) opened(p *endpoint) {
	var notTill time.Time // at once, when its turn as a probe comes
	if p.suspicion.one() {
		notTill = p.breaker.probeAt
	}
	for _, en := range p.streak {
		en.tries = max(0, en.tries-1)
		if !en.settled { // its failure is stored, or on the way to the store
			e.batch.Refunds = append(e.batch.Refunds, Row{Webhook: p.hook.ID, Seq: en.seq, Tries: en.tries})
		}
		if l := en.lane; !l.busy && len(l.queue) > 0 && l.head() == en {
			l.notTill = notTill
			e.ready(p, l)
		}
	}
	p.streak, p.owed = nil, p.streak
	e.down(p)
	e.breakerChanged(p)
	e.log.Warn("webhook does not answer; its events wait", "webhook_id", p.hook.ID, "probe_at", p.breaker.probeAt)
}

// down forgets what memory need not hold of an endpoint that does not answer.
func (e *Engine) down(p *endpoint) {
	if !p.suspicion.one() {
		p.owed = nil
	}
	e.forget(p.shrink(downKeep, e.head))
}

func (e *Engine) forget(dropped []*entry) {
	for _, en := range dropped {
		e.drop(en)
	}
}

// drop forgets the body of an entry.
func (e *Engine) drop(en *entry) {
	if en.event != nil {
		e.resident -= len(en.event.Body)
		en.event = nil
	}
}

// awaitProbe wakes the webhook when its open breaker may be probed.
func (e *Engine) awaitProbe(p *endpoint) {
	if p.breaker.open() && !p.probing {
		e.timers.at(p.breaker.probeAt, func() { e.wish(p) })
	}
}
