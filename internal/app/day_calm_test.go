package app_test

import (
	"os"
	"slices"
	"syscall"
	"time"
)

// calm waits until nothing is on its way: all devices are connected and have acknowledged everything, and the webhooks have
// as many events as the script has caused.
func (d *day) calm() {
	d.t.Helper()
	for _, s := range d.sides {
		d.release(s)
	}
	deadline := time.Now().Add(patience)
	for {
		if d.alive(); d.atRest() && d.connected() {
			return
		}
		if time.Now().After(deadline) {
			for _, s := range d.sides {
				dev, _ := d.w.Device(d.t.Context(), s.device)
				d.t.Errorf("%s after action %d: %d of %d events delivered, %+v", s.phone, d.n, s.receiver.count(explained), len(s.wants), dev)
			}
			d.end()
			d.t.FailNow()
		}
		pause()
	}
}

func (d *day) atRest() bool {
	for _, s := range d.sides {
		dev, err := d.w.Device(d.t.Context(), s.device)
		if err != nil || !dev.Active || !dev.Connected || dev.Unacked > 0 || s.receiver.count(explained) < len(s.wants) {
			return false
		}
	}
	return true
}

// connected asks the gateway, which learns of a login after WhatsApp has made it.
func (d *day) connected() bool {
	return !slices.ContainsFunc(d.sides, func(s *side) bool { return s.state() != "connected" })
}

// alive starts the gateway again when it has killed itself at the point that it was told.
func (d *day) alive() {
	select {
	case <-d.gate.ended:
		d.gate.kill()
		d.again("")
	default:
	}
}

func (d *day) release(s *side) {
	if !s.held {
		return
	}
	s.held = false
	_, err := d.w.Release(d.t.Context(), s.device, d.rng.IntN(3))
	d.must(err)
}

// terminate ends the gateway as a service manager does.
func (c *child) terminate() {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && err != os.ErrProcessDone {
		c.t.Fatal(err)
	}
	<-c.ended
	c.cmd = nil
}
