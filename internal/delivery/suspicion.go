package delivery

import "time"

// suspicion knows whether the failures since the last success all came from one ordering key: then its message may be at fault,
// and not the endpoint (the poison guard of contract.md §5.6). It is pure.
type suspicion struct {
	key     string
	any     bool // there was a failure
	several bool // of more than one key
}

// blame notes a failure.
func (s *suspicion) blame(key string) {
	s.several = s.several || s.any && key != s.key
	s.key, s.any = key, true
}

// one reports whether one key alone has failed.
func (s *suspicion) one() bool { return s.any && !s.several }

// other reports whether a key would show who is at fault.
func (s *suspicion) other(key string) bool { return s.one() && key != s.key }

// probe picks the lane whose head is sent to an endpoint whose breaker is open; nil when there is none. Lanes that were not
// tried yet take turns with those that were: one message that always fails must not keep the door shut. While one key alone
// has failed, a message of another key need not wait for the time of the next probe.
func (p *endpoint) probe(now time.Time) *lane {
	if now.Before(p.breaker.probeAt) {
		return pickOther(&p.ready, &p.suspicion)
	}
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

// pickOther takes the first lane whose head is of another key than the suspect.
func pickOther(queue *[]*lane, s *suspicion) *lane {
	for i, l := range *queue {
		if len(l.queue) == 0 || l.busy || !s.other(l.head().key) {
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
