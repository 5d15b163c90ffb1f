package simulator

import (
	"context"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// writeAll is the writer of a connection: it ends with the connection.
func (c *conn) writeAll(ctx context.Context) {
	defer c.finish(false)
	for {
		next, ok := c.take()
		switch {
		case !ok:
			if !c.rest(ctx) {
				return
			}
		case next.end != nil:
			if wait(ctx, c.done, next.end.after) {
				c.finish(next.end.graceful)
			}
			return
		default:
			if !c.delay(ctx) || c.writeNode(ctx, next.node) != nil {
				return
			}
		}
	}
}

func (c *conn) take() (outgoing, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.out) == 0 {
		return outgoing{}, false
	}
	next := c.out[0]
	c.out[0] = outgoing{}
	c.out = c.out[1:]
	return next, true
}

// rest waits for work. It also keeps the ack deadline: nothing else runs for a connection that is idle.
func (c *conn) rest(ctx context.Context) bool {
	var deadline <-chan time.Time
	if d := c.device.Load(); d != nil {
		limit := time.Duration(c.srv.faults.forDevice(d).AckDeadlineMS) * time.Millisecond
		if left, ok := d.untilOverdue(c, limit); ok {
			timer := time.NewTimer(left)
			defer timer.Stop()
			deadline = timer.C
		}
	}
	select {
	case <-c.wake:
	case <-deadline:
		c.device.Load().demandAck(c)
	case <-ctx.Done():
		return false
	case <-c.done:
		return false
	}
	return true
}

// delay is the latency fault; a connection that is ending no longer waits.
func (c *conn) delay(ctx context.Context) bool {
	latency := c.srv.faults.forConn(c).LatencyMS
	if latency <= 0 {
		return true
	}
	c.mu.Lock()
	closing := c.closing
	c.mu.Unlock()
	return closing || wait(ctx, c.done, time.Duration(latency)*time.Millisecond)
}

func (c *conn) writeNode(ctx context.Context, n *waBinary.Node) error {
	plain, err := waBinary.Marshal(*n)
	if err != nil {
		c.srv.log.Error("simulator cannot encode a stanza", "tag", n.Tag, "reason", err)
		return nil // the connection is not to blame
	}
	c.srv.trace(DirectionOut, c, n)
	sealed := c.write.Seal(nil, nonce(c.writeN), plain, nil)
	c.writeN++
	return c.frames.write(ctx, sealed)
}
