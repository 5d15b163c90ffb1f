package access

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"wapost/internal/fault"
)

// KeyRecord is what the store knows about an API key.
type KeyRecord struct {
	ID          int64
	Hash        []byte
	ExpiresAt   time.Time // zero = never
	AccountID   int64
	Active      bool // of the account
	HourlyLimit int
}

// DeviceRecord is what the store knows about the credentials of a device.
type DeviceRecord struct {
	AccountID    int64
	SecretHash   []byte
	TokenVersion int
	Active       bool // of the account
	HourlyLimit  int
}

// Credentials is the part of the store that the gate asks. Unknown rows are fault.NotFound; every other error means that the
// question could not be answered.
type Credentials interface {
	KeyByHash(ctx context.Context, hash []byte) (KeyRecord, error)
	DeviceByID(ctx context.Context, deviceID string) (DeviceRecord, error)
	// RaiseTokenVersion ends all tokens of a device and returns the version of the next one.
	RaiseTokenVersion(ctx context.Context, deviceID string) (int, error)
}

// Gate turns the headers of a request into a Principal.
type Gate struct {
	store  Credentials
	tokens *Tokens
	admin  AdminSecret
}

// NewGate makes a gate.
func NewGate(store Credentials, tokens *Tokens, admin AdminSecret) *Gate {
	return &Gate{store: store, tokens: tokens, admin: admin}
}

// Admin demands the admin secret: X-Admin-Secret, or Authorization bare or with Bearer. Errors: ErrMissing.
func (g *Gate) Admin(h http.Header) (Principal, error) {
	var given string
	var err error
	if values, ok := h["X-Admin-Secret"]; ok {
		given, err = single(values)
	} else if _, ok := h["Authorization"]; ok {
		given, err = presented(h)
	}
	if err != nil || !g.admin.matches(given) {
		return Principal{}, ErrMissing
	}
	return Principal{Role: Admin, Credential: "admin"}, nil
}

// User demands an API key or a device token. Errors: ErrMissing, ErrInvalid, and fault.Unavailable when the store cannot be
// asked.
func (g *Gate) User(ctx context.Context, h http.Header) (Principal, error) {
	token, err := presented(h)
	switch {
	case err != nil:
		return Principal{}, err
	case strings.HasPrefix(token, KeyPrefix):
		return g.byKey(ctx, token)
	}
	return g.byToken(ctx, token)
}

func (g *Gate) byKey(ctx context.Context, key string) (Principal, error) {
	if !keyForm.MatchString(key) {
		return Principal{}, ErrMissing
	}
	hash := HashSecret(key)
	k, err := g.store.KeyByHash(ctx, hash)
	if err != nil {
		return Principal{}, refused(err, ErrMissing)
	}
	expired := !k.ExpiresAt.IsZero() && !time.Now().Before(k.ExpiresAt)
	if !sameHash(hash, k.Hash) || !k.Active || expired {
		return Principal{}, ErrMissing
	}
	return Principal{
		Role: Account, AccountID: k.AccountID, HourlyLimit: k.HourlyLimit,
		Credential: "key:" + strconv.FormatInt(k.ID, 10),
	}, nil
}

func (g *Gate) byToken(ctx context.Context, token string) (Principal, error) {
	c, err := g.tokens.parse(token)
	if err != nil {
		return Principal{}, err
	}
	d, err := g.store.DeviceByID(ctx, c.DeviceID)
	if err != nil {
		return Principal{}, refused(err, ErrInvalid)
	}
	if !d.Active || d.AccountID != c.Account || d.TokenVersion != c.Version {
		return Principal{}, ErrInvalid
	}
	return Principal{
		Role: Device, AccountID: d.AccountID, DeviceID: c.DeviceID, HourlyLimit: d.HourlyLimit,
		Credential: "device:" + c.DeviceID,
	}, nil
}

// Exchange gives a device a new token for its secret and ends its older tokens. Errors: ErrMissing for an unknown device, a
// wrong secret or a disabled account, which all look alike; fault.Unavailable when the store cannot be asked. What is no id of
// a device at all is refused without asking it: nobody has shown a credential yet.
func (g *Gate) Exchange(ctx context.Context, deviceID, secret string) (string, error) {
	if uuid.Validate(deviceID) != nil {
		return "", ErrMissing
	}
	d, err := g.store.DeviceByID(ctx, deviceID)
	if err != nil {
		return "", refused(err, ErrMissing)
	}
	if !sameHash(HashSecret(secret), d.SecretHash) || !d.Active {
		return "", ErrMissing
	}
	version, err := g.store.RaiseTokenVersion(ctx, deviceID)
	if err != nil {
		return "", refused(err, ErrMissing)
	}
	return g.tokens.Issue(d.AccountID, deviceID, version)
}

// Issue makes the first token of a device that was just created.
func (g *Gate) Issue(accountID int64, deviceID string, version int) (string, error) {
	return g.tokens.Issue(accountID, deviceID, version)
}

// refused keeps apart "there is no such row", which is the caller's fault, and "the store did not answer", which is ours.
func refused(err error, no *fault.Error) error {
	switch fault.KindOf(err) {
	case fault.NotFound:
		return no
	case fault.Unavailable:
		return err
	}
	return fault.Wrap(fmt.Errorf("check a credential: %w", err), fault.Unavailable, "Storage is unavailable")
}
