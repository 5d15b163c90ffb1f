// Package journal is the one door in: an event that Append accepted is committed, and from that row alone every webhook
// that wants it will get it.
//
// It promises no more than the store under it has put on disk, and it never drops: when the queue is full, Append waits.
package journal

import (
	"context"
	"errors"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Store puts a sealed event into the log and returns when it is on disk; nil also for a second copy of an occurrence.
type Store interface {
	Append(ctx context.Context, e *event.Sealed) error
}

// Journal records events.
type Journal struct{ store Store }

// New returns the journal over a log.
func New(store Store) *Journal { return &Journal{store} }

var errIncomplete = errors.New("an event needs an account, a key and a time")

// Append records an event: nil means that it, or an earlier copy of the same occurrence, is on disk. With the context of a
// running transaction of the store it becomes part of that transaction.
//
// Errors: fault.Unavailable when storage does not work now; fault.NotFound when the event's device has been deleted, so that
// nobody is left to be told; fault.Internal when the event cannot be rendered.
func (j *Journal) Append(ctx context.Context, e *event.Event) error {
	if e.AccountID == 0 || e.Key == "" || e.At.IsZero() {
		return fault.Wrap(errIncomplete, fault.Internal, "Failed to record event")
	}
	sealed, err := e.Seal()
	if err != nil {
		return fault.Wrap(err, fault.Internal, "Failed to record event")
	}
	return j.store.Append(ctx, sealed)
}
