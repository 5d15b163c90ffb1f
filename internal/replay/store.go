package replay

import (
	"context"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

// Attempt is a request that was made, and what it changes.
type Attempt struct {
	WebhookID int64
	Item      Item
	Trigger   delivery.Trigger
	Outcome   delivery.Outcome

	Job    string // "" = a retry by hand, whose wish is then fulfilled
	Cursor int64  // of the job: everything up to it is done; 0 = unchanged
	Failed bool   // the job gives the event up
}

// Store is what the room needs of the database. Each method is one transaction, or joins the one in ctx.
type Store interface {
	// Create stores a job and sets its range; Until zero is filled in and means all that is recorded by now. done is called after the commit. Errors: fault.Invalid when since lies before the
	// log, fault.Conflict when the webhook has a job that is not over.
	Create(ctx context.Context, j Job, done func()) (Job, error)
	// Get returns a job of a webhook. Errors: fault.NotFound "No such replay".
	Get(ctx context.Context, webhookID int64, id string) (Job, error)
	// List returns up to limit jobs of a webhook with an id below before ("" = all), newest first.
	List(ctx context.Context, webhookID int64, before string, limit int) ([]Job, error)
	// Open returns the jobs of active webhooks that are not over, oldest first.
	Open(ctx context.Context) ([]Job, error)
	// Begin marks a queued job as running and stores how many deliveries it matches.
	Begin(ctx context.Context, id string, matched int) error
	// Advance moves the cursor of a job.
	Advance(ctx context.Context, id string, cursor int64) error
	// End gives a job its final state; ended is false when it was over already.
	End(ctx context.Context, id string, s State) (j Job, ended bool, err error)

	// Page returns up to limit deliveries that a job wants, from its cursor on, and the place up to which it has looked.
	Page(ctx context.Context, w *webhook.Webhook, j Job, limit int) (items []Item, upTo int64, err error)
	// Item returns one delivery, whatever its status. Errors: fault.NotFound when the event has left the log.
	Item(ctx context.Context, w *webhook.Webhook, seq int64) (Item, error)
	// Record stores an attempt.
	Record(ctx context.Context, a Attempt) error

	// Wish adds a retry. done is called after the commit.
	Wish(ctx context.Context, r Retry, done func()) error
	// Wishes returns retries of active webhooks, oldest first, at most perWebhook for each.
	Wishes(ctx context.Context, perWebhook int) ([]Retry, error)
	// Forget removes a retry that cannot be made.
	Forget(ctx context.Context, r Retry) error

	Webhook(ctx context.Context, id int64) (webhook.Webhook, error)
	Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error
}

// Sink records events.
type Sink interface {
	Append(ctx context.Context, e *event.Event) error
}

// Engine is told of deliveries that were settled beside it, and says when a webhook with a rate limit may be asked.
type Engine interface {
	// Turn waits for a place in the webhook's rate limit, until ctx ends.
	Turn(ctx context.Context, webhookID int64) error
	Settled(webhookID, seq int64, inLane bool)
	// Tried is Settled for a failure of a delivery that the engine goes on with.
	Tried(webhookID, seq int64, attempts int)
}
