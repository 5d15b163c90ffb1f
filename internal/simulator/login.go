package simulator

import (
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// login answers a client that says it is linked: success, or a failure and the end.
func (s *Server) login(c *conn) {
	d := s.deviceOfLogin(c)
	if d == nil {
		c.refuse(attrs{"reason": 401})
		return
	}
	if fault := s.faults.takeRefusal(d); fault != nil {
		c.refuse(fault.attributes())
		return
	}
	old := d.attach(c)
	if old != nil {
		old.send(element("stream:error", nil, element("conflict", attrs{"type": "replaced"})))
		old.endAfterError(d)
	}
	c.send(element("success", attrs{"t": now(), "lid": d.lid, "props": "0", "location": "simulator", "creation": d.linkedAt.Unix()}))
	if s.faults.forDevice(d).OfflineOnSuccess {
		d.activate(c)
	}
}

// deviceOfLogin finds the device that a client claims to be; the static key must be the one that it was linked with.
func (s *Server) deviceOfLogin(c *conn) *Device {
	p := s.lookup(strconv.FormatUint(c.payload.GetUsername(), 10))
	if p == nil {
		return nil
	}
	d := p.device(uint16(c.payload.GetDevice()))
	if d == nil || d.noise != c.noise {
		return nil
	}
	return d
}

func (c *conn) refuse(a attrs) {
	a["location"] = "simulator"
	c.send(waBinary.Node{Tag: "failure", Attrs: a})
	c.end(closePause, true)
}

func (f *RefuseLogin) attributes() attrs {
	a := attrs{"reason": f.Reason, "message": f.Message}
	if f.Code != "" {
		a["code"] = f.Code
	}
	if f.ExpireS > 0 {
		a["expire"] = f.ExpireS
	}
	return a
}

// endAfterError closes behind a stream error, with the pause that the client needs or, as a fault, without.
func (c *conn) endAfterError(d *Device) {
	if c.srv.faults.forDevice(d).HarshClose {
		c.end(0, false)
		return
	}
	c.end(closePause, true)
}
