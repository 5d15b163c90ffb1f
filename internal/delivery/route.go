package delivery

import (
	"context"
	"slices"
	"time"

	"wapost/internal/event"
)

const (
	windowFull  = 4096  // waiting entries of one webhook before it falls behind and reads the log instead
	windowLow   = 1024  // waiting entries below which the next page is read
	windowTight = 128   // the same when a quarter of the memory is used
	mostEntries = 65536 // of one webhook, refused ones that wait for their next try included; more of them stay in the log
	downKeep    = 32    // entries kept of a webhook whose breaker is open
	page        = 512
	smallPage   = 32      // when memory is short
	near        = 100_000 // events behind the head up to which a webhook starts with the others
)

// start reads what the database knows and begins at the oldest cursor that is near the head of the log.
func (e *Engine) start(ctx context.Context) error {
	states, err := e.store.LoadAll(ctx)
	if err != nil {
		return err
	}
	states = slices.DeleteFunc(states, func(s State) bool {
		if len(s.Webhook.Damaged) == 0 {
			return false
		}
		e.setAside(s.Webhook)
		return true
	})
	if e.logHead, err = e.store.Head(ctx); err != nil {
		return err
	}
	e.head = e.logHead
	for _, s := range states {
		if c := s.Webhook.Cursor; c >= e.logHead-near {
			e.head = min(e.head, c)
		}
	}
	for _, s := range states {
		p := e.attach(s)
		p.live = p.position >= e.head
	}
	for _, p := range e.endpoints {
		e.fill(p)
	}
	e.timers.at(time.Now().Add(saveIdle), e.saveIdleCursors)
	e.pump()
	e.dispatch()
	return nil
}

// attach puts a webhook into the engine.
func (e *Engine) attach(s State) *endpoint {
	p := newEndpoint(s)
	e.endpoints[s.Webhook.ID] = p
	e.join(p)
	for _, l := range p.lanes {
		e.ready(p, l)
	}
	e.awaitProbe(p)
	e.giveTurns(p)
	return p
}

// committed takes a batch of fresh events. When the log is not routed up to them, the pump will bring them.
func (e *Engine) committed(batch []*event.Recorded) {
	last := batch[len(batch)-1].Seq
	if e.pumping || batch[0].Seq > e.head+1 {
		e.logHead = max(e.logHead, last)
		e.pump()
		return
	}
	e.logHead = max(e.logHead, last)
	e.route(batch)
}

// route gives events to the webhooks that follow the commits.
func (e *Engine) route(batch []*event.Recorded) {
	for _, r := range batch {
		for _, p := range e.hooksOf(r.AccountID) {
			if p.live { // the others read the log by themselves
				e.accept(p, r)
			}
		}
		e.head = max(e.head, r.Seq)
	}
}

// accept puts an event into the lanes of a webhook, and lets the webhook fall behind when it has too many.
func (e *Engine) accept(p *endpoint, r *event.Recorded) {
	en := p.take(r, e.resident < e.options.Memory)
	if en == nil {
		return
	}
	if en.event != nil {
		e.resident += len(r.Body)
	}
	if p.live && (p.active() >= e.windowLimit(p) || p.entries >= mostEntries) {
		p.live = false
	}
	e.ready(p, en.lane)
}

func (e *Engine) windowLimit(p *endpoint) int {
	if p.breaker.open() {
		return downKeep
	}
	if e.resident >= e.options.Memory {
		return windowLow
	}
	return windowFull
}

// pump reads the log between head and logHead for all webhooks at once.
func (e *Engine) pump() {
	if e.pumping || e.head >= e.logHead {
		return
	}
	e.pumping = true
	from, to := e.head, e.logHead
	e.read(0, "", from, to, page, func(events []*event.Recorded) {
		e.pumping = false
		e.route(events)
		if len(events) < page {
			e.head = max(e.head, to)
		}
		e.pump()
	})
}

// fill reads the next page of a webhook that is behind, or lets it follow the commits again.
func (e *Engine) fill(p *endpoint) {
	low, size := windowLow, page
	if e.resident >= e.options.Memory/4 { // many webhooks are behind: each needs enough for its places, no more
		low = windowTight
	}
	if e.resident >= e.options.Memory || p.breaker.open() {
		low, size = downKeep/2, smallPage
	}
	if p.live || p.reading || p.held || (p.active() >= low || p.entries >= mostEntries) {
		return
	}
	if p.position >= e.head {
		p.live = true
		return
	}
	p.reading = true
	from, to := p.position, e.head
	then := func(events []*event.Recorded, last int64) {
		p.reading = false
		if p.held {
			return
		}
		if p.position != from { // shrink has gone back meanwhile: this page would jump over what it dropped
			e.fill(p)
			return
		}
		for _, r := range events {
			e.accept(p, r)
		}
		p.position = max(p.position, last)
		e.fill(p)
		e.wish(p)
	}
	if size == page && p.together() {
		e.readTogether(p, to, then)
		return
	}
	e.read(p.hook.AccountID, p.hook.DeviceID, from, to, size, func(events []*event.Recorded) {
		last := to
		if len(events) == size {
			last = events[size-1].Seq
		}
		then(events, last)
	})
}

// read gets a page of the log and hands it to then on the goroutine of Run. It tries until it succeeds or Run ends.
func (e *Engine) read(account int64, device string, after, upTo int64, limit int, then func([]*event.Recorded)) {
	e.task("read the log", func() {
		e.readers <- struct{}{}
		events, err := e.store.Log(e.ctx, account, device, after, upTo, limit)
		<-e.readers
		if e.ctx.Err() != nil {
			return
		}
		if err != nil {
			e.log.Error("cannot read the log", "error", err)
			e.call(func() {
				e.timers.at(time.Now().Add(localWait), func() { e.read(account, device, after, upTo, limit, then) })
			})
			return
		}
		e.call(func() { then(events) })
	})
}
