package webhook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/fault"
	"wapost/internal/webhook"
)

func TestAPatchChangesOnlyWhatIsGiven(t *testing.T) {
	r := newRig(t, 0)
	before := r.create(one(), webhook.Draft{URL: url, Secret: ptr("string"), Description: ptr("old"), Headers: map[string]string{"X-Key": "k1", "X-Old": "o"},
		TimeoutSeconds: ptr(5), MaxInFlight: ptr(2), RateLimit: ptr(10), Ordering: ptr("strict")})
	after := r.patch(before.ID, webhook.Patch{Headers: webhook.Given(map[string]string{"x-key": "***", "X-New": "n"})})
	if diff := cmp.Diff(map[string]string{"x-key": "k1", "X-New": "n"}, after.Headers); diff != "" {
		t.Errorf("headers -want +got:\n%s", diff)
	}
	if !after.UpdatedAt.After(before.UpdatedAt) {
		t.Error("updated_at did not grow")
	}
	before.Headers, before.UpdatedAt = after.Headers, after.UpdatedAt
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("something else changed:\n%s", diff)
	}
	reset := r.patch(before.ID, webhook.Patch{Description: null[string](), Headers: null[map[string]string](), Ordering: null[string](),
		TimeoutSeconds: null[int](), MaxInFlight: null[int](), RateLimit: null[int](), Version: null[int]()})
	if reset.Description != "" || len(reset.Headers) != 0 || reset.Ordering != webhook.Ordered || reset.Timeout != 15*time.Second ||
		reset.MaxInFlight != 8 || reset.RateLimit != 0 || reset.Version != 1 {
		t.Errorf("null did not reset: %+v", reset)
	}
}

func TestPatchesThatAreRefused(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url})
	for want, p := range map[string]webhook.Patch{
		"Nothing to change": {},
		"url is required":   {URL: null[string]()},
		"URL must be HTTPS": {URL: webhook.Given("http://x.example"), Secret: webhook.Given("x")},
		"secret is changed with POST /webhooks/{id}/rotate-secret":                         {Secret: null[string](), DeviceID: webhook.Given("one")},
		"device_id cannot be changed":                                                      {DeviceID: null[string]()},
		"rate_limit must be between 1 and 1000":                                            {RateLimit: webhook.Given(0)},
		"version must be 1":                                                                {Version: webhook.Given(2)},
		"tls must have ca_pem, or client_cert_pem with client_key_pem":                     {TLS: webhook.Given(webhook.TLS{})},
		`headers has no stored value for "X-A"; give one`:                                  {Headers: webhook.Given(map[string]string{"X-A": "***"})},
		`Unknown event "mesage.*"; did you mean "message.*"?`:                              {Events: webhook.Given([]string{"mesage.*"})},
		"resume_from needs active true":                                                    {ResumeFrom: webhook.Given("now"), Active: webhook.Given(false)},
		"resume_from must be held, now or an RFC 3339 time":                                {ResumeFrom: webhook.Given("yesterday"), Active: webhook.Given(true)},
		"resume_from must not be in the future":                                            {ResumeFrom: webhook.Given("2999-01-01T00:00:00Z"), Active: webhook.Given(true)},
		"ordering must be one of ordered, strict, fifo, parallel":                          {Ordering: webhook.Given("")},
		"timeout_seconds must be between 1 and 30":                                         {TimeoutSeconds: webhook.Given(0)},
		"max_in_flight must be between 1 and 64":                                           {MaxInFlight: webhook.Given(-1)},
		"description must be at most 256 characters":                                       {Description: webhook.Given(strings.Repeat("x", 257))},
		`Unknown include "x"; it must be raw or thumbnail`:                                 {Include: webhook.Given([]string{"x"})},
		"URL address is not allowed: 10.0.0.5 is private":                                  {URL: webhook.Given("https://10.0.0.5")},
		`headers must not set "Host"`:                                                      {Headers: webhook.Given(map[string]string{"Host": "x"})},
		`Event "poll.created" no longer exists; use "message.received" and look at "kind"`: {Events: webhook.Given([]string{"poll.created"})},
	} {
		_, err := r.Patch(t.Context(), one(), w.ID, p)
		says(t, err, fault.Invalid, want)
	}
	if len(r.told) != 1 {
		t.Errorf("refused changes were announced: %v", r.told)
	}
	_, err := r.Patch(t.Context(), one(), w.ID, webhook.Patch{Active: webhook.Given(true), ResumeFrom: webhook.Given("now")})
	says(t, err, fault.Conflict, "resume_from needs a webhook that is paused or disabled")
}

func TestAFilterChangeAppliesFromTheNextEventOn(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url})
	froms := func(w webhook.Webhook) (list []int64) {
		for _, f := range w.Filters {
			list = append(list, f.From)
		}
		return list
	}
	w = r.patch(w.ID, webhook.Patch{Events: webhook.Given([]string{"message.received"})})
	if !slices.Equal(froms(w), []int64{1}) || !slices.Equal(w.Filters[0].Events, []string{"message.received"}) {
		t.Errorf("no event between two filters: %+v", w.Filters)
	}
	r.record()
	r.record()
	w = r.patch(w.ID, webhook.Patch{Include: webhook.Given([]string{"raw"})})
	w = r.patch(w.ID, webhook.Patch{Include: webhook.Given([]string{"raw"}), Description: webhook.Given("same wishes")})
	if !slices.Equal(froms(w), []int64{1, 3}) {
		t.Errorf("filters from %v, want 1 and 3", froms(w))
	}
	r.record()
	r.exec(`DELETE FROM events WHERE seq <= 2`) // retention
	w = r.patch(w.ID, webhook.Patch{Events: null[[]string]()})
	if !slices.Equal(froms(w), []int64{3, 4}) {
		t.Errorf("filters from %v, want 3 and 4: the first judges no event that is kept", froms(w))
	}
}

func TestManyFilterChangesKeepOnlyWhatDeliveriesNeed(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url})
	toggle := func(i int) error {
		r.record()
		_, err := r.Patch(t.Context(), one(), w.ID, webhook.Patch{Include: webhook.Given([]string{"raw"}[:i%2])})
		return err
	}
	for i := range 49 {
		if err := toggle(i + 1); err != nil {
			t.Fatal(err)
		}
	}
	says(t, toggle(50), fault.Conflict, "events and include were changed 50 times while events are held; resume first")
	r.exec(`UPDATE webhooks SET cursor = 40`)
	r.exec(`INSERT INTO deliveries (webhook_id, seq, status, tries, attempts, updated_at) VALUES ($1, 30, 'retrying', 1, 1, 0)`, w.ID)
	if err := toggle(50); err != nil {
		t.Fatal(err)
	}
	got, err := r.Get(t.Context(), one(), w.ID)
	if err != nil || got.Filters[0].From > 30 || got.Filters[1].From <= 30 {
		t.Errorf("the oldest filter begins at %d, %v; the open delivery of event 30 needs its own", got.Filters[0].From, err)
	}
}
