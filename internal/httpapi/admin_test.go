package httpapi

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"wapost/internal/delivery"
)

func TestAPIKeyLivesThroughItsChanges(t *testing.T) {
	r := newRig(t)
	a := r.call(adminText, "POST", "/admin/api-keys", `{"customer_name":"Anna","customer_email":"anna@example.com","max_devices":7}`).ok(http.StatusCreated)
	key := a.get("api_key").(string)
	if !regexp.MustCompile(`^wapost_[0-9a-f]{48}$`).MatchString(key) || a.get("max_devices") != 7.0 || a.get("rate_limit_per_hour") != nil {
		t.Errorf("created: %s", a.Body)
	}
	device, _ := r.device(key)
	got := r.call(adminText, "GET", "/admin/api-keys/1", nil).ok(http.StatusOK)
	if got.get("device_count") != 1.0 || got.get("is_active") != true || strings.Contains(got.Body.String(), key) {
		t.Errorf("read: %s", got.Body)
	}
	if masked := got.get("api_key_masked").(string); !strings.HasPrefix(key, masked[:11]) || !strings.HasSuffix(key, masked[len(masked)-4:]) {
		t.Errorf("masked: %s of %s", masked, key)
	}
	if !strings.Contains(got.Body.String(), device) {
		t.Errorf("its device is not shown: %s", got.Body)
	}
	patched := r.call(adminText, "PATCH", "/admin/api-keys/1", `{"rate_limit_per_hour":60,"customer_email":null}`).ok(http.StatusOK)
	if patched.get("rate_limit_per_hour") != 60.0 || patched.get("customer_email") != nil || patched.get("customer_name") != "Anna" {
		t.Errorf("patched: %s", patched.Body)
	}
	if a := r.call(adminText, "PATCH", "/admin/api-keys/1", `{"rate_limit_per_hour":null}`).ok(http.StatusOK); a.get("rate_limit_per_hour") != nil {
		t.Errorf("limit removed: %s", a.Body)
	}
	r.call(adminText, "DELETE", "/admin/api-keys/1", nil).
		wants(http.StatusConflict, "API key still has devices (1); delete them first or use force")
	r.webhook(key)
	r.call(adminText, "DELETE", "/admin/api-keys/1?force=true", nil).ok(http.StatusOK)
	for _, table := range []string{"accounts", "api_keys", "devices", "webhooks", "events"} {
		if n := r.count(table); n != 0 {
			t.Errorf("%d %s are left", n, table)
		}
	}
	for _, method := range []string{"GET", "DELETE"} {
		r.call(adminText, method, "/admin/api-keys/1", nil).wants(http.StatusNotFound, "No such API key")
	}
}

func TestAPIKeyRefusals(t *testing.T) {
	r := newRig(t)
	r.account()
	for body, want := range map[string]string{
		`{}`:                   "customer_name is required",
		`{"customer_name":""}`: "customer_name is required",
		`{"customer_name":"` + strings.Repeat("x", 257) + `"}`: "customer_name must be at most 256 characters",
		`{"customer_name":"A","max_devices":0}`:                "max_devices must be between 1 and 100000",
		`{"customer_name":"A","rate_limit_per_hour":0}`:        "rate_limit_per_hour must be at least 1; null removes the limit",
		`{"customer_name":"A","rate_limit_per_hour":-1}`:       "rate_limit_per_hour must be between 1 and 100000000, or null",
		`{"name":"A"}`: `Unknown field "name"`,
	} {
		r.call(adminText, "POST", "/admin/api-keys", body).wants(http.StatusBadRequest, want)
	}
	for body, want := range map[string]string{
		`{}`:                        "Nothing to change",
		`{"customer_name":null}`:    "customer_name is required",
		`{"rate_limit_per_hour":0}`: "rate_limit_per_hour must be at least 1; null removes the limit",
		`{"is_active":"no"}`:        "is_active must be a boolean",
	} {
		r.call(adminText, "PATCH", "/admin/api-keys/1", body).wants(http.StatusBadRequest, want)
	}
	r.call(adminText, "GET", "/admin/api-keys/x", nil).wants(http.StatusBadRequest, "API key id must be a positive integer")
	r.call(adminText, "GET", "/admin/api-keys/9/devices", nil).wants(http.StatusNotFound, "No such API key")
}

func TestListOfAPIKeys(t *testing.T) {
	r := newRig(t)
	r.account()
	r.account()
	r.call(adminText, "PATCH", "/admin/api-keys/1", `{"is_active":false}`).ok(http.StatusOK)
	for query, want := range map[string]int{"": 2, "?active=true": 1, "?active=false": 1, "?limit=1": 1, "?after=1": 1, "?after=2": 0} {
		var list []map[string]any
		r.call(adminText, "GET", "/admin/api-keys"+query, nil).ok(http.StatusOK).data(&list)
		if len(list) != want {
			t.Errorf("%q: %d keys, want %d", query, len(list), want)
		}
	}
	if body := r.call(adminText, "GET", "/admin/api-keys?limit=1", nil).Body.String(); !strings.Contains(body, `"page":{"next":"1","limit":1}`) {
		t.Errorf("page: %s", body)
	}
}

func TestAdminSeesTheDevicesOfAll(t *testing.T) {
	r := newRig(t)
	_, one := r.account()
	_, two := r.account()
	first, _ := r.device(one)
	second, _ := r.device(two)
	for _, path := range []string{"/admin/devices", "/admin/devices/status"} {
		a := r.call(adminText, "GET", path, nil).ok(http.StatusOK)
		if !strings.Contains(a.Body.String(), first) || !strings.Contains(a.Body.String(), second) {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
	if body := r.call(adminText, "GET", "/admin/devices", nil).Body.String(); !strings.Contains(body, `"summary":{"total":2,"connected":0,"disconnected":0,"pending":2}`) {
		t.Errorf("summary: %s", body)
	}
	for _, path := range []string{"/admin/api-keys/1/devices", "/admin/api-keys/1/devices/status"} {
		a := r.call(adminText, "GET", path, nil).ok(http.StatusOK)
		if !strings.Contains(a.Body.String(), first) || strings.Contains(a.Body.String(), second) {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
	r.call(adminText, "DELETE", "/admin/devices/"+first, nil).ok(http.StatusOK)
	r.call(adminText, "DELETE", "/admin/devices/"+first, nil).wants(http.StatusNotFound, "No such device")
	r.call(one, "GET", "/devices/"+first, nil).wants(http.StatusNotFound, "No such device")
}

func TestAdminFigures(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	r.webhook(key)
	r.call(key, "PATCH", r.webhook(key), `{"active":false}`).ok(http.StatusOK)
	r.backlog.of = delivery.Backlog{Pending: 2, Held: 1, OldestAt: time.Now()}
	stats := r.call(adminText, "GET", "/admin/stats", nil).ok(http.StatusOK)
	for name, want := range map[string]any{
		"total_api_keys": 1.0, "active_api_keys": 1.0, "total_devices": 1.0, "total_webhooks": 2.0, "active_webhooks": 1.0, "events_24h": 1.0,
	} {
		if got := stats.get(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	hooks := r.call(adminText, "GET", "/admin/webhooks/stats", nil).ok(http.StatusOK)
	for name, want := range map[string]any{"total": 2.0, "active": 1.0, "paused": 1.0, "disabled": 0.0, "pending": 4.0, "held": 2.0, "dead": 0.0, "success_rate": nil} {
		if got := hooks.get(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if hooks.get("oldest_pending_at") == nil {
		t.Errorf("oldest: %s", hooks.Body)
	}
}
