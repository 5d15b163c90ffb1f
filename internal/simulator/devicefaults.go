package simulator

import (
	"context"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Kick cuts the connection, behind what was handed to it before; it reports whether there was one. Errors: ErrNotRunning
// with Times above 1.
func (d *Device) Kick(k Kick) (wasConnected bool, err error) {
	wasConnected = d.kickOnce(k.Graceful)
	if k.Times <= 1 {
		return wasConnected, nil
	}
	return wasConnected, d.srv.life.start("kick", func(ctx context.Context) {
		for range k.Times - 1 {
			if !wait(ctx, nil, k.Interval) {
				return
			}
			d.kickOnce(k.Graceful)
		}
	})
}

func (d *Device) kickOnce(graceful bool) bool {
	c := d.connection()
	if c != nil {
		c.end(0, graceful)
	}
	return c != nil
}

// StreamError sends a stream error and closes. Errors: ErrNotConnected.
func (d *Device) StreamError(e StreamError) error {
	c := d.connection()
	if c == nil {
		return fail(CodeNotConnected, "device %s has no connection", d.ID())
	}
	n := waBinary.Node{Tag: "stream:error", Attrs: attrs{"code": e.Code}}
	switch {
	case e.Conflict != "":
		n.Content = []waBinary.Node{element("conflict", attrs{"type": e.Conflict})}
	case e.AckID != "":
		n.Content = []waBinary.Node{element("ack", attrs{"class": e.AckClass, "id": e.AckID})}
	}
	c.send(n)
	switch pause := e.CloseAfter; {
	case pause == CloseNever:
	case pause == CloseAtOnce:
		c.end(0, false)
	case pause == 0:
		c.endAfterError(d)
	default:
		c.end(pause, true)
	}
	return nil
}

// Hold keeps new stanzas back; it returns the length of the queue.
func (d *Device) Hold() (unacked int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held = true
	return len(d.queue)
}

// Release sends what was held, with at most window un-acked stanzas at a time until the next Release (0 = no limit), and
// returns how many waited.
func (d *Device) Release(window int) (released int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held, d.window = false, max(0, window)
	released = len(d.queue) - d.sent
	d.pumpLocked()
	return released
}

// CorruptNext damages the next count messages that persons encrypt for this device. What is already in the queue stays as
// it is, and a resend after a retry receipt is whole. Errors: ErrInvalid for an unknown damage.
func (d *Device) CorruptNext(count int, what string) error {
	switch what {
	case "":
		what = CorruptCiphertext
	case CorruptCiphertext, CorruptSenderKey, CorruptSession, CorruptProtobuf, CorruptEncType:
	default:
		return fail(CodeInvalid, "the simulator cannot damage %q", what)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.corrupt, d.how = max(0, count), what
	return nil
}

// takeCorruption is the damage of the next message, "" for none. A missing sender key is a damage of group messages only.
func (d *Device) takeCorruption(group bool) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.corrupt == 0 || d.how == CorruptSenderKey && !group {
		return ""
	}
	d.corrupt--
	return d.how
}

// SetPreKeysLeft drops one-time prekeys until at most left remain, tells the client, and returns how many remain.
func (d *Device) SetPreKeysLeft(left int) int {
	d.mu.Lock()
	if left = max(0, left); left < len(d.keys.oneTime) {
		d.keys.oneTime = d.keys.oneTime[len(d.keys.oneTime)-left:]
	}
	left = len(d.keys.oneTime)
	d.mu.Unlock()
	d.tellPreKeys(left)
	return left
}

func (d *Device) tellPreKeys(left int) {
	d.enqueue(element("notification", attrs{"from": types.ServerJID, "type": "encrypt", "id": d.srv.nextID(), "t": now()},
		element("count", attrs{"value": left})))
}
