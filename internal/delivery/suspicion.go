package delivery

import (
	"slices"
	"time"
)

// suspicion knows the ordering keys of the failures since the last success. If they all came from one, its message may be at
// fault, and not the endpoint (the poison guard of contract.md §5.6). It is pure.
type suspicion struct {
	keys    []string // suspects at most
	several bool     // there were others, which are not known: before the start
}

// suspects is how many keys are remembered. More of them that fail are no reason to think that it is the messages' fault.
const suspects = 32

// blame notes a failure.
func (s *suspicion) blame(key string) {
	if len(s.keys) < suspects && !s.of(key) {
		s.keys = append(s.keys, key)
	}
}

// of reports whether a key has failed.
func (s *suspicion) of(key string) bool { return slices.Contains(s.keys, key) }

// one reports whether one key alone has failed.
func (s *suspicion) one() bool { return len(s.keys) == 1 && !s.several }

// other reports whether a key would show who is at fault.
func (s *suspicion) other(key string) bool { return s.one() && !s.of(key) }

// probe picks the lane whose head is sent to an endpoint whose breaker is open; nil when there is none. Every second probe is
// of a key that has not failed, if there is one: messages that always fail must not keep the door shut. Where memory holds none,
// the turn stays theirs, and a scout is looked for meanwhile: so what the log holds waits for two probes at most, as what memory
// holds does. While one key alone has failed, a message of another key need not wait for the time of the next probe.
func (e *Engine) probe(p *endpoint, now time.Time) *lane {
	early := now.Before(p.breaker.probeAt)
	if early || !p.probedOther {
		if l := pickOther(&p.ready, &p.suspicion); l != nil {
			p.probedOther = true
			return l
		}
	}
	if early {
		return nil
	}
	p.probedOther = false
	e.scout(p)
	return p.pickAny()
}

// pickAny takes turns between lanes whose heads were tried and those whose heads were not: of a key that has failed, the one
// message that was tried may be the only bad one.
func (p *endpoint) pickAny() *lane {
	first, second := &p.again, &p.ready
	if p.probedAgain {
		first, second = second, first
	}
	p.probedAgain = !p.probedAgain
	if l := pick(first); l != nil {
		return l
	}
	return pick(second)
}

// pickOther takes the first lane whose head is of a key that has not failed.
func pickOther(queue *[]*lane, s *suspicion) *lane {
	for i, l := range *queue {
		if len(l.queue) == 0 || l.busy || s.of(l.head().key) {
			continue
		}
		*queue = append((*queue)[:i:i], (*queue)[i+1:]...)
		l.queued = false
		return l
	}
	return nil
}

// convict takes back what opened gave: another key has succeeded, so the failures were the message's own.
func (e *Engine) convict(p *endpoint) {
	for _, en := range p.owed {
		if en.settled {
			continue
		}
		en.tries++
		e.batch.Refunds = append(e.batch.Refunds, Row{Webhook: p.hook.ID, Seq: en.seq, Tries: en.tries})
	}
}
