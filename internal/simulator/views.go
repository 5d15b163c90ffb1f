package simulator

import (
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// DeviceInfo is the state of a linked device.
type DeviceInfo struct {
	JID, LID        types.JID
	Phone           string
	Connected       bool
	Active          bool // has finished its login
	Held            bool
	LinkedAt        time.Time
	LastLoginAt     time.Time // zero: never
	Logins          int
	PreKeys         int // one-time prekeys left
	Unacked         int
	OldestUnackedAt time.Time // zero: none
	LastAck         *Ack
}

// Ack is the last acknowledgement that a device sent.
type Ack struct {
	Class string // tag of the stanza
	ID    string
	At    time.Time
	Error string // set when the client refused the stanza
}

// UnackedStanza is one entry of a device's queue.
type UnackedStanza struct {
	Tag, ID     string
	From        types.JID
	QueuedAt    time.Time
	FirstSentAt time.Time // zero: not sent yet
	Tries       int
	Node        *waBinary.Node // not to be changed
}
