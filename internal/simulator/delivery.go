package simulator

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// Delivery follows one message to the devices that it was sent to. It is complete when Send returns.
type Delivery struct {
	ID      string
	To      types.JID // group, or the receiver's LID
	At      time.Time // of the message
	targets []target
}

type target struct {
	jid    types.JID
	stanza *stanza
}

// Targets tells where the message stands at each device: those of the receivers, and the sender's own.
func (d *Delivery) Targets() []TargetState {
	list := make([]TargetState, len(d.targets))
	for i, t := range d.targets {
		list[i] = TargetState{JID: t.jid.String(), State: t.stanza.stateName()}
	}
	return list
}

// Acked reports whether every device has acknowledged; it is true when there is none.
func (d *Delivery) Acked() bool {
	for _, t := range d.targets {
		if t.stanza.state.Load() != stanzaAcked {
			return false
		}
	}
	return true
}

// Wait waits until every device has acknowledged or was unlinked; it returns ctx's error when that ends first.
func (d *Delivery) Wait(ctx context.Context) error {
	for _, t := range d.targets {
		select {
		case <-t.stanza.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
