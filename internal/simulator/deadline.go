package simulator

import (
	"time"

	"go.mau.fi/whatsmeow/types"
)

// untilOverdue is how long the oldest stanza sent on a connection may still stay un-acknowledged; false when nothing is
// to be watched.
func (d *Device) untilOverdue(c *conn, limit time.Duration) (time.Duration, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if limit <= 0 || d.conn != c || d.sent == 0 {
		return 0, false
	}
	return max(0, limit-time.Since(d.queue[0].sentAt)), true
}

// demandAck ends a connection as real servers do when a stanza stays un-acknowledged: with a stream error that names it.
func (d *Device) demandAck(c *conn) {
	limit := time.Duration(d.srv.faults.forDevice(d).AckDeadlineMS) * time.Millisecond
	left, ok := d.untilOverdue(c, limit)
	if !ok || left > 0 {
		return // acknowledged meanwhile
	}
	d.mu.Lock()
	if d.sent == 0 {
		d.mu.Unlock()
		return
	}
	n := &d.queue[0].node
	d.mu.Unlock()
	c.send(element("stream:error", nil, element("ack", attrs{"class": n.Tag, "id": attrText(n, "id"), "from": types.ServerJID})))
	c.endAfterError(d)
}
