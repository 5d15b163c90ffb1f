package simulator

import (
	"context"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// Linking is how far the newest attempt to link a client has come.
func (p *Person) Linking() Linking {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.linking
}

// WaitLinking waits until the status is another than the given one, or ctx ends, and returns the newest.
func (p *Person) WaitLinking(ctx context.Context, status string) Linking {
	for {
		p.mu.Lock()
		current, wake := p.linking, p.linkWake
		p.mu.Unlock()
		if current.Status != status {
			return current
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return current
		}
	}
}

func (p *Person) setLinking(l Linking) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linking = l
	close(p.linkWake)
	p.linkWake = make(chan struct{})
}

func (p *Person) linkMode() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.link
}

// answerLinking handles the queries by which a client is linked, or removes itself; false means that it is none of them.
func (c *conn) answerLinking(d *Device, child *waBinary.Node) (reply, bool) {
	switch child.Tag {
	case "link_code_companion_reg":
		return c.srv.answerTypedCode(c, child), true
	case "remove-companion-device":
		if d == nil {
			return queryError(401, "not-authorized"), true
		}
		return result().andThen(d.leave), true
	}
	return c.answerPasskey(child)
}
