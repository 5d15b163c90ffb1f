package delivery

import "time"

// long is how long an attempt may last before it is one that lasts, and its webhook one that is slow.
const long = time.Second

// speed tells the two sorts of attempts apart. Those that last have places of their own, so that a webhook that hangs, which
// keeps a place until its timeout, keeps none of those through which the others go in milliseconds.
type speed int

const (
	quick   speed = iota // young, or of a webhook whose last attempt was answered in time
	lasting              // longer under way than long, or of a webhook whose last attempt was
)

// places are a bounded number of attempts under way, and the webhooks that want one, in turn.
type places struct {
	size, taken int
	turns       []*endpoint
	denied      []*account // with webhooks that had their turn when there was no room for them; first in line when a place comes free
	freed       bool       // one has, since they were denied
}

// flight is an attempt under way.
type flight struct {
	entry *entry
	began time.Time
	speed speed
}

// room reports whether a webhook may have one more place: what it and its account hold must be less than what is free. So one
// account leaves half of the places to the others, however many webhooks of it hang, two leave a third; and within the account
// each webhook leaves something to the next one.
func (e *Engine) room(p *endpoint, s speed) bool {
	return len(p.flights)+p.account.held[s] < e.places[s].size-e.places[s].taken
}

// takePlace notes that an attempt begins.
func (e *Engine) takePlace(p *endpoint, en *entry, now time.Time) {
	p.flights = append(p.flights, flight{entry: en, began: now, speed: p.speed})
	e.places[p.speed].taken++
	p.account.held[p.speed]++
	e.flying++
	if !e.watching {
		e.watching = true
		e.timers.at(now.Add(long), e.watch)
	}
}

// givePlace notes that an attempt has ended.
func (e *Engine) givePlace(p *endpoint, en *entry) {
	e.flying--
	for i, f := range p.flights {
		if f.entry == en {
			last := len(p.flights) - 1
			p.flights[i], p.flights[last] = p.flights[last], flight{}
			p.flights = p.flights[:last]
			e.vacate(p, f.speed)
			return
		}
	}
}

func (e *Engine) vacate(p *endpoint, s speed) {
	e.places[s].taken--
	e.places[s].freed = true
	p.account.held[s]--
}

// timed learns from an answer how fast a webhook is.
func (e *Engine) timed(p *endpoint, o Outcome) {
	switch {
	case o.Class == ClassLocal: // it says nothing about the webhook
	case o.Duration >= long:
		e.setSpeed(p, lasting)
	default:
		e.setSpeed(p, quick)
	}
}

func (e *Engine) setSpeed(p *endpoint, s speed) {
	if was := p.speed; was != s {
		p.speed = s
		if p.denied {
			e.requeue(p, was)
		}
	}
}

// watch looks for attempts that last, while any are under way. An attempt is found after one and a half times long at most.
func (e *Engine) watch() {
	now := time.Now()
	for _, p := range e.endpoints {
		e.watchOver(p, now)
	}
	for _, p := range e.leaving {
		e.watchOver(p, now)
	}
	if e.watching = e.flying > 0; e.watching {
		e.timers.at(now.Add(long/2), e.watch)
	}
}

// watchOver moves the attempts of a webhook that last to the places for such. Where there is no room for them they stay what
// they are: the bound on both together is never passed.
func (e *Engine) watchOver(p *endpoint, now time.Time) {
	for i := range p.flights {
		f := &p.flights[i]
		if f.speed != quick || now.Sub(f.began) < long {
			continue
		}
		e.setSpeed(p, lasting)
		if e.room(p, lasting) {
			f.speed = lasting
			e.places[lasting].taken++
			p.account.held[lasting]++
			e.vacate(p, quick)
		}
	}
}
