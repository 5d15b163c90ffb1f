package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wapost/internal/fault"
)

func TestUnknownRoutes(t *testing.T) {
	r := newRig(t)
	for _, tc := range []struct{ method, path string }{
		{"GET", "/hooks"}, {"GET", "/webhooks/"}, {"GET", "/Webhooks"}, {"POST", "/webhooks/1/unknown"}, {"GET", "//webhooks"},
		{"GET", "/webhooks/../webhooks"}, {"GET", "/webhooks/./1"}, {"BREW", "/hooks"}, {"POST", "/devices/me/push-notifications"},
	} {
		a := r.call("", tc.method, tc.path, nil).wants(http.StatusNotFound, "No such route: "+tc.method+" "+tc.path)
		if a.message() != "Not found" {
			t.Errorf("message %q", a.message())
		}
	}
}

func TestOtherMethods(t *testing.T) {
	r := newRig(t)
	for _, tc := range []struct{ method, path, allow, want string }{
		{"PUT", "/webhooks/1", "GET, HEAD, PATCH, DELETE", "PUT is not allowed here; use GET, PATCH or DELETE"},
		{"DELETE", "/webhooks", "GET, HEAD, POST", "DELETE is not allowed here; use GET or POST"},
		{"POST", "/version", "GET, HEAD", "POST is not allowed here; use GET"},
		{"POST", "/docs", "GET, HEAD", "POST is not allowed here; use GET"},
		{"OPTIONS", "/webhooks", "GET, HEAD, POST", "OPTIONS is not allowed here; use GET or POST"},
		{"GET", "/messages", "POST", "GET is not allowed here; use POST"},
	} {
		a := r.call("", tc.method, tc.path, nil).wants(http.StatusMethodNotAllowed, tc.want)
		if got := a.Header().Get("Allow"); got != tc.allow || a.message() != "Method not allowed" {
			t.Errorf("%s %s: Allow %q, message %q", tc.method, tc.path, got, a.message())
		}
	}
}

func TestRouteIsJudgedBeforeCredentialAndCredentialBeforeBody(t *testing.T) {
	r := newRig(t)
	r.call("junk", "PUT", "/webhooks", nil).ok(http.StatusMethodNotAllowed)
	r.call("junk", "POST", "/webhooks", "{", "Content-Type", "text/plain").wants(http.StatusUnauthorized, "Invalid or expired JWT token")
	_, key := r.account()
	r.call(key, "POST", "/webhooks", "{", "Content-Type", "text/plain", "Idempotency-Key", "a b").
		wants(http.StatusBadRequest, "Idempotency-Key must be 1 to 255 visible ASCII characters")
}

func TestRequestIDs(t *testing.T) {
	r := newRig(t)
	for given, echoed := range map[string]bool{
		"abc-1_2.Z": true, strings.Repeat("a", 128): true, strings.Repeat("a", 129): false, "with space": false, "é": false, "": false,
	} {
		got := r.call("", "GET", "/version", nil, "X-Request-ID", given).Header().Get("X-Request-ID")
		if (got == given) != echoed || !requestIDForm.MatchString(got) {
			t.Errorf("%q became %q", given, got)
		}
	}
	if got := r.call("", "GET", "/nothing", nil, "X-Request-ID", "mine").Header().Get("X-Request-ID"); got != "mine" {
		t.Errorf("on a 404: %q", got)
	}
}

func TestNothingIsCached(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/", "/version", "/nothing", "/webhooks", "/health/live"} {
		if got := r.call("", "GET", path, nil).Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: %q", path, got)
		}
	}
}

func TestPanicIsAnAnswer(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.api.Webhooks = nil // every use is a panic
	r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL}).wants(http.StatusInternalServerError, "Failed to create webhook")
	if !strings.Contains(r.log.String(), "panic in a handler") {
		t.Errorf("log: %s", r.log)
	}
}

