package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// brokenWebhooks fails in a way that nobody foresaw.
type brokenWebhooks struct{ Webhooks }

func (brokenWebhooks) Create(context.Context, webhook.Scope, webhook.Draft) (webhook.Webhook, string, error) {
	return webhook.Webhook{}, "", errors.New("insert into webhooks: SQL logic error")
}

func TestGetWebhookShowsEverythingButSecrets(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.backlog.of = delivery.Backlog{Pending: 3, OldestAt: time.Date(2025, 12, 17, 10, 30, 0, 412e6, time.UTC)}
	a := r.call(key, "POST", "/webhooks", map[string]any{
		"url": hookURL, "secret": "very-secret", "headers": map[string]string{"Authorization": "Bearer hidden"}, "description": "d",
		"rate_limit": 7, "include": []string{"raw"}, "ordering": "fifo",
	}).ok(http.StatusCreated)
	a = r.call(key, "GET", fmt.Sprintf("/webhooks/%v", a.get("id")), nil).ok(http.StatusOK)
	if a.message() != "Webhook retrieved successfully" {
		t.Errorf("message %q", a.message())
	}
	for _, hidden := range []string{"very-secret", "hidden", "whsec_"} {
		if strings.Contains(a.Body.String(), hidden) {
			t.Errorf("%q is shown: %s", hidden, a.Body)
		}
	}
	for name, want := range map[string]any{
		"url": hookURL, "active": true, "device_id": nil, "state": "active", "state_reason": nil, "description": "d", "ordering": "fifo",
		"timeout_seconds": 15.0, "max_in_flight": 8.0, "rate_limit": 7.0, "version": 1.0,
	} {
		if got := a.get(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, want := range []string{
		`"headers":{"Authorization":"***"}`, `"include":["raw"]`, `"events":[]`, `"expires_at":null}]`,
		`"backlog":{"pending":3,"held":0,"oldest_at":"2025-12-17T10:30:00.412Z"}`,
	} {
		if !strings.Contains(a.Body.String(), want) {
			t.Errorf("%s is not in %s", want, a.Body)
		}
	}
}

func TestWebhookIDs(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	for _, method := range []string{"GET", "DELETE"} {
		for _, id := range []string{"0", "-1", "abc", "1.5", "+1", "99999999999999999999"} {
			r.call(key, method, "/webhooks/"+id, nil).wants(http.StatusBadRequest, "Webhook id must be a positive integer")
		}
		r.call(key, method, "/webhooks/7", nil).wants(http.StatusNotFound, "No such webhook")
	}
	r.call(key, "PATCH", "/webhooks/x", `{"active":true}`).wants(http.StatusBadRequest, "Webhook id must be a positive integer")
	r.call(key, "PATCH", "/webhooks/7", `{"active":true}`).wants(http.StatusNotFound, "No such webhook")
}

func TestPatchChangesOnlyWhatIsGiven(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	path := r.webhook(key)
	patch := func(body string) *answer { return r.call(key, "PATCH", path, body) }
	patch(`{}`).wants(http.StatusBadRequest, "Nothing to change")
	patch(``).wants(http.StatusBadRequest, "Request body is empty; a JSON object is required")
	patch(`{"url":null}`).wants(http.StatusBadRequest, "url is required")
	patch(`{"secret":"x"}`).wants(http.StatusBadRequest, "secret is changed with POST /webhooks/{id}/rotate-secret")
	patch(`{"activ":true}`).wants(http.StatusBadRequest, `Unknown field "activ"; did you mean "active"?`)
	patch(`{"active":"x"}`).wants(http.StatusBadRequest, "active must be a boolean")
	if a := patch(`{"device_id":"x"}`); a.Code != http.StatusBadRequest {
		t.Errorf("device_id: %s", a.Body)
	}
	a := patch(`{"active":false,"timeout_seconds":5,"headers":{"X-A":"1"}}`).ok(http.StatusOK)
	if a.message() != "Webhook updated successfully" || a.get("state") != "paused" || a.get("state_reason") != "user" || a.get("active") != false {
		t.Errorf("paused: %s", a.Body)
	}
	a = patch(`{"active":true,"timeout_seconds":null,"headers":{"X-A":"***"}}`).ok(http.StatusOK)
	if a.get("timeout_seconds") != 15.0 || a.get("state") != "active" || a.get("url") != "https://example.com/hook" {
		t.Errorf("resumed: %s", a.Body)
	}
}

func TestDeleteWebhookTwice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	path := r.webhook(key)
	a := r.call(key, "DELETE", path, nil).ok(http.StatusOK)
	if got := a.Body.String(); got != `{"status":true,"code":200,"message":"Webhook deleted successfully"}` {
		t.Errorf("got %s", got)
	}
	r.call(key, "DELETE", path, nil).wants(http.StatusNotFound, "No such webhook")
}

func TestListOfWebhooks(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	id, token := r.device(key)
	a := r.call(key, "GET", "/webhooks", nil).ok(http.StatusOK)
	if got := a.Body.String(); got != `{"status":true,"code":200,"message":"Webhooks retrieved successfully","data":[],"page":{"next":null,"limit":50}}` {
		t.Errorf("empty list: %s", got)
	}
	r.webhook(key)
	r.webhook(token)
	r.call(key, "PATCH", r.webhook(key), `{"active":false}`).ok(http.StatusOK)
	for query, want := range map[string]string{
		"": "1 2 3", "?active=true": "1 2", "?active=false": "3", "?state=paused": "3", "?device_id=" + id: "2", "?after=1": "2 3", "?limit=2": "1 2",
	} {
		var hooks []struct {
			ID int `json:"id"`
		}
		r.call(key, "GET", "/webhooks"+query, nil).ok(http.StatusOK).data(&hooks)
		got := strings.Trim(strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(hooks), "{", ""), "}", ""), "[]")
		if got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	if page := r.call(key, "GET", "/webhooks?limit=2", nil).Body.String(); !strings.Contains(page, `"page":{"next":"2","limit":2}`) {
		t.Errorf("page: %s", page)
	}
	for query, want := range map[string]string{
		"limit=0": "limit must be an integer between 1 and 200", "limit=201": "limit must be an integer between 1 and 200",
		"limit=x": "limit must be an integer between 1 and 200", "active=yes": "active must be true or false",
		"state=bad": "state must be one of active, failing, paused, disabled", "after=x": "after is not a cursor of this list",
	} {
		r.call(key, "GET", "/webhooks?"+query, nil).wants(http.StatusBadRequest, want)
	}
	r.call(key, "GET", "/webhooks?device_id=x", nil).wants(http.StatusNotFound, "No such device")
}
