package replay

import (
	"time"

	"github.com/google/uuid"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// State is where a job stands.
type State string

// The states. The last three are final.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Cancelled State = "cancelled"
	Failed    State = "failed" // the endpoint did not take enough of it
)

// Over reports whether nothing more will be sent.
func (s State) Over() bool { return s != Queued && s != Running }

// Status says which deliveries a job sends again.
type Status string

// The statuses.
const (
	Dead      Status = "dead"      // given up
	Missing   Status = "missing"   // nobody has sent it, and nobody is going to
	Delivered Status = "delivered" // taken by the endpoint once
)

// Job sends a part of the log to one webhook again.
type Job struct {
	ID         string
	WebhookID  int64
	State      State
	Since      time.Time
	Until      time.Time
	Types      []string // names and patterns as webhook.ParseEvents returns them
	Statuses   []Status
	Cursor     int64 // everything up to this event is done
	Last       int64 // newest event that belongs to the job
	Matched    int   // -1 = not counted yet
	Sent       int   // requests
	Delivered  int   // events
	Failed     int   // events that were refused, or not taken after several tries
	CreatedAt  time.Time
	FinishedAt time.Time
}

// newID returns "rpl_" and a fresh UUIDv7.
func newID() string { return "rpl_" + uuid.Must(uuid.NewV7()).String() }

// Item is one delivery to be made.
type Item struct {
	Event    *event.Recorded
	Include  []event.Include
	Attempts int  // made so far
	Taken    bool // the endpoint has taken it before
	InLane   bool // the engine has it, refused before
}

// Retry is a wish for one delivery.
type Retry struct{ WebhookID, Seq int64 }

// key is the queue of an item: items with the same one are sent one after the other.
func (i *Item) key(w *webhook.Webhook) string {
	switch w.Ordering {
	case webhook.FIFO:
		return ""
	case webhook.Parallel:
		return i.Event.ID
	}
	return i.Event.Key
}
