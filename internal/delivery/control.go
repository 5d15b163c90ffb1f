package delivery

import (
	"context"
	"slices"
	"time"

	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// reload reads a webhook again and lets the engine follow what it finds.
func (e *Engine) reload(id int64) {
	if _, busy := e.loading[id]; busy {
		e.loading[id] = true
		return
	}
	e.loading[id] = false
	e.task("load webhook", func() {
		s, err := e.store.Load(e.ctx, id)
		if e.ctx.Err() != nil {
			return
		}
		e.call(func() { e.loaded(id, s, err) })
	})
}

func (e *Engine) loaded(id int64, s State, err error) {
	again := e.loading[id]
	delete(e.loading, id)
	switch {
	case again:
		e.reload(id)
	case fault.Is(err, fault.NotFound):
		e.detach(id)
	case err != nil:
		e.log.Error("cannot load webhook", "webhook_id", id, "error", err)
		e.timers.at(time.Now().Add(localWait), func() { e.reload(id) })
	case s.Webhook.Status != webhook.Active:
		e.detach(id)
	case len(s.Webhook.Damaged) > 0:
		e.setAside(s.Webhook)
	default:
		e.follow(id, s)
	}
}

// follow takes over what changed of an active webhook, or begins with it.
func (e *Engine) follow(id int64, s State) {
	p := e.endpoints[id]
	skipped := p != nil && s.Webhook.Cursor > p.reached(e.head) // resumed from a later place
	if p != nil && p.hook.Ordering == s.Webhook.Ordering && !skipped {
		p.hook = s.Webhook
		e.wish(p)
		return
	}
	if p != nil {
		e.detach(id) // other lanes, or another place in the log: begin anew from the database
	}
	if old := e.leaving[id]; old != nil {
		old.reloaded = true
		return
	}
	p = e.attach(s)
	e.fill(p)
	e.wish(p)
}

// detach stops sending to a webhook. What is in flight ends; the rest stays in the log behind the cursor.
func (e *Engine) detach(id int64) {
	p := e.endpoints[id]
	if p == nil {
		return
	}
	p.held = true
	e.saveCursor(p)
	delete(e.endpoints, id)
	delete(e.unsaved, p)
	p.account.hooks = slices.DeleteFunc(p.account.hooks, func(q *endpoint) bool { return q == p })
	for _, l := range p.lanes {
		e.forget(l.queue)
	}
	e.leaving[id] = p
	e.left(p)
}

// left lets go of a webhook once nothing of it is in flight.
func (e *Engine) left(p *endpoint) {
	id := p.hook.ID
	if p.flying > 0 || e.leaving[id] != p {
		return
	}
	delete(e.leaving, id)
	e.part(p)
	if _, busy := e.loading[id]; busy {
		e.loading[id] = true // what is being read may miss what was settled last
	}
	if p.reloaded {
		e.reload(id)
	}
}

// disable switches a webhook off for good: by the engine's own judgement, not the user's.
func (e *Engine) disable(w *webhook.Webhook, reason string) {
	if e.batch.Disabled == nil {
		e.batch.Disabled = map[int64]string{}
	}
	e.batch.Disabled[w.ID] = reason
	e.disabling[w.ID] = true
	e.detach(w.ID)
	e.log.Warn("webhook disabled; its events are held", "webhook_id", w.ID, "reason", reason)
}

// setAside disables a webhook that lacks a sealed part, before anything is sent.
func (e *Engine) setAside(w *webhook.Webhook) {
	if e.disabling[w.ID] {
		return // it was read before that was stored
	}
	e.log.Error("a sealed part of a webhook cannot be opened", "webhook_id", w.ID, "parts", w.Damaged)
	e.announceDisabled(w, webhook.ReasonDamaged, nil)
	e.disable(w, webhook.ReasonDamaged)
}

// Backlog is what waits for one webhook.
type Backlog struct {
	Pending  int       // will be sent as soon as the endpoint and the order allow
	Held     int       // waits until the webhook is switched on again
	OldestAt time.Time // when the oldest of them was recorded; zero = nothing waits
}

// Backlog counts what waits for a webhook.
func (e *Engine) Backlog(ctx context.Context, w *webhook.Webhook) (Backlog, error) {
	after := w.Cursor
	reached := make(chan int64, 1)
	e.call(func() {
		if p := e.endpoints[w.ID]; p != nil {
			reached <- p.reached(e.head)
			return
		}
		reached <- 0
	})
	select {
	case c := <-reached:
		after = max(after, c)
	case <-e.done:
	case <-ctx.Done():
		return Backlog{}, context.Cause(ctx)
	}
	n, oldest, err := e.store.Waiting(ctx, w, after)
	if err != nil {
		return Backlog{}, err
	}
	b := Backlog{Pending: n, OldestAt: oldest}
	if w.Status != webhook.Active {
		b.Pending, b.Held = 0, n
	}
	return b, nil
}
