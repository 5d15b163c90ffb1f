package access

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	"wapost/internal/fault"
)

// AccountRecord is a customer. The origin of the API calls it "API key", and so do the paths under /admin.
type AccountRecord struct {
	ID               int64
	CustomerName     string
	CustomerEmail    string
	CustomerPhone    string
	MaxDevices       int
	RateLimitPerHour int // 0 = none
	Active           bool
	DeviceCount      int
	Keys             []Key // live ones, newest first
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// NewAccount is what a new customer is made of.
type NewAccount struct {
	CustomerName     string
	CustomerEmail    string
	CustomerPhone    string
	MaxDevices       int
	RateLimitPerHour int
}

// AccountChange says what to change; nil leaves a field as it is.
type AccountChange struct {
	CustomerName     *string
	CustomerEmail    *string
	CustomerPhone    *string
	MaxDevices       *int
	RateLimitPerHour *int // 0 = none
	Active           *bool
}

// AccountFilter selects a page of accounts, oldest first.
type AccountFilter struct {
	Active *bool
	After  int64
	Limit  int
}

// AccountStore keeps the accounts. Unknown ids are fault.NotFound.
type AccountStore interface {
	CreateAccount(ctx context.Context, a NewAccount, k NewKey) (AccountRecord, error)
	ListAccounts(ctx context.Context, f AccountFilter) ([]AccountRecord, error)
	GetAccount(ctx context.Context, id int64) (AccountRecord, error)
	UpdateAccount(ctx context.Context, id int64, c AccountChange) (AccountRecord, error)
	// DeleteAccount refuses with fault.Conflict while the account has devices.
	DeleteAccount(ctx context.Context, id int64) error
}

// Accounts holds the rules of customers and their keys.
type Accounts struct{ store AccountStore }

// NewAccounts makes the service.
func NewAccounts(store AccountStore) *Accounts { return &Accounts{store: store} }

// Create makes a customer and its first key. The key's text is in no later answer. Errors: fault.Invalid.
func (s *Accounts) Create(ctx context.Context, a NewAccount) (AccountRecord, NewKey, error) {
	err := AccountChange{
		CustomerName: &a.CustomerName, CustomerEmail: &a.CustomerEmail, CustomerPhone: &a.CustomerPhone,
		MaxDevices: &a.MaxDevices, RateLimitPerHour: &a.RateLimitPerHour,
	}.validate()
	if err != nil {
		return AccountRecord{}, NewKey{}, err
	}
	key := makeKey()
	rec, err := s.store.CreateAccount(ctx, a, key)
	return rec, key, err
}

// List returns a page and the cursor of the next one; "" = this was the last.
func (s *Accounts) List(ctx context.Context, f AccountFilter) ([]AccountRecord, string, error) {
	limit := f.Limit
	f.Limit = limit + 1
	accounts, err := s.store.ListAccounts(ctx, f)
	if err != nil || len(accounts) <= limit {
		return accounts, "", err
	}
	accounts = accounts[:limit]
	return accounts, strconv.FormatInt(accounts[limit-1].ID, 10), nil
}

// Get returns one customer. Errors: fault.NotFound "No such API key".
func (s *Accounts) Get(ctx context.Context, id int64) (AccountRecord, error) {
	return s.store.GetAccount(ctx, id)
}

// Update changes a customer. Active false refuses its keys and its devices' tokens from then on. Errors: fault.Invalid,
// fault.NotFound.
func (s *Accounts) Update(ctx context.Context, id int64, c AccountChange) (AccountRecord, error) {
	if c == (AccountChange{}) {
		return AccountRecord{}, fault.New(fault.Invalid, "Nothing to change")
	}
	if err := c.validate(); err != nil {
		return AccountRecord{}, err
	}
	return s.store.UpdateAccount(ctx, id, c)
}

// Delete removes a customer that has no devices. Errors: fault.NotFound, fault.Conflict.
func (s *Accounts) Delete(ctx context.Context, id int64) error { return s.store.DeleteAccount(ctx, id) }

// Limits of an account's fields.
const (
	DefaultMaxDevices = 100

	maxText        = 256 // characters of a customer's name, email or phone
	maxDeviceLimit = 100_000
	maxHourlyLimit = 100_000_000
)

func (c AccountChange) validate() error {
	if c.CustomerName != nil && *c.CustomerName == "" {
		return fault.New(fault.Invalid, "customer_name is required")
	}
	texts := []struct {
		name  string
		value *string
	}{{"customer_name", c.CustomerName}, {"customer_email", c.CustomerEmail}, {"customer_phone", c.CustomerPhone}}
	for _, t := range texts {
		if t.value != nil && utf8.RuneCountInString(*t.value) > maxText {
			return fault.New(fault.Invalid, "%s must be at most %d characters", t.name, maxText)
		}
	}
	if c.MaxDevices != nil && (*c.MaxDevices < 1 || *c.MaxDevices > maxDeviceLimit) {
		return fault.New(fault.Invalid, "max_devices must be between 1 and %d", maxDeviceLimit)
	}
	if c.RateLimitPerHour != nil && (*c.RateLimitPerHour < 0 || *c.RateLimitPerHour > maxHourlyLimit) {
		return fault.New(fault.Invalid, "rate_limit_per_hour must be between 1 and %d, or null", maxHourlyLimit)
	}
	return nil
}
