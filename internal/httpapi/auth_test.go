package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/access"
)

const (
	missing = "Invalid or missing authentication"
	invalid = "Invalid or expired JWT token"
)

func TestCredentialsOfTheContract(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	for _, tc := range []struct{ name, header, value, want string }{
		{"bare key", "Authorization", key, ""},
		{"bearer key", "Authorization", "Bearer " + key, ""},
		{"other case", "Authorization", "bearer " + key, ""},
		{"X-API-Key", "X-API-Key", key, ""},
		{"bare token", "Authorization", token, ""},
		{"bearer token", "Authorization", "Bearer " + token, ""},
		{"no header", "X-Other", "x", missing},
		{"empty", "Authorization", "", missing},
		{"other scheme", "Authorization", "Basic dXNlcjpwYXNz", missing},
		{"unknown key", "Authorization", access.KeyPrefix + strings.Repeat("0", 48), missing},
		{"unknown key in X-API-Key", "X-API-Key", access.KeyPrefix + strings.Repeat("0", 48), missing},
		{"garbage", "Authorization", "garbage", invalid},
		{"garbage in X-API-Key", "X-API-Key", "garbage", invalid},
		{"cut token", "Authorization", token[:len(token)-3], invalid},
		{"admin secret", "Authorization", adminText, invalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := r.call("", "GET", "/webhooks", nil, tc.header, tc.value)
			status := http.StatusUnauthorized
			if tc.want == "" {
				status = http.StatusOK
			}
			a.t = t
			a.wants(status, tc.want)
		})
	}
}

func TestEveryRouteDemandsItsCredential(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	open := map[string]bool{"/": true, "/version": true, "/health/live": true, "/health/ready": true, "/devices/token": true}
	r.operations(func(method, path string, op *huma.Operation) {
		if open[path] {
			if op.Security != nil {
				t.Errorf("%s demands a credential", path)
			}
			return
		}
		refuse := map[string]string{"": missing}
		switch {
		case strings.HasPrefix(path, "/admin/"), path == "/metrics":
			refuse[key], refuse[token] = missing, missing
		case method == "POST" && path == "/devices", method == "GET" && path == "/devices",
			method == "DELETE" && (path == "/devices/me" || path == "/devices/{device_id}"):
			refuse[token], refuse[adminText] = missing, invalid
		default:
			refuse[adminText] = invalid
		}
		for credential, want := range refuse {
			a := r.call(credential, method, strings.NewReplacer("{", "", "}", "").Replace(path), nil)
			if a.Code != http.StatusUnauthorized || a.sentence() != want || a.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s with %.10q: %d %s", method, path, credential, a.Code, a.Body)
			}
		}
	})
}

func TestCredentialsEndAtOnce(t *testing.T) {
	r := newRig(t)
	id, key := r.account()
	device, token := r.device(key)
	works := func(credential string) { t.Helper(); r.call(credential, "GET", "/webhooks", nil).ok(http.StatusOK) }
	ended := func(credential, want string) {
		t.Helper()
		r.call(credential, "GET", "/webhooks", nil).wants(http.StatusUnauthorized, want)
	}
	works(token)
	admin := "/admin/api-keys/" + number64(id)
	r.call(adminText, "PATCH", admin, `{"is_active":false}`).ok(http.StatusOK)
	ended(key, missing)
	ended(token, invalid)
	r.call(adminText, "PATCH", admin, `{"is_active":true}`).ok(http.StatusOK)
	works(key)
	works(token)
	r.call(key, "DELETE", "/devices/"+device, nil).ok(http.StatusOK)
	ended(token, invalid)
	r.call(adminText, "DELETE", admin, nil).ok(http.StatusOK)
	ended(key, missing)
}

