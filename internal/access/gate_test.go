package access

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"wapost/internal/fault"
)

const device1 = "00000000-0000-0000-0000-000000000001"

const adminText = "an-admin-secret-of-at-least-32-bytes"

// vaultOf is the smallest Credentials: what it does not hold is not found, and down fails every question.
type vaultOf struct {
	keys    map[string]KeyRecord
	devices map[string]DeviceRecord
	down    error
}

func (v *vaultOf) KeyByHash(_ context.Context, hash []byte) (KeyRecord, error) {
	k, ok := v.keys[string(hash)]
	if v.down != nil || !ok {
		return k, errors.Join(v.down, missing(v.down))
	}
	return k, nil
}

func (v *vaultOf) DeviceByID(_ context.Context, id string) (DeviceRecord, error) {
	d, ok := v.devices[id]
	if v.down != nil || !ok {
		return d, errors.Join(v.down, missing(v.down))
	}
	return d, nil
}

func missing(down error) error {
	if down != nil {
		return nil
	}
	return fault.New(fault.NotFound, "Not found")
}

func (v *vaultOf) RaiseTokenVersion(_ context.Context, id string) (int, error) {
	d, ok := v.devices[id]
	if !ok {
		return 0, fault.New(fault.NotFound, "Not found")
	}
	d.TokenVersion++
	v.devices[id] = d
	return d.TokenVersion, nil
}

type fixture struct {
	gate   *Gate
	store  *vaultOf
	tokens *Tokens
	key    string // of account 1
	token  string // of device d1 of account 1
	secret string // of d1
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	tokens, err := NewTokens([]byte(strings.Repeat("k", 32)), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := NewAdminSecret(adminText)
	if err != nil {
		t.Fatal(err)
	}
	key := makeKey()
	secret, hash := NewDeviceSecret()
	store := &vaultOf{
		keys:    map[string]KeyRecord{string(key.Hash): {ID: 5, Hash: key.Hash, AccountID: 1, Active: true, HourlyLimit: 9}},
		devices: map[string]DeviceRecord{device1: {AccountID: 1, SecretHash: hash, TokenVersion: 3, Active: true}},
	}
	f := &fixture{gate: NewGate(store, tokens, admin), store: store, tokens: tokens, key: key.Text, secret: secret}
	f.token = f.issue(t, 1, device1, 3)
	return f
}

func (f *fixture) issue(t *testing.T, account int64, device string, version int) string {
	t.Helper()
	token, err := f.tokens.Issue(account, device, version)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestUserReadsTheHeadersOfTheContract(t *testing.T) {
	f := newFixture(t)
	unknown := KeyPrefix + strings.Repeat("0", 48)
	for _, tc := range []struct {
		name string
		h    http.Header
		want Role
		err  error
	}{
		{"bare key", header("Authorization", f.key), Account, nil},
		{"bearer key", header("Authorization", "Bearer "+f.key), Account, nil},
		{"scheme in any case", header("Authorization", "bEARER "+f.key), Account, nil},
		{"X-API-Key", header("X-API-Key", f.key), Account, nil},
		{"bare token", header("Authorization", f.token), Device, nil},
		{"bearer token", header("Authorization", "Bearer "+f.token), Device, nil},
		{"token in X-API-Key", header("X-API-Key", f.token), Device, nil},
		{"X-API-Key is not read beside Authorization", header("Authorization", "junk", "X-API-Key", f.key), 0, ErrInvalid},
		{"nor beside an empty one", header("Authorization", "", "X-API-Key", f.key), 0, ErrMissing},
		{"no header", header(), 0, ErrMissing},
		{"empty value", header("Authorization", "  "), 0, ErrMissing},
		{"bearer without token", header("Authorization", "Bearer "), 0, ErrMissing},
		{"other scheme", header("Authorization", "Basic dTpw"), 0, ErrMissing},
		{"twice", header("Authorization", f.key, "Authorization", f.key), 0, ErrMissing},
		{"unknown key", header("Authorization", unknown), 0, ErrMissing},
		{"malformed key", header("Authorization", KeyPrefix+"short"), 0, ErrMissing},
		{"key in upper case", header("Authorization", strings.ToUpper(f.key)), 0, ErrInvalid},
		{"garbage", header("Authorization", "garbage"), 0, ErrInvalid},
		{"the admin secret is no user", header("Authorization", adminText), 0, ErrInvalid},
		{"the admin header is no user", header("X-Admin-Secret", adminText), 0, ErrMissing},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := f.gate.User(t.Context(), tc.h)
			if !errors.Is(err, tc.err) || p.Role != tc.want {
				t.Errorf("got %v, %v; want %v, %v", p.Role, err, tc.want, tc.err)
			}
		})
	}
}

