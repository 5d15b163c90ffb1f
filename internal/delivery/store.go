package delivery

import (
	"context"
	"time"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// Status is the state of a stored delivery.
type Status string

// The statuses of rows: a delivery without trouble has none.
const (
	Retrying Status = "retrying"
	Late     Status = "late" // retrying, but its key no longer waits for it
	Dead     Status = "dead"
	Lapsed   Status = "expired" // left to the retention before it was delivered
)

// over reports whether nothing more will be tried.
func (s Status) over() bool { return s != Retrying && s != Late }

// Row is a delivery that was refused at least once.
type Row struct {
	Webhook  int64
	Seq      int64
	Status   Status
	Tries    int // spent of the message clock
	Attempts int // made, probes included
	NextAt   time.Time
	Reason   string
}

// Open is a Row with what is needed to go on with it.
type Open struct {
	Row
	Key     string
	At      time.Time // when the event was recorded
	Include []event.Include
}

// State is all that the database knows about the deliveries of one webhook.
type State struct {
	Webhook *webhook.Webhook
	Open    []Open         // in order of the log
	Settled map[int64]bool // above the cursor
}

// Success is a delivery that is done. Status 0 marks a best-effort event that became too old to be sent.
type Success struct {
	Webhook  int64
	Seq      int64
	Status   int
	Trigger  Trigger // "" = Auto
	Duration time.Duration
	At       time.Time
	Attempts int
	HadRow   bool
	Beside   bool // somebody else has made the request and stored it: only the row is to go
}

// Trigger says why an attempt was made.
type Trigger string

// The triggers.
const (
	Auto  Trigger = "auto"
	Probe Trigger = "probe"
)

// Failure is a failed attempt and the state it leaves.
type Failure struct {
	Row
	N       int // number of the attempt
	Trigger Trigger
	Outcome Outcome
}

// Batch is what the engine writes in one transaction.
type Batch struct {
	Successes []Success
	Failures  []Failure
	Refunds   []Row // tries given back by an outage
	Breakers  map[int64]webhook.Breaker
	Cursors   map[int64]int64
	Disabled  map[int64]string // webhook → reason
	Events    []*event.Sealed  // about webhooks, for the account's other ones
	Patient   bool             // nothing waits for it: it may be written with what comes in the next moments
}

func (b *Batch) empty() bool {
	return len(b.Successes)+len(b.Failures)+len(b.Refunds)+len(b.Breakers)+len(b.Cursors)+len(b.Disabled)+len(b.Events) == 0
}

// Store is what the engine needs of the database.
type Store interface {
	// LoadAll returns the state of every active webhook.
	LoadAll(ctx context.Context) ([]State, error)
	// Load returns the state of one webhook, whatever its status; fault.NotFound when it was deleted.
	Load(ctx context.Context, webhookID int64) (State, error)
	// Head returns the number of the newest committed event.
	Head(ctx context.Context) (int64, error)
	// Log returns up to limit events with after < seq <= upTo, oldest first; account 0 = all accounts, device "" = all devices.
	Log(ctx context.Context, account int64, device string, after, upTo int64, limit int) ([]*event.Recorded, error)
	// Event returns one event; fault.NotFound when it has left the log.
	Event(ctx context.Context, seq int64) (*event.Recorded, error)
	// Waiting counts the events above after that w wants and that are not settled, plus the open rows at or below after.
	Waiting(ctx context.Context, w *webhook.Webhook, after int64) (n int, oldest time.Time, err error)
	// Settle writes a batch in the next commit round and calls done with the result, on a goroutine that must not be blocked.
	Settle(b Batch, done func(error))
}
