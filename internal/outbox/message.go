package outbox

import (
	"context"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
)

// Message returns a submitted message as an event would show it, what its sender calls it, and how far it has come: queued,
// sent or failed.
//
// Errors: fault.NotFound "No such message".
func (o *Outbox) Message(ctx context.Context, accountID int64, deviceID, messageID string) (event.Message, string, chat.Status, error) {
	dev, err := o.sender.Ready(ctx, accountID, deviceID, true)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return event.Message{}, "", "", err
	}
	row, err := o.store.Get(ctx, deviceID, messageID)
	if err != nil {
		return event.Message{}, "", "", err
	}
	status := chat.Queued
	switch row.State {
	case Sent:
		status = chat.Sent
	case Failed, Cancelled:
		status = chat.Failed
	}
	return sentMessage(&dev, &row), row.Body.ClientRef, status, nil
}
