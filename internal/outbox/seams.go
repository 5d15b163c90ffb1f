package outbox

import (
	"context"
	"time"

	"wapost/internal/event"
	"wapost/internal/message"
	"wapost/internal/session"
)

// Store keeps the rows. Every method is one transaction; inside Atomic they join its one.
type Store interface {
	Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error
	// Add inserts a row behind all others. Errors: fault.Conflict when the device has one of this id.
	Add(ctx context.Context, r Row) error
	// Get reads a row. Errors: fault.NotFound.
	Get(ctx context.Context, deviceID, messageID string) (Row, error)
	// Open returns the first row of each chat of a device that is not settled, in the order of their submission, limit at most.
	Open(ctx context.Context, deviceID string, limit int) ([]Row, error)
	// Waiting returns the devices that have open rows.
	Waiting(ctx context.Context) ([]string, error)
	// Begin notes that a try begins; false = the row is not open any more.
	Begin(ctx context.Context, deviceID, messageID string) (bool, error)
	// Settle ends a row; false = it had ended before, and nothing is changed.
	Settle(ctx context.Context, r Row) (bool, error)
	// Postpone puts a row back; counted says whether the try counts.
	Postpone(ctx context.Context, r Row, counted bool) error
	// Cancel ends a row that is only queued; it returns what state the row had. Errors: fault.NotFound.
	Cancel(ctx context.Context, deviceID, messageID string) (State, error)
	// List returns a page, oldest first, and the cursor of the next one.
	List(ctx context.Context, deviceID string, f Filter) ([]Row, string, error)
	// Prune deletes rows settled before a time.
	Prune(ctx context.Context, before time.Time) error
}

// Sender is session.Manager.
type Sender interface {
	Ready(ctx context.Context, accountID int64, id string, queue bool) (session.Device, error)
	Resolve(ctx context.Context, deviceID string, a message.Address) (session.Linked, error)
	ChatKey(ctx context.Context, deviceID string, a message.Address, lid, phone string) (string, error)
	Compose(m message.Outgoing, q session.Quote) ([]byte, error)
	Send(ctx context.Context, deviceID string, p session.Parcel) (session.Accepted, error)
	OnUsable(f func(deviceID string))
	OnReceipt(f func(ctx context.Context, deviceID string, r *session.Receipt) error)
}

// Sink records events: nil means that they are on disk.
type Sink interface {
	Append(ctx context.Context, e *event.Event) error
}
