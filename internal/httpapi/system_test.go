package httpapi

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"wapost/internal/fault"
)

func TestRootTellsWhatThisIs(t *testing.T) {
	r := newRig(t, func(o *Options) { o.UI = "/ui/" })
	a := r.call("", "GET", "/", nil).ok(http.StatusOK)
	if a.get("name") != "wapost" || a.get("version") != "1.2.3" || a.get("docs") != "/docs" {
		t.Errorf("got %s", a.Body)
	}
	browser := r.call("", "GET", "/", nil, "Accept", "text/html,*/*")
	if browser.Code != http.StatusFound || browser.Header().Get("Location") != "/ui/" {
		t.Errorf("a browser gets %d to %q", browser.Code, browser.Header().Get("Location"))
	}
	if newRig(t).call("", "GET", "/", nil, "Accept", "text/html").ok(http.StatusOK).get("name") != "wapost" {
		t.Error("without a dashboard a browser gets something else")
	}
	v := r.call("", "GET", "/version", nil).ok(http.StatusOK)
	if v.get("commit") != "abc" || v.get("library") != "v0" {
		t.Errorf("version: %s", v.Body)
	}
	if icon := r.call("", "GET", "/favicon.ico", nil).ok(http.StatusOK); icon.Header().Get("Content-Type") != "image/svg+xml" {
		t.Errorf("icon: %v", icon.Header())
	}
}

func TestReadiness(t *testing.T) {
	r := newRig(t)
	ready := func() *answer { return r.call("", "GET", "/health/ready", nil) }
	r.checks["database"], r.checks["disk"] = nil, nil
	if body := ready().ok(http.StatusOK).Body.String(); !strings.Contains(body, `"data":{"checks":{"database":"ok","disk":"ok"}}`) {
		t.Errorf("ready: %s", body)
	}
	r.checks["disk"] = fault.New(fault.Unavailable, "less than 100 MB free")
	a := ready().wants(http.StatusServiceUnavailable, "Not ready: disk")
	if !strings.Contains(a.Body.String(), `"checks":{"database":"ok","disk":"less than 100 MB free"}`) || a.Header().Get("Retry-After") == "" {
		t.Errorf("disk: %v %s", a.Header(), a.Body)
	}
	r.call("", "GET", "/health/live", nil).ok(http.StatusOK)
	r.checks["disk"] = errors.New("statfs /var/lib/wapost: permission denied")
	if body := ready().Body.String(); !strings.Contains(body, `"disk":"failed"`) {
		t.Errorf("the inside is shown: %s", body)
	}
	delete(r.checks, "disk")
	fresh := New(r.api.Options)
	r.api, r.handler = fresh, fresh.Handler()
	ready().wants(http.StatusServiceUnavailable, "Starting up")
	fresh.Started()
	ready().ok(http.StatusOK)
}

func TestAdminHealthSaysWhatIsWrong(t *testing.T) {
	r := newRig(t)
	health := func() *answer { return r.call(adminText, "GET", "/admin/health", nil).ok(http.StatusOK) }
	if a := health(); a.get("status") != "ok" || a.get("database") != "ok" || a.get("goroutines").(float64) < 1 {
		t.Errorf("well: %s", a.Body)
	}
	r.checks["disk"] = errors.New("full")
	if a := health(); a.get("status") != "degraded" {
		t.Errorf("disk: %s", a.Body)
	}
	r.checks["writer"] = fault.Wrap(errors.New("disk I/O error"), fault.Unavailable, "Storage is unavailable")
	if a := health(); a.get("status") != "down" || a.get("database") != "Storage is unavailable" {
		t.Errorf("writer: %s", a.Body)
	}
}
