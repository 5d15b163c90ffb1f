package webhook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

func TestADraftBecomesAWebhookWithDefaults(t *testing.T) {
	r := newRig(t, 0)
	r.record()
	w, secret, err := r.Create(t.Context(), one(), webhook.Draft{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("generated secret %q", secret)
	}
	got, err := r.Get(t.Context(), one(), w.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := webhook.Webhook{ID: 1, AccountID: 1, URL: url, Events: []string{}, Headers: map[string]string{}, Ordering: webhook.Ordered,
		Timeout: 15 * time.Second, MaxInFlight: 8, Include: []event.Include{}, Version: 1, Status: webhook.Active, StatusSince: w.CreatedAt,
		Secrets: []webhook.Secret{{Text: secret, CreatedAt: w.CreatedAt}}, Cursor: 1, CreatedAt: w.CreatedAt, UpdatedAt: w.CreatedAt,
		Filters: []webhook.Filter{{From: 2, Events: []string{}, Include: []event.Include{}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if time.Since(w.CreatedAt) > time.Minute || !slices.Equal(r.told, []int64{1}) {
		t.Errorf("created at %s, told %v", w.CreatedAt, r.told)
	}
}

func TestADraftIsStoredAsGiven(t *testing.T) {
	r := newRig(t, 0)
	odd := "https://Your-Server.COM:8443/web%20hook?a=b&c"
	w, secret, err := r.Create(t.Context(), one(), webhook.Draft{URL: odd, Secret: ptr("string"), Events: []string{"message.received", "connection.*"},
		DeviceID: ptr("one"), Active: ptr(false), Description: ptr("é"), Headers: map[string]string{"Authorization": "Bearer a b"},
		Ordering: ptr("fifo"), TimeoutSeconds: ptr(30), MaxInFlight: ptr(64), RateLimit: ptr(1000), Include: []string{"thumbnail", "raw", "raw"}, Version: ptr(1)})
	if err != nil || secret != "" {
		t.Fatalf("secret %q, %v", secret, err)
	}
	got, err := r.Get(t.Context(), one(), w.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.URL != odd || got.DeviceID != "one" || got.Status != webhook.Paused || got.Reason != "user" || got.Description != "é" ||
		got.Headers["Authorization"] != "Bearer a b" || got.Ordering != webhook.FIFO || got.Timeout != 30*time.Second || got.MaxInFlight != 64 ||
		got.RateLimit != 1000 || len(got.Include) != 2 || got.Secrets[0].Text != "string" {
		t.Errorf("%+v", got)
	}
}

func TestDraftsAreJudgedFieldByFieldInOrder(t *testing.T) {
	r := newRig(t, 0)
	// Each fault is put on top of those after it in the table, so the sentence tells which one was found first.
	d := webhook.Draft{}
	for _, step := range []struct {
		spoil func()
		want  string
	}{
		{func() { d.TLS = &webhook.TLS{} }, "tls must have ca_pem, or client_cert_pem with client_key_pem"},
		{func() { d.Version = ptr(2) }, "version must be 1"},
		{func() { d.Include = []string{"body"} }, `Unknown include "body"; it must be raw or thumbnail`},
		{func() { d.RateLimit = ptr(0) }, "rate_limit must be between 1 and 1000"},
		{func() { d.MaxInFlight = ptr(65) }, "max_in_flight must be between 1 and 64"},
		{func() { d.TimeoutSeconds = ptr(31) }, "timeout_seconds must be between 1 and 30"},
		{func() { d.Ordering = ptr("lifo") }, "ordering must be one of ordered, strict, fifo, parallel"},
		{func() { d.Headers = map[string]string{"X-A": "***"} }, `headers has no stored value for "X-A"; give one`},
		{func() { d.Description = ptr(strings.Repeat("é", 257)) }, "description must be at most 256 characters"},
		{func() { d.Events = []string{"mesage.received"} }, `Unknown event "mesage.received"; did you mean "message.received"?`},
		{func() { d.Secret = ptr("") }, "secret must not be empty"},
		{func() { d.URL = "http://your-server.com" }, "URL must be HTTPS"},
		{func() { d.URL = "" }, "url is required"},
	} {
		if d.URL == "" {
			d.URL = url
		}
		step.spoil()
		_, _, err := r.Create(t.Context(), one(), d)
		says(t, err, fault.Invalid, step.want)
	}
}

func TestHeadersThatAreOursOrBreakHTTPAreRefused(t *testing.T) {
	r := newRig(t, 0)
	for _, c := range []struct{ name, value, want string }{
		{"X-A", "b", ""}, {"x!#$%&'*+-.^_`|~9", "a b~", ""}, {"Authorization", "Basic abc==", ""}, {"X-A", "", ""}, {"X-A", strings.Repeat("v", 1024), ""},
		{strings.Repeat("n", 64), "b", ""},
		{"", "b", `headers has a name that is not an HTTP token of at most 64 bytes: ""`},
		{"X A", "b", `headers has a name that is not an HTTP token of at most 64 bytes: "X A"`},
		{"X-A:", "b", `headers has a name that is not an HTTP token of at most 64 bytes: "X-A:"`},
		{"Ü", "b", `headers has a name that is not an HTTP token of at most 64 bytes: "Ü"`},
		{strings.Repeat("n", 65), "b", `headers has a name that is not an HTTP token of at most 64 bytes: "` + strings.Repeat("n", 64) + `"`},
		{"Host", "b", `headers must not set "Host"`}, {"content-type", "b", `headers must not set "content-type"`}, {"Cookie", "b", `headers must not set "Cookie"`},
		{"Connection", "b", `headers must not set "Connection"`}, {"Transfer-Encoding", "b", `headers must not set "Transfer-Encoding"`},
		{"TE", "b", `headers must not set "TE"`}, {"Expect", "b", `headers must not set "Expect"`}, {"User-Agent", "b", `headers must not set "User-Agent"`},
		{"Webhook-Id", "b", `headers must not set "Webhook-Id"`}, {"X-Webhook-Any", "b", `headers must not set "X-Webhook-Any"`},
		{"X-Hub-Signature", "b", `headers must not set "X-Hub-Signature"`},
		{"X-A", "b\r\nc: d", `headers must have values of visible ASCII, at most 1024 bytes: "X-A"`},
		{"X-A", "é", `headers must have values of visible ASCII, at most 1024 bytes: "X-A"`},
		{"X-A", " b", `headers must have values of visible ASCII, at most 1024 bytes: "X-A"`},
		{"X-A", strings.Repeat("v", 1025), `headers must have values of visible ASCII, at most 1024 bytes: "X-A"`},
	} {
		_, _, err := r.Create(t.Context(), one(), webhook.Draft{URL: url, Headers: map[string]string{c.name: c.value}})
		if got := sentence(t, err); got != c.want {
			t.Errorf("%.20q: %.20q: %q, want %q", c.name, c.value, got, c.want)
		}
	}
	many := map[string]string{}
	for i := range 21 {
		many[fmt.Sprintf("X-%d", i)] = "v"
	}
	_, _, err := r.Create(t.Context(), one(), webhook.Draft{URL: url, Headers: many})
	says(t, err, fault.Invalid, "headers must have at most 20 entries")
	_, _, err = r.Create(t.Context(), one(), webhook.Draft{URL: url, Headers: map[string]string{"X-A": "1", "x-a": "2"}})
	says(t, err, fault.Invalid, `headers has "x-a" twice`)
}
