package app_test

import (
	"fmt"

	"wapost/simclient"
)

// What goes wrong in a day.

// kick cuts a connection. After three short ones in a row the gateway takes it that somebody else uses its keys.
func (d *day) kick() bool {
	s := d.side()
	if s.held || s.kicks == 2 {
		return false
	}
	s.kicks++
	_, err := d.w.Kick(d.t.Context(), s.device, simclient.Kick{Graceful: d.rng.IntN(2) == 0})
	d.must(err)
	return true
}

// hold keeps back what goes to a device, for some actions or until all must be calm.
func (d *day) hold() bool {
	s := d.side()
	if s.held {
		d.release(s)
		return true
	}
	_, err := d.w.Hold(d.t.Context(), s.device)
	d.must(err)
	s.held = true
	return true
}

// stop ends the gateway as a service manager does, in the middle of what goes on, and starts it again.
func (d *day) stop() bool {
	d.some(d.rng.IntN(8))
	d.gate.terminate()
	d.some(d.rng.IntN(8))
	d.again("")
	return true
}

// kill ends it without a warning.
func (d *day) kill() bool {
	d.some(d.rng.IntN(8))
	d.gate.kill()
	d.some(d.rng.IntN(8))
	d.again("")
	return true
}

// crash has the gateway kill itself at a named point, while messages come.
func (d *day) crash() bool {
	d.gate.kill()
	d.again(fmt.Sprintf("%s:%d", pickOf(d, []string{"after-decrypt", "after-commit"}), 1+d.rng.IntN(6)))
	d.some(10)
	d.calm() // starts it again
	d.gate.kill()
	d.again("") // if it has not come to the point
	return true
}

// again starts the gateway.
func (d *day) again(crash string) {
	d.gate.start(crash)
	if crash == "" {
		d.gate.ready()
	}
	for _, s := range d.sides {
		s.kicks = 0
	}
}

// some makes actions that need no gateway.
func (d *day) some(n int) {
	var flowing []act
	for _, a := range acts() {
		if !a.apart && a.name != "kick" && a.name != "hold" && a.name != "stop" && a.name != "kill" && a.name != "crash" {
			flowing = append(flowing, a)
		}
	}
	for range n {
		d.act(pickOf(d, flowing))
	}
}
