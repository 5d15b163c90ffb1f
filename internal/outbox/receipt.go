package outbox

import (
	"context"
	"strings"
	"time"

	"wapost/internal/fault"
	"wapost/internal/session"
)

// receipted settles the messages that a receipt names and that are still on their way: whoever has a message has it from
// WhatsApp, also when WhatsApp's own answer to us has not come, or waits behind this receipt to be worked on. So message.sent
// is recorded before the receipt's event.
//
// Errors: fault.Unavailable when storage does not work now; the receipt comes again.
func (o *Outbox) receipted(ctx context.Context, deviceID string, r *session.Receipt) error {
	for _, id := range r.MessageIDs {
		if !strings.HasPrefix(id, idPrefix) {
			continue // written on a phone
		}
		row, err := o.store.Get(ctx, deviceID, id)
		if fault.Is(err, fault.NotFound) || err == nil && !row.given() {
			continue
		}
		if err != nil {
			return err
		}
		if err := o.arrived(ctx, &row, r); err != nil {
			return err
		}
	}
	return nil
}

// given reports whether WhatsApp may have the message although we have no answer.
func (r *Row) given() bool { return r.State == Sending || r.State == Queued && r.Attempts > 0 }

// arrived settles a row by a receipt. WhatsApp had the message before, and nobody knows by how much.
func (o *Outbox) arrived(ctx context.Context, row *Row, r *session.Receipt) error {
	dev, err := o.sender.Ready(ctx, 0, row.DeviceID, true)
	if dev.ID == "" {
		return err // the device has just been deleted, or is still loading
	}
	at := r.At
	if now := time.Now(); at.IsZero() || at.After(now) {
		at = now
	}
	row.State, row.SentAt, row.Error = Sent, at, ""
	if lid := o.flights.lid(row); lid != "" {
		row.Body.LID = lid
	}
	ended, err := o.end(ctx, row, o.sentEvent(ctx, &dev, row, r.ChatName))
	if err != nil || !ended {
		return err
	}
	o.crash("after-receipt")
	o.flights.land(row)
	o.waiters.tell(row.DeviceID, row.MessageID, nil)
	o.wake(row.DeviceID) // for what waits behind it in its chat
	return nil
}
