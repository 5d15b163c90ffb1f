package outbox

import (
	"context"
	"sync"
	"time"
)

// answerGrace is how long a try goes on whose message has arrived: its answer comes a moment later, as a rule, and then nothing
// needs to be cut short.
const answerGrace = 2 * time.Second

// flights are the tries that run, at most one of a device.
type flights struct {
	mu  sync.Mutex
	all map[string]*flight // by device
}

// flight is one try.
type flight struct {
	device, message string
	lid             string // of the recipient, when it was found out for this try
	landed          bool   // a receipt says that the message has arrived
	cut             context.CancelFunc
}

func (l *flights) begin(row *Row, cut context.CancelFunc) *flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]*flight{}
	}
	f := &flight{device: row.DeviceID, message: row.MessageID, cut: cut}
	l.all[f.device] = f
	return f
}

// reaches notes whom the message goes to.
func (l *flights) reaches(f *flight, lid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.lid = lid
}

// lid returns whom a message goes to; "" = it is not in flight, or its row tells.
func (l *flights) lid(row *Row) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.all[row.DeviceID]; f != nil && f.message == row.MessageID {
		return f.lid
	}
	return ""
}

// land notes that a message has arrived: its try ends soon, so that those behind it need not wait for an answer that is lost.
func (l *flights) land(row *Row) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.all[row.DeviceID]; f != nil && f.message == row.MessageID {
		f.landed = true
		time.AfterFunc(answerGrace, f.cut)
	}
}

// end forgets a try and reports whether its message has arrived.
func (l *flights) end(f *flight) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all[f.device] == f {
		delete(l.all, f.device)
	}
	return f.landed
}
