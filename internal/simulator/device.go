package simulator

import (
	"fmt"
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Device is a linked device: the real client, as the servers know it.
type Device struct {
	srv      *Server
	person   *Person
	number   uint16
	jid, lid types.JID
	noise    [32]byte
	identity [32]byte
	adv      []byte // ADVSignedDeviceIdentity with both signatures
	linkedAt time.Time

	mu        sync.Mutex
	keys      deviceKeys
	conn      *conn // nil while not connected
	active    bool  // conn has finished its login
	removed   bool
	logins    int
	loginAt   time.Time
	lastAck   *Ack
	queue     []*stanza
	sent      int // the first so many of queue were sent on conn
	held      bool
	window    int // at most so many un-acked; 0 = no limit
	backlog   int // stanzas of queue that waited at the login and are not acknowledged
	unopened  int // backlog stanzas not yet sent; at 0 the closing bracket follows
	missed    int // length of the queue at the login
	corrupt   int // so many coming messages are damaged …
	how       string
	seen      idSet // message ids that the client sent
	presences map[*Person]bool
}

// ID is "phone:n".
func (d *Device) ID() string { return fmt.Sprintf("%s:%d", d.person.phone, d.number) }

// Person is the owner of the device.
func (d *Device) Person() *Person { return d.person }

// Info is the device's state.
func (d *Device) Info() DeviceInfo {
	d.mu.Lock()
	defer d.mu.Unlock()
	info := DeviceInfo{JID: d.jid, LID: d.lid, Phone: d.person.phone, Connected: d.conn != nil, Active: d.active, Held: d.held,
		LinkedAt: d.linkedAt, LastLoginAt: d.loginAt, Logins: d.logins, PreKeys: len(d.keys.oneTime), Unacked: len(d.queue), LastAck: copyOf(d.lastAck)}
	if len(d.queue) > 0 {
		info.OldestUnackedAt = d.queue[0].at
	}
	return info
}

// Unacked lists the queue, oldest first.
func (d *Device) Unacked() []UnackedStanza {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]UnackedStanza, len(d.queue))
	for i, st := range d.queue {
		list[i] = UnackedStanza{Tag: st.node.Tag, ID: attrText(&st.node, "id"), From: attrJID(&st.node, "from"),
			QueuedAt: st.at, FirstSentAt: st.firstSent, Tries: st.tries, Node: &st.node}
	}
	return list
}

// connection returns the live connection, nil when there is none.
func (d *Device) connection() *conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conn
}

// attach makes c the connection of the device and returns the one that it replaces.
func (d *Device) attach(c *conn) (old *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	old = d.conn
	d.conn, d.active, d.sent = c, false, 0
	d.logins++
	d.loginAt = time.Now()
	c.device.Store(d)
	return old
}

// detach forgets a connection that is over, unless a newer one has replaced it.
func (d *Device) detach(c *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != c {
		return
	}
	d.conn, d.active, d.sent, d.unopened = nil, false, 0, 0
	d.presences = nil
}

// drop removes the device for good: nothing is queued any more and who waits for acknowledgements is let go.
func (d *Device) drop() {
	d.person.forgetDevice(d)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.removed = true
	for _, st := range d.queue {
		st.settle(stanzaDropped)
	}
	d.queue, d.sent, d.backlog, d.unopened = nil, 0, 0, 0
}

// leave drops the device and tells who knew it.
func (d *Device) leave() {
	d.drop()
	d.person.tellDevices("remove", d.number, nil)
}

// Unlink removes the device as a user does it on the phone: a connected client is told, another one sees 401 at its next
// login.
func (d *Device) Unlink() {
	c := d.connection()
	d.leave()
	if c == nil {
		return
	}
	c.send(element("stream:error", attrs{"code": "401"}, element("conflict", attrs{"type": "device_removed"})))
	c.endAfterError(d)
}

// SendNode sends any stanza, for what has no method of its own; queued ones stay until they are acknowledged. Errors:
// ErrNotConnected when it is not queued, ErrInvalid for a queued one without id.
func (d *Device) SendNode(n waBinary.Node, queued bool) error {
	if queued {
		if attrText(&n, "id") == "" {
			return fail(CodeInvalid, "a queued stanza needs an id, or it can never be acknowledged")
		}
		d.enqueue(n)
		return nil
	}
	return d.sendNow(n)
}

// sendNow sends what is never queued.
func (d *Device) sendNow(n waBinary.Node) error {
	if c := d.connection(); c != nil && c.send(n) {
		return nil
	}
	return fail(CodeNotConnected, "device %s has no connection", d.ID())
}
