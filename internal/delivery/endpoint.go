package delivery

import (
	"slices"
	"strconv"
	"time"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// endpoint is everything the engine holds for one active webhook.
type endpoint struct {
	hook     *webhook.Webhook
	account  *account
	lanes    map[string]*lane
	ready    []*lane        // lanes whose head may be sent now, in turn
	again    []*lane        // the same for heads that were tried before
	window   []*entry       // entries in order of the log, from the oldest one that holds the cursor
	waiting  int            // of the window: neither settled nor stored
	parked   int            // of waiting: in lanes whose head backs off; they are no reason to read no further
	entries  int            // in all lanes
	newest   int64          // newest event up to position that is settled or has a row
	position int64          // the log is read up to here; in live mode the engine's own position counts
	live     bool           // takes events straight from the commit
	reading  bool           // a page of the log is on its way
	lonely   int            // pages in a row that served nobody else, and reads alone after that
	held     bool           // paused, disabled or deleted: nothing more is sent
	settled  map[int64]bool // at start: settled events above the cursor, which the log will show again

	inTurn   bool // stands in one of the engine's queues of turns
	denied   bool // in the queue of those for which there was no room
	speed    speed
	flights  []flight // under way
	flying   int      // in flight or being settled
	retrying int      // of flying: not first tries
	retried  bool     // the last turn was a retry's, while first tries may have waited
	slow     int      // in flight allowed while the backlog drains after an outage; 0 = no such limit
	probing  bool
	pace     pace
	wakes    bool // a timer is set for pace.next

	besideWakes bool // a timer is set for pace.besideAt

	breaker     breaker
	streak      []*entry // entries charged by the present run of endpoint failures: an outage gives their tries back
	suspicion   suspicion
	owed        []*entry  // what it gave back while one key alone was suspected
	probedOther bool      // the last probe was of a key that had not failed
	probedAgain bool      // pickAny began with what had been tried before
	scouting    bool      // the log is being searched for a scout
	searched    int64     // up to here, behind position, there is none
	scouted     *entry    // the scout, until its outcome is stored or the log comes to it
	cursor      int64     // as last stored
	healthy     time.Time // last success as last stored
	reloaded    bool      // leaving: to be read again once nothing is in flight
}

func newEndpoint(s State) *endpoint {
	p := &endpoint{hook: s.Webhook, lanes: map[string]*lane{}, position: s.Webhook.Cursor, cursor: s.Webhook.Cursor,
		breaker: restoreBreaker(s.Webhook.Breaker), settled: s.Settled}
	p.suspicion.several = p.breaker.open() // who had failed was not stored
	if p.settled == nil {
		p.settled = map[int64]bool{}
	}
	for _, o := range s.Open {
		if o.Seq > p.cursor { // the log must not bring it a second time
			p.settled[o.Seq] = true
		}
		if o.Status.over() {
			continue
		}
		e := &entry{seq: o.Seq, at: o.At, include: o.Include, tries: o.Tries, attempts: o.Attempts, stored: true, late: o.Status == Late}
		p.enqueue(e, o.Key)
		if e.lane.head() == e {
			e.lane.notTill = o.NextAt
		}
	}
	return p
}

// laneKey is the queue an event stands in at this webhook.
func (p *endpoint) laneKey(e *entry, key string) string {
	switch {
	case e.late || p.hook.Ordering == webhook.Parallel:
		return "#" + strconv.FormatInt(e.seq, 10)
	case p.hook.Ordering == webhook.FIFO:
		return ""
	}
	return key
}

// enqueue puts an entry behind the others of its key.
func (p *endpoint) enqueue(e *entry, key string) {
	if e.key == "" {
		e.key = key
	}
	name := p.laneKey(e, key)
	l := p.lanes[name]
	if l == nil {
		l = &lane{key: name}
		p.lanes[name] = l
	}
	l.push(e)
	p.entries++
}

// take considers one event of the log. Events must come in order; one that was considered before is passed over.
func (p *endpoint) take(r *event.Recorded, keepBody bool) (taken *entry) {
	if r.Seq <= p.position {
		return nil
	}
	p.position = r.Seq
	if p.scouted != nil && p.scouted.seq == r.Seq {
		p.meet()
		return nil
	}
	if p.settled[r.Seq] {
		delete(p.settled, r.Seq)
		p.newest = max(p.newest, r.Seq) // shrink must not go back before it: the log would bring it once more
		return nil
	}
	include, ok := p.hook.Wants(r)
	if !ok {
		return nil
	}
	e := &entry{seq: r.Seq, at: r.At, include: include, windowed: true}
	if keepBody {
		e.event = r
	}
	p.window = append(p.window, e)
	p.waiting++
	p.enqueue(e, r.Key)
	return e
}

// settle marks an entry as done and drops from the window what no longer holds the cursor.
func (p *endpoint) settle(e *entry) {
	if e.settled {
		return
	}
	e.settled, e.event = true, nil
	p.pass(e)
}

// store marks an entry as one that has a row: memory is no longer what keeps it.
func (p *endpoint) store(e *entry) {
	e.stored = true
	p.pass(e)
}

func (p *endpoint) leaveWindow(e *entry) {
	if e.windowed {
		e.windowed = false
		p.waiting--
	}
}

// pop takes the head off a lane.
func (p *endpoint) pop(l *lane) {
	l.pop()
	p.entries--
}

// dropTail takes the newest entry off a lane, parked or not.
func (p *endpoint) dropTail(l *lane) {
	if l.seen == len(l.queue) {
		l.seen--
		l.parked--
		p.parked--
	}
	l.dropTail()
	p.entries--
}

// park counts what waits in a lane whose head backs off, and returns the entries that it had not counted before.
func (p *endpoint) park(l *lane) []*entry {
	fresh := l.queue[l.seen:]
	for _, e := range fresh {
		if e.windowed {
			l.parked++
			p.parked++
		}
	}
	l.seen = len(l.queue)
	return fresh
}

// unpark ends it: the lane may go on.
func (p *endpoint) unpark(l *lane) {
	p.parked -= l.parked
	l.parked, l.seen = 0, 0
}

// active is how many entries wait that are held up by nothing but their turn.
func (p *endpoint) active() int { return max(0, p.waiting-p.parked) }

func (e *entry) passed() bool { return e.settled || e.stored }

// trim drops from the front of the window what the cursor may pass; when most of the window is settled out of turn, it drops
// that too.
func (p *endpoint) trim() {
	n := 0
	for n < len(p.window) && p.window[n].passed() {
		p.window[n] = nil
		n++
	}
	p.window = p.window[n:]
	if len(p.window) > 2*p.waiting+page {
		p.window = slices.DeleteFunc(p.window, func(e *entry) bool { return e.passed() })
	}
}

// reached returns the new cursor: everything up to it is settled or has a row. head is the engine's position.
func (p *endpoint) reached(head int64) int64 {
	p.trim()
	if len(p.window) > 0 {
		return p.window[0].seq - 1
	}
	if p.live {
		return max(head, p.position)
	}
	return p.position
}

// shrink forgets the newest waiting entries beyond keep: the log still has them. It is how a webhook that is down, or slow,
// costs no memory.
func (p *endpoint) shrink(keep int, head int64) (dropped []*entry) {
	if p.live {
		p.position, p.live = max(head, p.position), false
	}
	for len(p.window) > keep {
		e := p.window[len(p.window)-1]
		if e.passed() || e.seq < p.newest || e.lane.busy && e.lane.head() == e {
			break
		}
		p.dropTail(e.lane)
		if len(e.lane.queue) == 0 {
			p.dropLane(e.lane)
		}
		p.leaveWindow(e)
		p.window[len(p.window)-1] = nil
		p.window = p.window[:len(p.window)-1]
		p.position = e.seq - 1
		dropped = append(dropped, e)
	}
	return dropped
}

// limit is how many attempts may be in flight now.
func (p *endpoint) limit() int {
	n := p.hook.MaxInFlight
	if p.slow > 0 {
		n = min(n, p.slow)
	}
	return n
}
