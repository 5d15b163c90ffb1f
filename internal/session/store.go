package session

import (
	"context"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
)

// Store keeps the devices. Every method is one transaction; inside Atomic they join its one.
type Store interface {
	// Atomic makes one transaction of what is written with the context given to fn.
	Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error
	// AfterCommit calls f once the transaction that ctx carries is on disk, and never if it fails. f must not block.
	AfterCommit(ctx context.Context, f func())
	// Create inserts a device if the account's limit allows. Errors: fault.Conflict.
	Create(ctx context.Context, d Device, secretHash []byte) error
	// Get reads a device; accountID 0 = of any account. Errors: fault.NotFound.
	Get(ctx context.Context, accountID int64, id string) (Device, error)
	// List returns a page of devices, oldest first, and the cursor of the next one ("" = the last).
	List(ctx context.Context, f Filter) ([]Device, string, error)
	// Update changes what a caller may change.
	Update(ctx context.Context, accountID int64, id string, c Change) (Device, error)
	// SetProxy keeps the proxy of a device. Errors: fault.NotFound.
	SetProxy(ctx context.Context, id string, p Proxy) error
	// SetState keeps the state of a device, with everything that Turn holds.
	SetState(ctx context.Context, id string, t Turn) error
	// Saw keeps when the device and its phone were last seen.
	Saw(ctx context.Context, id string, s Sightings) error
	// Link says who the device is now. Errors: fault.Conflict when another device holds the number.
	Link(ctx context.Context, id string, l Linked) error
	// Release lets another device take the number; the JID stays on record unless forget.
	Release(ctx context.Context, id string, forget bool) error
	// Delete removes a device and all that hangs on it.
	Delete(ctx context.Context, id string) error
}

// Identities keeps what accounts have learnt about who is who.
type Identities interface {
	// All returns what an account knows, the oldest first.
	All(ctx context.Context, accountID int64) ([]Identity, error)
	// Learn adds to it; a LID that has a new number gets it and keeps its key. One without a LID is a number that is a key.
	Learn(ctx context.Context, accountID int64, learned []Identity) error
}

// Chats keeps what is true of chats beside what their events say.
type Chats interface {
	// Mark keeps settings and names of chats of a device; notes are of chat.Marked. A name alone begins no chat of a person.
	Mark(ctx context.Context, deviceID string, notes []chat.Note) error
	// Name returns the name of a chat by its canonical address; "" = not known.
	Name(ctx context.Context, deviceID, key string) (string, error)
}

// Turn is the part of a device that changes with its state.
type Turn struct {
	State        State
	Reason       string
	Since        time.Time
	Until        time.Time
	ConnectedAt  time.Time
	PushName     string
	BusinessName string
	Platform     string
}

// Sink records events: nil means that they are on disk.
type Sink interface {
	Append(ctx context.Context, e *event.Event) error
}