func TestTokenForASecretEndsOlderTokens(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	a := r.call(key, "POST", "/devices", `{}`).ok(http.StatusCreated)
	id, secret, old := a.get("device_id"), a.get("device_secret"), a.get("token").(string)
	a = r.call("", "POST", "/devices/token", map[string]any{"device_id": id, "device_secret": secret}).ok(http.StatusOK)
	r.call(a.get("token").(string), "GET", "/devices/me", nil).ok(http.StatusOK)
	r.call(old, "GET", "/devices/me", nil).wants(http.StatusUnauthorized, invalid)
	for body, want := range map[string]string{
		`{}`:                "device_id is required",
		`{"device_id":"x"}`: "device_secret is required",
	} {
		r.call("", "POST", "/devices/token", body).wants(http.StatusBadRequest, want)
	}
	wrong := map[string]any{"device_id": id, "device_secret": "wrong"}
	for range 9 { // one of the ten is spent
		r.call("", "POST", "/devices/token", wrong).wants(http.StatusUnauthorized, missing)
	}
	limited := r.call("", "POST", "/devices/token", wrong)
	if limited.Code != http.StatusTooManyRequests || limited.Header().Get("Retry-After") == "" {
		t.Errorf("the eleventh: %d %s", limited.Code, limited.Body)
	}
	r.call("", "POST", "/devices/token", map[string]any{"device_id": "x", "device_secret": "y"}).wants(http.StatusUnauthorized, missing)
}

func TestRateLimitPerCredential(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Rate = access.Rate{PerSecond: 1. / 3, Burst: 2} })
	_, key := r.account()
	_, other := r.account() // spends the burst of the admin
	for range 2 {
		r.call(key, "GET", "/webhooks", nil).ok(http.StatusOK)
	}
	a := r.call(key, "POST", "/webhooks", "{", "Content-Type", "x").wants(http.StatusTooManyRequests, "Rate limit exceeded; retry after 3 s")
	if a.Header().Get("Retry-After") != "3" || a.message() != "Too many requests" {
		t.Errorf("%v %s", a.Header(), a.Body)
	}
	r.call(other, "GET", "/webhooks", nil).ok(http.StatusOK)
	r.call("junk", "GET", "/webhooks", nil).ok(http.StatusUnauthorized)
}

func TestHourlyLimitIsSharedByAllCredentialsOfAnAccount(t *testing.T) {
	r := newRig(t)
	_, key := r.account("rate_limit_per_hour=3")
	_, token := r.device(key)
	r.call(key, "GET", "/webhooks", nil).ok(http.StatusOK)
	r.call(token, "GET", "/webhooks", nil).ok(http.StatusOK)
	for _, credential := range []string{key, token} {
		r.call(credential, "GET", "/webhooks", nil).ok(http.StatusTooManyRequests)
	}
}

// brokenStore cannot answer who anybody is.
type brokenStore struct{ access.Credentials }

func (brokenStore) KeyByHash(context.Context, []byte) (access.KeyRecord, error) {
	return access.KeyRecord{}, errors.New("disk I/O error")
}

func (brokenStore) DeviceByID(context.Context, string) (access.DeviceRecord, error) {
	return access.DeviceRecord{}, errors.New("disk I/O error")
}

func TestFailingDatabaseIsNeverAWrongCredential(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	tokens, err := access.NewTokens([]byte(strings.Repeat("k", 32)), 0)
	if err != nil {
		t.Fatal(err)
	}
	r.api.Gate = access.NewGate(brokenStore{}, tokens, access.AdminSecret{})
	for _, credential := range []string{key, token} {
		a := r.call(credential, "GET", "/webhooks", nil).wants(http.StatusServiceUnavailable, "Storage is unavailable")
		if a.message() != "Service unavailable" || a.Header().Get("Retry-After") == "" || strings.Contains(a.Body.String(), "disk") {
			t.Errorf("%v %s", a.Header(), a.Body)
		}
	}
	if !strings.Contains(r.log.String(), "disk I/O error") {
		t.Errorf("the cause is not in the log: %s", r.log)
	}
}
