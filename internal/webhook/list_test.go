package webhook_test

import (
	"slices"
	"testing"

	"wapost/internal/fault"
	"wapost/internal/webhook"
)

func TestWebhooksOfOthersAreNotThere(t *testing.T) {
	r := newRig(t, 0)
	mine := r.create(one(), webhook.Draft{URL: url})
	device := r.create(webhook.Scope{AccountID: 1, DeviceID: "one"}, webhook.Draft{URL: url, DeviceID: ptr("one")})
	if device.DeviceID != "one" {
		t.Errorf("made with a device token, it belongs to device %q", device.DeviceID)
	}
	for _, c := range []struct {
		name  string
		scope webhook.Scope
		id    int64
		sees  bool
	}{
		{"own account", one(), mine.ID, true}, {"own account, device's", one(), device.ID, true}, {"admin", webhook.Scope{}, mine.ID, true},
		{"own device", webhook.Scope{AccountID: 1, DeviceID: "one"}, device.ID, true},
		{"device looks at account's", webhook.Scope{AccountID: 1, DeviceID: "one"}, mine.ID, false},
		{"other account", webhook.Scope{AccountID: 2}, mine.ID, false}, {"other device", webhook.Scope{AccountID: 2, DeviceID: "two"}, device.ID, false},
		{"nothing there", one(), 99, false},
	} {
		_, get := r.Get(t.Context(), c.scope, c.id)
		_, patch := r.Patch(t.Context(), c.scope, c.id, webhook.Patch{Description: webhook.Given("x")})
		_, _, rotate := r.RotateSecret(t.Context(), c.scope, c.id, webhook.Rotation{})
		for what, err := range map[string]error{"get": get, "patch": patch, "rotate": rotate} {
			if c.sees && err != nil {
				t.Errorf("%s: %s: %v", c.name, what, err)
			} else if !c.sees {
				says(t, err, fault.NotFound, "No such webhook")
			}
		}
		if !c.sees {
			says(t, r.Delete(t.Context(), c.scope, c.id), fault.NotFound, "No such webhook")
		}
	}
	for _, c := range []struct {
		scope  webhook.Scope
		device string
	}{{one(), "two"}, {one(), "none"}, {one(), ""}, {webhook.Scope{AccountID: 1, DeviceID: "one"}, "two"}} {
		_, _, err := r.Create(t.Context(), c.scope, webhook.Draft{URL: url, DeviceID: &c.device})
		says(t, err, fault.NotFound, "No such device")
	}
}

func TestTheLimitHoldsPerAccount(t *testing.T) {
	r := newRig(t, 2)
	r.create(one(), webhook.Draft{URL: url})
	w := r.create(one(), webhook.Draft{URL: url})
	_, _, err := r.Create(t.Context(), one(), webhook.Draft{URL: url})
	says(t, err, fault.Conflict, "Webhook limit reached (2)")
	_, _, err = r.Create(t.Context(), one(), webhook.Draft{URL: url, DeviceID: ptr("two")})
	says(t, err, fault.NotFound, "No such device") // references before limits
	r.create(webhook.Scope{AccountID: 2}, webhook.Draft{URL: url})
	if err := r.Delete(t.Context(), one(), w.ID); err != nil {
		t.Fatal(err)
	}
	if again := r.create(one(), webhook.Draft{URL: url}); again.ID <= w.ID {
		t.Errorf("id %d after %d: ids are never used twice", again.ID, w.ID)
	}
}

func TestListsArePagedAndNarrowed(t *testing.T) {
	r := newRig(t, 0)
	for i := range 5 {
		r.create(one(), webhook.Draft{URL: url, Active: ptr(i != 1), DeviceID: map[bool]*string{true: ptr("one")}[i == 2]})
	}
	r.create(webhook.Scope{AccountID: 2}, webhook.Draft{URL: url})
	r.exec(`UPDATE webhooks SET breaker_failures = 4 WHERE id = 4`)
	r.exec(`UPDATE webhooks SET breaker_opened_at = 1 WHERE id = 5`)
	ids := func(o webhook.ListOptions, scope webhook.Scope) (got []int64, next string) {
		t.Helper()
		list, next, err := r.List(t.Context(), scope, o)
		if err != nil || list == nil {
			t.Fatalf("%+v: list %v, %v", o, list, err)
		}
		for _, w := range list {
			got = append(got, w.ID)
			if o.State != "" && w.State() != o.State {
				t.Errorf("%+v gave a webhook in state %s", o, w.State())
			}
		}
		return got, next
	}
	for _, c := range []struct {
		name  string
		o     webhook.ListOptions
		scope webhook.Scope
		want  []int64
	}{
		{"all", webhook.ListOptions{}, one(), []int64{1, 2, 3, 4, 5}}, {"admin", webhook.ListOptions{}, webhook.Scope{}, []int64{1, 2, 3, 4, 5, 6}},
		{"active", webhook.ListOptions{Active: ptr(true)}, one(), []int64{1, 3, 4, 5}}, {"not active", webhook.ListOptions{Active: ptr(false)}, one(), []int64{2}},
		{"state active", webhook.ListOptions{State: "active"}, one(), []int64{1, 3}}, {"state failing", webhook.ListOptions{State: "failing"}, one(), []int64{4, 5}},
		{"state paused", webhook.ListOptions{State: "paused"}, one(), []int64{2}}, {"state disabled", webhook.ListOptions{State: "disabled"}, one(), nil},
		{"device", webhook.ListOptions{DeviceID: "one"}, one(), []int64{3}}, {"device token", webhook.ListOptions{}, webhook.Scope{AccountID: 1, DeviceID: "one"}, []int64{3}},
	} {
		if got, next := ids(c.o, c.scope); !slices.Equal(got, c.want) || next != "" {
			t.Errorf("%s: %v next %q, want %v", c.name, got, next, c.want)
		}
	}
	var all []int64
	for after := ""; ; {
		got, next := ids(webhook.ListOptions{Limit: 2, After: after}, one())
		all = append(all, got...)
		if after = next; next == "" {
			break
		}
	}
	if !slices.Equal(all, []int64{1, 2, 3, 4, 5}) {
		t.Errorf("pages of two gave %v", all)
	}
	for want, o := range map[string]webhook.ListOptions{"limit must be between 1 and 200": {Limit: 201}, "after is not a cursor of this list": {After: "x"},
		"state must be one of active, failing, paused, disabled": {State: "gone"}} {
		_, _, err := r.List(t.Context(), one(), o)
		says(t, err, fault.Invalid, want)
	}
	_, _, err := r.List(t.Context(), one(), webhook.ListOptions{DeviceID: "two"})
	says(t, err, fault.NotFound, "No such device")
}
