package delivery

import (
	"context"
	"slices"
	"time"
)

// pace spreads the requests to one webhook by its rate limit: those of its lanes, and those that are made beside the engine
// (replays, retries by hand), which get every second place at most, so that live events never wait for more than one of them.
// It is pure: time is an argument.
type pace struct {
	next   time.Time // when there is room for a request
	beside time.Time // when there is room for one beside the engine
}

// burst is how many requests may be made at once after a pause, but no more than in a second.
const burst = 10

// spend takes a place; perSecond 0 = no limit.
func (p *pace) spend(now time.Time, perSecond int) {
	if perSecond == 0 {
		return
	}
	gap := time.Second / time.Duration(perSecond)
	credit := gap * time.Duration(min(burst, perSecond)-1)
	p.next = later(p.next, now.Add(-credit)).Add(gap)
}

// spendBeside takes a place for a request beside the engine.
func (p *pace) spendBeside(now time.Time, perSecond int) {
	if perSecond == 0 {
		return
	}
	p.spend(now, perSecond)
	p.beside = now.Add(2 * time.Second / time.Duration(perSecond))
}

func (p *pace) besideAt() time.Time { return later(p.next, p.beside) }

// Turn waits until the rate limit of a webhook has room for a request that is made beside the engine. While the engine does
// not serve the webhook, nobody gets a turn.
func (e *Engine) Turn(ctx context.Context, webhookID int64) error {
	turn := make(chan struct{})
	e.call(func() { e.queueBeside(webhookID, turn) })
	select {
	case <-turn:
		return nil
	case <-e.done:
		return errEnded
	case <-ctx.Done():
		e.call(func() { e.leaveQueue(webhookID, turn) })
		return context.Cause(ctx)
	}
}

func (e *Engine) queueBeside(id int64, turn chan struct{}) {
	e.beside[id] = append(e.beside[id], turn)
	if p := e.endpoints[id]; p != nil {
		e.giveTurns(p)
	}
}

func (e *Engine) leaveQueue(id int64, turn chan struct{}) {
	e.beside[id] = slices.DeleteFunc(e.beside[id], func(t chan struct{}) bool { return t == turn })
	if len(e.beside[id]) == 0 {
		delete(e.beside, id)
	}
}

// giveTurns gives the places that there are to those who wait beside the engine, and comes back for the others.
func (e *Engine) giveTurns(p *endpoint) {
	id := p.hook.ID
	for len(e.beside[id]) > 0 && !p.besideWakes && e.endpoints[id] == p {
		now := time.Now()
		if at := p.pace.besideAt(); at.After(now) {
			p.besideWakes = true
			e.timers.at(at, func() { p.besideWakes = false; e.giveTurns(p) })
			return
		}
		p.pace.spendBeside(now, p.hook.RateLimit)
		turn := e.beside[id][0]
		e.leaveQueue(id, turn)
		close(turn)
	}
}
