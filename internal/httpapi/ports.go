package httpapi

import (
	"context"
	"time"

	"wapost/internal/access"
	"wapost/internal/delivery"
	"wapost/internal/message"
	"wapost/internal/outbox"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

// Accounts is what the /admin routes ask of access.Accounts.
type Accounts interface {
	Create(ctx context.Context, a access.NewAccount) (access.AccountRecord, access.NewKey, error)
	List(ctx context.Context, f access.AccountFilter) ([]access.AccountRecord, string, error)
	Get(ctx context.Context, id int64) (access.AccountRecord, error)
	Update(ctx context.Context, id int64, c access.AccountChange) (access.AccountRecord, error)
	Delete(ctx context.Context, id int64) error
}

// Sessions is what the device routes ask of session.Manager. accountID 0 means any account.
type Sessions interface {
	Create(ctx context.Context, d session.NewDevice) (session.Device, error)
	Get(ctx context.Context, accountID int64, id string) (session.Device, error)
	List(ctx context.Context, f session.Filter) (devices []session.Device, next string, err error)
	Update(ctx context.Context, accountID int64, id string, c session.Change) (session.Device, error)
	Status(ctx context.Context, accountID int64, id string) (session.Status, error)
	StartPairing(ctx context.Context, accountID int64, id string) (session.PairingCode, error)
	CurrentCode(ctx context.Context, accountID int64, id string) (session.PairingCode, error)
	WatchPairing(ctx context.Context, accountID int64, id string) (<-chan session.PairingStep, error)
	PairByPhone(ctx context.Context, accountID int64, id, phone string, notify bool, clientName string) (session.PairingCode, error)
	CancelPairing(ctx context.Context, accountID int64, id string) error
	Reconnect(ctx context.Context, accountID int64, id string, wait time.Duration) (session.Status, error)
	Logout(ctx context.Context, accountID int64, id string, force bool) error
	Delete(ctx context.Context, accountID int64, id string) error
	Registered(ctx context.Context, accountID int64, id, phone string) (session.Registration, error)
}

// Webhooks is webhook.Service.
type Webhooks interface {
	Create(ctx context.Context, s webhook.Scope, d webhook.Draft) (w webhook.Webhook, generated string, err error)
	List(ctx context.Context, s webhook.Scope, o webhook.ListOptions) (hooks []webhook.Webhook, next string, err error)
	Get(ctx context.Context, s webhook.Scope, id int64) (webhook.Webhook, error)
	Patch(ctx context.Context, s webhook.Scope, id int64, p webhook.Patch) (webhook.Webhook, error)
	Delete(ctx context.Context, s webhook.Scope, id int64) error
}

// Deliveries knows what waits for a webhook.
type Deliveries interface {
	Backlog(ctx context.Context, w *webhook.Webhook) (delivery.Backlog, error)
}

// Outbox takes messages for WhatsApp.
type Outbox interface {
	Submit(ctx context.Context, accountID int64, deviceID string, m message.Outgoing, o outbox.Options) (outbox.Result, error)
	List(ctx context.Context, accountID int64, deviceID string, f outbox.Filter) (results []outbox.Entry, next string, err error)
	Cancel(ctx context.Context, accountID int64, deviceID, messageID string) error
}

// Answers keeps what requests with an Idempotency-Key were answered.
type Answers interface {
	Find(ctx context.Context, scope, key string) (a store.Answer, ok bool, err error)
	// Keep joins the transaction that ctx carries. Errors: fault.Conflict when the key was taken meanwhile.
	Keep(ctx context.Context, scope, key string, a store.Answer) error
	Prune(ctx context.Context) (deleted int64, err error)
	// Atomic makes one transaction of what is written with the context given to fn.
	Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error
}

// Figures counts for the operator.
type Figures interface {
	Totals(ctx context.Context, now time.Time) (store.Totals, error)
}