func TestTokenIsRefusedWhen(t *testing.T) {
	f := newFixture(t)
	sign := func(m jwt.SigningMethod, key any, c claims) string {
		s, err := jwt.NewWithClaims(m, c).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	good := claims{DeviceID: device1, Account: 1, Version: 3}
	at := func(nbf, exp time.Time) claims {
		c := good
		c.NotBefore, c.ExpiresAt = jwt.NewNumericDate(nbf), jwt.NewNumericDate(exp)
		return c
	}
	now, hs := time.Now(), f.tokens.key
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := f.gate.User(t.Context(), header("Authorization", sign(jwt.SigningMethodHS256, hs, good))); err != nil || p.DeviceID != device1 {
		t.Fatalf("the good token: %v, %v", p, err)
	}
	for name, token := range map[string]string{
		"signed by another key": sign(jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), good),
		"HS384":                 sign(jwt.SigningMethodHS384, hs, good),
		"RS256":                 sign(jwt.SigningMethodRS256, rsaKey, good),
		"none":                  sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good),
		"expired":               sign(jwt.SigningMethodHS256, hs, at(now.Add(-2*time.Hour), now.Add(-time.Hour))),
		"not yet valid":         sign(jwt.SigningMethodHS256, hs, at(now.Add(time.Hour), now.Add(2*time.Hour))),
		"old version":           f.issue(t, 1, device1, 2),
		"future version":        f.issue(t, 1, device1, 4),
		"deleted device":        f.issue(t, 1, "d2", 3),
		"another account":       f.issue(t, 2, device1, 3),
		"no device":             f.issue(t, 1, "", 3),
		"cut":                   f.token[:len(f.token)-2],
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := f.gate.User(t.Context(), header("Authorization", token)); !errors.Is(err, ErrInvalid) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDisablingAnAccountEndsItsKeyAndTokens(t *testing.T) {
	f := newFixture(t)
	for h, k := range f.store.keys {
		k.Active = false
		f.store.keys[h] = k
	}
	d := f.store.devices[device1]
	d.Active = false
	f.store.devices[device1] = d
	if _, err := f.gate.User(t.Context(), header("X-API-Key", f.key)); !errors.Is(err, ErrMissing) {
		t.Errorf("key: %v", err)
	}
	if _, err := f.gate.User(t.Context(), header("Authorization", f.token)); !errors.Is(err, ErrInvalid) {
		t.Errorf("token: %v", err)
	}
	if _, err := f.gate.Exchange(t.Context(), device1, f.secret); !errors.Is(err, ErrMissing) {
		t.Errorf("exchange: %v", err)
	}
}

func TestKeyEndsAtItsExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		for h, k := range f.store.keys {
			k.ExpiresAt = time.Now().Add(time.Minute)
			f.store.keys[h] = k
		}
		if _, err := f.gate.User(t.Context(), header("X-API-Key", f.key)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, err := f.gate.User(t.Context(), header("X-API-Key", f.key)); !errors.Is(err, ErrMissing) {
			t.Errorf("got %v", err)
		}
	})
}

func TestFailingStoreIsUnavailableNeverUnauthorized(t *testing.T) {
	f := newFixture(t)
	f.store.down = errors.New("disk I/O error")
	for name, h := range map[string]http.Header{
		"key": header("X-API-Key", f.key), "token": header("Authorization", f.token),
	} {
		if _, err := f.gate.User(t.Context(), h); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.gate.Exchange(t.Context(), device1, f.secret); !fault.Is(err, fault.Unavailable) {
		t.Errorf("exchange: %v", err)
	}
}

func TestExchangeEndsOlderTokens(t *testing.T) {
	f := newFixture(t)
	token, err := f.gate.Exchange(t.Context(), device1, f.secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.gate.User(t.Context(), header("Authorization", token)); err != nil {
		t.Errorf("the new token: %v", err)
	}
	if _, err := f.gate.User(t.Context(), header("Authorization", f.token)); !errors.Is(err, ErrInvalid) {
		t.Errorf("the old token: %v", err)
	}
	for name, call := range map[string][2]string{"wrong secret": {device1, "x"}, "unknown device": {"00000000-0000-0000-0000-000000000009", f.secret}, "empty": {device1, ""}} {
		if _, err := f.gate.Exchange(t.Context(), call[0], call[1]); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExchangeAsksNothingForWhatIsNoDevice(t *testing.T) {
	f := newFixture(t)
	f.store.down = errors.New("nobody may ask")
	for _, id := range []string{"\x00", "\xff", "d1", device1 + "0"} {
		if _, err := f.gate.Exchange(t.Context(), id, f.secret); !errors.Is(err, ErrMissing) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestAdminSecret(t *testing.T) {
	f := newFixture(t)
	for _, tc := range []struct {
		name string
		h    http.Header
		ok   bool
	}{
		{"own header", header("X-Admin-Secret", adminText), true},
		{"bare", header("Authorization", adminText), true},
		{"bearer", header("Authorization", "Bearer "+adminText), true},
		{"wrong", header("X-Admin-Secret", adminText+"x"), false},
		{"wrong header beside right one", header("X-Admin-Secret", "x", "Authorization", adminText), false},
		{"none", header(), false},
		{"an API key", header("Authorization", f.key), false},
		{"X-API-Key", header("X-API-Key", adminText), false},
	} {
		if _, err := f.gate.Admin(tc.h); (err == nil) != tc.ok || (err != nil && !errors.Is(err, ErrMissing)) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if _, err := NewAdminSecret(adminText[:31]); err == nil {
		t.Error("31 bytes are accepted")
	}
	if _, err := NewGate(f.store, f.tokens, AdminSecret{}).Admin(header("X-Admin-Secret", "")); err == nil {
		t.Error("without a secret everybody is admin")
	}
}
