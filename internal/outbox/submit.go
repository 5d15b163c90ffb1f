package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// Options of Submit.
type Options struct {
	Wait           time.Duration // for WhatsApp's answer; 0 = queue only
	IdempotencyKey string        // "" = every call is a new message
}

// Submit takes a message and, with a wait, stays until WhatsApp has it or the wait is over.
//
// Errors: fault.NotFound for an unknown device or recipient; fault.Conflict when the device cannot take it: with a wait it
// must be connected, and nothing is stored else; fault.Unprocessable when the key was used for another message; and, within
// the wait, why WhatsApp refused.
func (o *Outbox) Submit(ctx context.Context, accountID int64, deviceID string, m message.Outgoing, opt Options) (Result, error) {
	if err := m.Validate(); err != nil {
		return Result{}, err
	}
	id := newID(deviceID, opt.IdempotencyKey)
	if opt.IdempotencyKey != "" {
		if _, err := o.sender.Ready(ctx, accountID, deviceID, true); fault.Is(err, fault.NotFound) {
			return Result{}, err
		}
		if r, err := o.known(ctx, deviceID, id, m); err == nil || !fault.Is(err, fault.NotFound) {
			if err != nil {
				return Result{}, err
			}
			return o.await(ctx, r, opt.Wait)
		}
	}
	dev, err := o.sender.Ready(ctx, accountID, deviceID, opt.Wait == 0)
	if err != nil {
		return Result{}, err
	}
	row, err := o.compose(ctx, &dev, id, m)
	if err != nil {
		return Result{}, err
	}
	err = o.store.Add(ctx, row)
	if fault.Is(err, fault.Conflict) && opt.IdempotencyKey != "" { // the same request, twice at the same time
		if row, err = o.known(ctx, deviceID, id, m); err != nil {
			return Result{}, err
		}
	}
	if err != nil {
		return Result{}, err
	}
	o.wake(deviceID)
	return o.await(ctx, row, opt.Wait)
}

// known returns the row of an earlier request with the same key.
func (o *Outbox) known(ctx context.Context, deviceID, id string, m message.Outgoing) (Row, error) {
	r, err := o.store.Get(ctx, deviceID, id)
	if err != nil {
		return Row{}, err
	}
	if !same(r.Body.Outgoing, m) {
		return Row{}, fault.New(fault.Unprocessable, "Idempotency-Key was used before with another request")
	}
	return r, nil
}

// same compares what two requests asked for.
func same(a, b message.Outgoing) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// compose makes the row of a message: recipient, quote and protobuf are fixed now.
func (o *Outbox) compose(ctx context.Context, dev *session.Device, id string, m message.Outgoing) (Row, error) {
	to, err := message.ParseAddress(m.To)
	if err != nil {
		return Row{}, err
	}
	who, err := o.recipient(ctx, dev, to)
	if err != nil {
		return Row{}, err
	}
	q, quoted, err := o.quote(ctx, dev, to, who, m.ReplyTo)
	if err != nil {
		return Row{}, err
	}
	payload, err := o.sender.Compose(m, q)
	if err != nil {
		return Row{}, err
	}
	now := time.Now()
	row := Row{DeviceID: dev.ID, MessageID: id, Chat: to.JID(), Payload: payload, State: Queued, ExpiresAt: now.Add(m.Expiry()), CreatedAt: now,
		Body: Body{Outgoing: m, LID: who.LID, Phone: who.Phone, Quoted: quoted}}
	if who.LID != "" {
		row.Chat = who.LID // one chat, one address: its messages keep their order whichever address the caller used
	}
	return row, nil
}

// recipient finds who is meant. While the device is not connected an unknown number cannot be asked for: it is found out when
// the message goes out.
func (o *Outbox) recipient(ctx context.Context, dev *session.Device, to message.Address) (session.Linked, error) {
	if !to.IsPerson() {
		return session.Linked{JID: to.JID()}, nil
	}
	who, err := o.sender.Resolve(ctx, dev.ID, to)
	if err != nil && !dev.State.Online() && fault.Is(err, fault.Conflict) {
		return session.Linked{JID: to.JID(), Phone: to.Phone()}, nil
	}
	return who, publicly(err)
}

// publicly returns the fault inside a refusal: a caller of the API has nothing to try again.
func publicly(err error) error {
	var r *message.Refusal
	if errors.As(err, &r) {
		return r.Err
	}
	return err
}

// await waits for the outcome of a row.
func (o *Outbox) await(ctx context.Context, row Row, wait time.Duration) (Result, error) {
	if wait <= 0 {
		return row.result(), nil
	}
	outcome, leave := o.waiters.join(row.DeviceID, row.MessageID)
	defer leave()
	// It may have been settled between the insert and the join.
	if r, err := o.store.Get(ctx, row.DeviceID, row.MessageID); err == nil && r.settled() {
		return r.outcome()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case err := <-outcome:
		if err != nil {
			return Result{}, publicly(err)
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	r, err := o.store.Get(context.WithoutCancel(ctx), row.DeviceID, row.MessageID)
	if err != nil {
		return Result{}, err
	}
	return r.outcome()
}

func (r *Row) settled() bool { return r.State == Sent || r.State == Failed || r.State == Cancelled }

// outcome returns what a caller is told of a row: a failure is an error.
func (r *Row) outcome() (Result, error) {
	if r.State == Failed {
		return Result{}, fault.New(fault.BadGateway, "%s", r.Error)
	}
	return r.result(), nil
}
