package httpapi

import (
	"context"
	"io"
	"time"

	"wapost/internal/access"
	"wapost/internal/chat"
	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/event"
	"wapost/internal/history"
	"wapost/internal/journal"
	"wapost/internal/media"
	"wapost/internal/message"
	"wapost/internal/outbox"
	"wapost/internal/replay"
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
	AnswerPasskey(ctx context.Context, accountID int64, id string, a session.Assertion) (session.State, error)
	ConfirmPasskey(ctx context.Context, accountID int64, id string) (session.State, error)
	CancelPairing(ctx context.Context, accountID int64, id string) error
	Reconnect(ctx context.Context, accountID int64, id string, wait time.Duration) (session.Status, error)
	Proxy(ctx context.Context, accountID int64, id string) (session.ProxyStatus, error)
	SetProxy(ctx context.Context, accountID int64, id, url string, wait time.Duration) (session.ProxyStatus, error)
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
	RotateSecret(ctx context.Context, s webhook.Scope, id int64, r webhook.Rotation) (generated string, previousEnds time.Time, err error)
}

// Log is the log of events, read from places that are seen outside as cursors.
type Log interface {
	Head(ctx context.Context) (int64, error)
	Read(ctx context.Context, f store.EventFilter, after int64, limit int) (store.EventPage, error)
	ReadBack(ctx context.Context, f store.EventFilter, before int64, limit int) (store.EventPage, error)
	// Place reads a cursor or an event id. Errors: fault.Gone, fault.Invalid.
	Place(ctx context.Context, accountID int64, deviceID, text string) (int64, error)
	ByID(ctx context.Context, accountID int64, deviceID, id string) (*event.Recorded, error)
	Aliases(ctx context.Context, accountID int64, jid string) ([]string, error)
}

// Feed wakes readers of the log.
type Feed interface {
	Join(accountID int64) (*journal.Reader, error)
}

// History tells what became of deliveries.
type History interface {
	List(ctx context.Context, w *webhook.Webhook, f store.DeliveryFilter) (list []store.Delivery, next int64, more bool, err error)
	Get(ctx context.Context, w *webhook.Webhook, eventID string) (store.Delivery, error)
	OfEvent(ctx context.Context, s webhook.Scope, r *event.Recorded) ([]store.EventDelivery, error)
	Stats(ctx context.Context, w *webhook.Webhook, since time.Time) (store.WebhookStats, error)
}

// Replays is replay.Service.
type Replays interface {
	Start(ctx context.Context, w *webhook.Webhook, wish replay.Wish) (replay.Job, error)
	Get(ctx context.Context, webhookID int64, id string) (replay.Job, error)
	List(ctx context.Context, webhookID int64, before string, limit int) (jobs []replay.Job, next string, err error)
	Cancel(ctx context.Context, w *webhook.Webhook, id string) (replay.Job, error)
	Retry(ctx context.Context, w *webhook.Webhook, seq int64) error
}

// Tester makes one attempt and keeps what both sides said.
type Tester interface {
	Examine(ctx context.Context, r delivery.Request) httppost.Exchange
}

// Deliveries knows what waits for a webhook.
type Deliveries interface {
	Backlog(ctx context.Context, w *webhook.Webhook) (delivery.Backlog, error)
}

// Messages finds chats and what was said in them.
type Messages interface {
	chat.Finder
	List(ctx context.Context, accountID int64, deviceID string, f chat.Filter) (chats []chat.Summary, next string, err error)
	Chat(ctx context.Context, accountID int64, deviceID, jid string) (chat.Summary, error)
	In(ctx context.Context, accountID int64, deviceID, jid string, p chat.Page) (messages []chat.Kept, next string, err error)
	Receipts(ctx context.Context, accountID int64, deviceID, jid, messageID string) ([]chat.PersonReceipt, error)
}

// Past is history.Service.
type Past interface {
	Ask(ctx context.Context, accountID int64, deviceID string, q history.Question) (requestID string, err error)
	Progress(ctx context.Context, deviceID string) ([]history.Progress, error)
}

// Outbox takes messages for WhatsApp.
type Outbox interface {
	Message(ctx context.Context, accountID int64, deviceID, messageID string) (m event.Message, clientRef string, status chat.Status, err error)
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

// Files is media.Archive.
type Files interface {
	Open(ctx context.Context, s media.Scope, id string) (*media.File, error)
	Info(ctx context.Context, s media.Scope, id string) (media.Record, error)
	// About describes a file as its event did; Until tells when our copy goes, zero = not known.
	About(ctx context.Context, r *media.Record) (event.Media, error)
	Until(r *media.Record) time.Time
	OfMessage(ctx context.Context, s media.Scope, chats []string, messageID string) (media.Record, error)
	Drop(ctx context.Context, s media.Scope, id string) error
	Receive(ctx context.Context, account int64, from io.Reader) (*media.Incoming, error)
	Accept(ctx context.Context, s media.Scope, in *media.Incoming, filename, mimeType string) (event.Media, error)
	Ask(ctx context.Context, s media.Scope, chats, senders []string, messageID string) error
}
