package webhook

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"wapost/internal/egress"
	"wapost/internal/fault"
)

// Scope is whose webhooks a caller sees. The zero value sees all: it is the admin's.
type Scope struct {
	AccountID int64
	DeviceID  string // "" = the whole account, else only webhooks of that device
}

// DefaultLimit is how many webhooks an account may have (contract.md §2.11).
const DefaultLimit = 1000

// Store is what the service needs of the database. Each method is one transaction, or joins the one in ctx. done is called
// after the commit, with the id of the webhook. A webhook outside of the scope is fault.NotFound "No such webhook".
type Store interface {
	// Insert gives the webhook its id, and sets the cursor and the first filter to the head of the log, so that it gets every
	// event recorded after the commit and none before. fault.NotFound "No such device" when the device is not the account's,
	// fault.Conflict when the account has limit webhooks.
	Insert(ctx context.Context, w Webhook, limit int, done func(int64)) (Webhook, error)
	Get(ctx context.Context, s Scope, id int64) (Webhook, error)
	// List returns webhooks with an id above After, oldest first.
	List(ctx context.Context, s Scope, p Page) ([]Webhook, error)
	// Update stores what change makes of the webhook; its error undoes everything and comes back.
	Update(ctx context.Context, s Scope, id int64, change func(context.Context, *Webhook, Backlog) error, done func(int64)) (Webhook, error)
	// Delete removes the webhook with its queued deliveries.
	Delete(ctx context.Context, s Scope, id int64, done func(int64)) error
}

// Changes is told about every committed change, deletion included. It is called where commits are made: it must not block.
type Changes interface{ WebhookChanged(id int64) }

// Options of NewService.
type Options struct {
	Store   Store
	Door    *egress.Guard
	Changes Changes // nil = nobody listens
	Limit   int     // webhooks per account; 0 = DefaultLimit
	Logger  *slog.Logger
}

// Service registers, changes and shows webhooks.
type Service struct {
	store Store
	door  *egress.Guard
	done  func(int64)
	limit int
	log   *slog.Logger
}

// NewService makes the service. It starts nothing.
func NewService(o Options) *Service {
	s := &Service{store: o.Store, door: o.Door, done: func(int64) {}, limit: o.Limit, log: o.Logger}
	if o.Changes != nil {
		s.done = o.Changes.WebhookChanged
	}
	if s.limit == 0 {
		s.limit = DefaultLimit
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// Create registers a webhook. generated is the secret when the caller gave none: this is the only time that it is shown.
// Errors: fault.Invalid, fault.NotFound "No such device", fault.Conflict at the limit.
func (s *Service) Create(ctx context.Context, scope Scope, d Draft) (w Webhook, generated string, err error) {
	w, generated, err = d.build(s.door, now())
	if err != nil {
		return Webhook{}, "", err
	}
	if scope.DeviceID != "" {
		if d.DeviceID != nil && *d.DeviceID != scope.DeviceID {
			return Webhook{}, "", noDevice()
		}
		w.DeviceID = scope.DeviceID
	} else if d.DeviceID != nil && *d.DeviceID == "" {
		return Webhook{}, "", noDevice()
	}
	w.AccountID = scope.AccountID
	if w, err = s.store.Insert(ctx, w, s.limit, s.done); err != nil {
		return Webhook{}, "", err
	}
	s.log.InfoContext(ctx, "webhook created", "webhook_id", w.ID, "device_id", w.DeviceID)
	return w, generated, nil
}

// Get returns one webhook; fault.NotFound when it is not the caller's.
func (s *Service) Get(ctx context.Context, scope Scope, id int64) (Webhook, error) {
	return s.store.Get(ctx, scope, id)
}

// List returns a page, oldest first, and where the next one begins; "" = this was the last. Errors: fault.Invalid,
// fault.NotFound "No such device".
func (s *Service) List(ctx context.Context, scope Scope, o ListOptions) (list []Webhook, next string, err error) {
	p, err := o.page()
	if err != nil {
		return nil, "", err
	}
	if scope.DeviceID != "" && p.DeviceID != "" && p.DeviceID != scope.DeviceID {
		return nil, "", noDevice()
	}
	want := p.Limit
	p.Limit++ // one more tells whether there is a next page
	if list, err = s.store.List(ctx, scope, p); err != nil {
		return nil, "", err
	}
	if len(list) > want {
		list = list[:want]
		next = strconv.FormatInt(list[want-1].ID, 10)
	}
	return list, next, nil
}

// Patch changes a webhook. Errors: fault.Invalid, fault.NotFound, fault.Conflict.
func (s *Service) Patch(ctx context.Context, scope Scope, id int64, p Patch) (Webhook, error) {
	now := now()
	c, err := p.checked(s.door, now)
	if err != nil {
		return Webhook{}, err
	}
	w, err := s.store.Update(ctx, scope, id, func(ctx context.Context, w *Webhook, b Backlog) error {
		return c.apply(ctx, w, b, now)
	}, s.done)
	if err != nil {
		return Webhook{}, err
	}
	s.log.InfoContext(ctx, "webhook changed", "webhook_id", id, "status", string(w.Status))
	return w, nil
}

// RotateSecret puts a new key in front. generated is the secret when the caller gave none; previousEnds is when the one
// before stops signing, zero when it did already. Errors: fault.Invalid, fault.NotFound, fault.Conflict at five live keys.
func (s *Service) RotateSecret(ctx context.Context, scope Scope, id int64, r Rotation) (generated string, previousEnds time.Time, err error) {
	text, generated, overlap, err := r.checked()
	if err != nil {
		return "", time.Time{}, err
	}
	_, err = s.store.Update(ctx, scope, id, func(_ context.Context, w *Webhook, _ Backlog) (err error) {
		previousEnds, err = w.rotate(text, overlap, now())
		return err
	}, s.done)
	if err != nil {
		return "", time.Time{}, err
	}
	s.log.InfoContext(ctx, "webhook secret rotated", "webhook_id", id)
	return generated, previousEnds, nil
}

// Delete removes a webhook; fault.NotFound when there is none, or none any more.
func (s *Service) Delete(ctx context.Context, scope Scope, id int64) error {
	if err := s.store.Delete(ctx, scope, id, s.done); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "webhook deleted", "webhook_id", id)
	return nil
}

// now is the time as it is stored, so that what is answered is what is read later.
func now() time.Time { return time.Now().Truncate(time.Millisecond) }

func noDevice() error { return fault.New(fault.NotFound, "No such device") }
