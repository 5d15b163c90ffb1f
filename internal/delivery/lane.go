package delivery

import (
	"time"

	"wapost/internal/event"
)

// entry is one event on its way to one webhook.
type entry struct {
	seq      int64
	at       time.Time       // when the event was recorded
	event    *event.Recorded // nil: read again before it is sent (memory was short, or it came from a stored row)
	include  []event.Include
	lane     *lane
	key      string // ordering key, also when it has stepped aside from its lane
	tries    int    // spent of the message clock
	attempts int    // made
	stored   bool   // has a row in deliveries: the cursor may pass it
	late     bool   // has stepped aside
	settled  bool
	windowed bool // counts in the endpoint's window
}

// lane is the queue of one ordering key at one webhook. At most its head is in flight.
type lane struct {
	key     string
	queue   []*entry
	busy    bool      // the head is in flight, or its outcome is being stored
	notTill time.Time // the head backs off
	wakes   time.Time // the last timer that was set for notTill
	seen    int       // of the queue: looked at by park
	parked  int       // of these: counted as parked at the endpoint
	queued  bool      // stands in one of the endpoint's ready queues
}

func (l *lane) head() *entry { return l.queue[0] }

func (l *lane) push(e *entry) {
	e.lane = l
	l.queue = append(l.queue, e)
}

// pop takes the head off.
func (l *lane) pop() {
	l.queue[0] = nil
	l.queue = l.queue[1:]
}

// dropTail takes the newest entry off.
func (l *lane) dropTail() {
	last := len(l.queue) - 1
	l.queue[last] = nil
	l.queue = l.queue[:last]
}