func TestEveryKindOfFaultHasItsPhrase(t *testing.T) {
	for kind, want := range map[fault.Kind]string{
		fault.Internal: "500 Internal server error", fault.Invalid: "400 Bad request", fault.Unauthorized: "401 Unauthorized",
		fault.Forbidden: "403 Forbidden", fault.NotFound: "404 Not found", fault.NotAllowed: "405 Method not allowed",
		fault.Conflict: "409 Conflict", fault.Gone: "410 Gone", fault.TooLarge: "413 Payload too large",
		fault.Unsupported: "415 Unsupported media type", fault.Unprocessable: "422 Unprocessable entity",
		fault.Throttled: "429 Too many requests", fault.BadGateway: "502 Bad gateway", fault.Unavailable: "503 Service unavailable",
		fault.GatewayTimeout: "504 Gateway timeout",
	} {
		f := fail(fault.New(kind, "x"), "Failed to x")
		var body failure
		if err := json.Unmarshal(f.body(), &body); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d %s", f.status, body.Message); got != want || body.Code != f.status || body.Status || body.Error == "" {
			t.Errorf("%s, want %s", f.body(), want)
		}
	}
	if f := fail(fault.New(fault.Internal, "tables are broken"), "Failed to x"); f.sentence != "Failed to x" {
		t.Errorf("an internal sentence is shown: %q", f.sentence)
	}
	if f := fail(fault.New(fault.Unavailable, "x"), ""); f.retryAfter <= 0 {
		t.Error("503 without Retry-After")
	}
}

func TestBasePathIsBeforeEveryRoute(t *testing.T) {
	r := newRig(t, func(o *Options) { o.BasePath = "gw/v1/" })
	r.call("", "GET", "/gw/v1/version", nil).ok(http.StatusOK)
	for _, path := range []string{"/gw/v1", "/gw/v1/"} {
		if got := r.call("", "GET", path, nil).ok(http.StatusOK).get("docs"); got != "/gw/v1/docs" {
			t.Errorf("%s: docs at %v", path, got)
		}
	}
	r.call("", "GET", "/version", nil).wants(http.StatusNotFound, "No such route: GET /version")
	r.call("", "GET", "/gw/v1x/version", nil).wants(http.StatusNotFound, "No such route: GET /gw/v1x/version")
	r.call("", "PUT", "/gw/v1/version", nil).wants(http.StatusMethodNotAllowed, "PUT is not allowed here; use GET")
	key := r.call(adminText, "POST", "/gw/v1/admin/api-keys", `{"customer_name":"A"}`).ok(http.StatusCreated).get("api_key")
	r.call(key.(string), "GET", "/gw/v1/webhooks", nil).ok(http.StatusOK)
}

func TestCORS(t *testing.T) {
	off := newRig(t)
	if h := off.call("", "GET", "/version", nil, "Origin", "https://app.example").Header(); h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("off by default, but %v", h)
	}
	r := newRig(t, func(o *Options) { o.Origins = []string{"https://app.example"} })
	h := r.call("", "GET", "/version", nil, "Origin", "https://app.example").ok(http.StatusOK).Header()
	if h.Get("Access-Control-Allow-Origin") != "https://app.example" || h.Get("Vary") != "Origin" || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("allowed origin: %v", h)
	}
	pre := r.call("", "OPTIONS", "/webhooks", nil, "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if pre.Code != http.StatusNoContent || !strings.Contains(pre.Header().Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: %d %v", pre.Code, pre.Header())
	}
	h = r.call("", "OPTIONS", "/webhooks", nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST").ok(http.StatusMethodNotAllowed).Header()
	if h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("foreign origin: %v", h)
	}
}

func TestStoppingRefusesRequests(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.api.Stopping()
	a := r.call(key, "GET", "/webhooks", nil).wants(http.StatusServiceUnavailable, "Shutting down")
	if a.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	r.call("", "GET", "/health/live", nil).ok(http.StatusOK)
	r.call("", "GET", "/health/ready", nil).wants(http.StatusServiceUnavailable, "Shutting down")
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	r := newRig(t)
	server := httptest.NewServer(r.handler)
	t.Cleanup(server.Close)
	resp, err := server.Client().Head(server.URL + "/version")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // there is none
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != jsonType || resp.ContentLength <= 0 {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}

// Headers that never come must not hold a connection, and a stream must be allowed to last.
func TestServerBoundsHeadersAndLetsStreamsLast(t *testing.T) {
	s := Server(":0", http.NotFoundHandler())
	if s.ReadHeaderTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 || s.WriteTimeout != 0 {
		t.Errorf("%+v", s)
	}
}
