package simulator

import (
	"sync/atomic"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// stanza is an entry of a device's queue.
type stanza struct {
	node      waBinary.Node
	at        time.Time // queued
	firstSent time.Time // guarded by the device, as sentAt and tries
	sentAt    time.Time // on the present connection
	tries     int
	state     atomic.Int32  // stanzaQueued …
	done      chan struct{} // closed when the state is final
	onAck     func()        // nil = nobody counts
}

const (
	stanzaQueued int32 = iota
	stanzaSent
	stanzaAcked
	stanzaDropped
)

func (st *stanza) stateName() string {
	switch st.state.Load() {
	case stanzaQueued:
		return StateQueued
	case stanzaSent:
		return StateSent
	case stanzaAcked:
		return StateAcked
	}
	return StateDropped
}

// settle gives a stanza its last state.
func (st *stanza) settle(state int32) {
	st.state.Store(state)
	close(st.done)
	if state == stanzaAcked && st.onAck != nil {
		st.onAck()
	}
}

// enqueue keeps a stanza until the client acknowledges it, and sends it now if it may go. The node must not change any
// more.
func (d *Device) enqueue(n waBinary.Node) *stanza { return d.enqueueCounted(n, nil) }

// enqueueCounted calls onAck at the acknowledgement; it must not block nor call the device.
func (d *Device) enqueueCounted(n waBinary.Node, onAck func()) *stanza {
	st := &stanza{node: n, at: time.Now(), done: make(chan struct{}), onAck: onAck}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.removed {
		st.settle(stanzaDropped)
		return st
	}
	d.queue = append(d.queue, st)
	d.pumpLocked()
	return st
}

// activate ends a login: what is un-acked comes again, in brackets, then the rest.
func (d *Device) activate(c *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != c || d.active {
		return
	}
	d.active, d.sent = true, 0
	d.backlog, d.unopened, d.missed = len(d.queue), len(d.queue), len(d.queue)
	if len(d.queue) > 0 {
		c.send(element("ib", attrs{"from": types.ServerJID}, d.previewLocked()))
	} else {
		c.send(offlineEnd(0))
	}
	d.pumpLocked()
}

func (d *Device) previewLocked() waBinary.Node {
	count := map[string]int{}
	for _, st := range d.queue {
		count[st.node.Tag]++
	}
	messages, receipts := count["message"], count["receipt"]
	return element("offline_preview", attrs{"count": len(d.queue), "appdata": 0, "message": messages, "receipt": receipts,
		"notification": len(d.queue) - messages - receipts})
}

func offlineEnd(count int) waBinary.Node {
	return element("ib", attrs{"from": types.ServerJID}, element("offline", attrs{"count": count}))
}

// pump sends what may go now, after a change of the rules.
func (d *Device) pump() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pumpLocked()
}

// pumpLocked sends what may go now. What was sent is always the head of the queue, so order is kept.
func (d *Device) pumpLocked() {
	if d.conn == nil || !d.active || d.held {
		return
	}
	for room := d.roomLocked(); room > 0 && d.sent < len(d.queue); room-- {
		st := d.queue[d.sent]
		n := st.node
		if d.unopened > 0 {
			n = with(n, "offline", "0")
		}
		if !d.conn.send(n) {
			return
		}
		d.markSentLocked(st)
	}
}

func (d *Device) markSentLocked(st *stanza) {
	d.sent++
	st.tries++
	st.sentAt = time.Now()
	if st.tries == 1 {
		st.firstSent = st.sentAt
	}
	st.state.CompareAndSwap(stanzaQueued, stanzaSent)
	if d.unopened > 0 {
		d.openedLocked()
	}
}

// roomLocked is how many stanzas may go now.
func (d *Device) roomLocked() int {
	faults, room := d.srv.faults.forDevice(d), len(d.queue)
	if d.window > 0 {
		room = min(room, d.window-d.sent)
	}
	if faults.WithholdBehind && d.backlog > 0 {
		room = min(room, 1-d.sent)
	}
	if faults.PageSize > 0 && d.backlog > 0 {
		if d.sent > 0 {
			return 0 // the page is not acknowledged
		}
		room = min(room, faults.PageSize)
	}
	return room
}

// acknowledge takes a stanza out of the queue. Stanzas are known by tag and id; a late acknowledgement on a new connection
// counts too, but not one of a stanza that was never sent.
func (d *Device) acknowledge(tag, id, errorCode string) {
	if d.srv.faults.forDevice(d).DropAcks {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lastAck = &Ack{Class: tag, ID: id, At: time.Now(), Error: errorCode}
	for i, st := range d.queue {
		if st.tries == 0 {
			return
		}
		if st.node.Tag != tag || attrText(&st.node, "id") != id {
			continue
		}
		d.removeLocked(i)
		st.settle(stanzaAcked)
		d.pumpLocked()
		return
	}
}

func (d *Device) removeLocked(i int) {
	if i == 0 {
		d.queue[0] = nil
		d.queue = d.queue[1:]
	} else {
		d.queue = append(d.queue[:i], d.queue[i+1:]...)
	}
	if i < d.sent {
		d.sent--
	} else if d.unopened > 0 {
		d.openedLocked()
	}
	if i < d.backlog {
		d.backlog--
	}
}

// openedLocked counts a backlog stanza that need not be sent any more; behind the last one comes the closing bracket.
func (d *Device) openedLocked() {
	if d.unopened--; d.unopened == 0 {
		d.conn.send(offlineEnd(d.missed))
	}
}
