package simulator

import (
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Directions of a stanza.
const (
	DirectionIn  = "in"  // from the client
	DirectionOut = "out" // to the client
)

// TraceEntry is a stanza that crossed the wire. Node must not be changed; Node.String() is XML-like text.
type TraceEntry struct {
	Seq       uint64
	At        time.Time
	Direction string
	Device    types.JID // empty before the login
	Tag, ID   string
	Node      *waBinary.Node
}

// Trace is every stanza that crossed the wire, in the order of the wire for each connection.
func (s *Server) Trace() *Feed[TraceEntry] { return s.stanzas }

func (s *Server) trace(direction string, c *conn, n *waBinary.Node) {
	s.stanzas.add(func(seq uint64) TraceEntry {
		return TraceEntry{Seq: seq, At: time.Now(), Direction: direction, Device: deviceOf(c), Tag: n.Tag, ID: attrText(n, "id"), Node: n}
	})
}

// deviceOf names the device of a connection for the trace.
func deviceOf(c *conn) types.JID {
	if d := c.device.Load(); d != nil {
		return d.jid
	}
	return types.EmptyJID
}
