package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/access"
	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// testsPerMinute bounds the tests of one webhook.
const testsPerMinute = 10

// testBody is the body of POST /webhooks/{id}/test.
type testBody struct {
	Type *string `json:"type,omitempty" nullable:"true" default:"webhook.test" doc:"Another type sends its example, marked data.example true"`
}

// testView is how a test went. An endpoint that fails is no failure of the request.
type testView struct {
	Delivered  bool              `json:"delivered"`
	EventID    string            `json:"event_id"`
	StatusCode *int              `json:"status_code"`
	LatencyMS  int64             `json:"latency_ms"`
	ErrorClass *string           `json:"error_class"`
	Error      *string           `json:"error"`
	Request    testRequestView   `json:"request"`
	Response   *testResponseView `json:"response" nullable:"true"`
}

type testRequestView struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers" doc:"Values of custom headers are masked"`
	Body    string            `json:"body"`
}

type testResponseView struct {
	Headers   map[string]string `json:"headers"`
	Excerpt   string            `json:"excerpt"`
	Truncated bool              `json:"truncated"`
}

// Schema implements huma.SchemaProvider: a named schema could not be null.
func (testResponseView) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeObject, Nullable: true, Required: []string{"headers", "excerpt", "truncated"},
		Properties: map[string]*huma.Schema{
			"headers":   {Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}},
			"excerpt":   {Type: huma.TypeString, Description: "At most 16 KiB"},
			"truncated": {Type: huma.TypeBoolean},
		},
	}
	s.PrecomputeMessages()
	return s
}

func (a *API) webhookTestRoute() {
	mount(a, operation[webhookID, testBody, testView]{
		method: http.MethodPost, path: "/webhooks/{id}/test", tag: tagWebhooks, id: "test-webhook", auth: everyUser,
		summary: "Send one signed request to a webhook and show what came back",
		description: "In any state, past the webhook's filter and queue; no retry, and not counted for its health. At most ten a minute. An endpoint " +
			"that fails is still a 200 here, with delivered false.",
		message: "Test finished", fallback: "Failed to test webhook", errors: []int{404}, bodyOptional: true, handle: a.testWebhook,
	})
}

func (a *API) testWebhook(ctx context.Context, c *call, p webhookID, b testBody) (testView, error) {
	t := event.WebhookTest
	if b.Type != nil {
		entry, err := oneType(*b.Type)
		if err != nil {
			return testView{}, err
		}
		t = entry
	}
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return testView{}, err
	}
	if err := a.limits.Take("test:"+strconv.FormatInt(w.ID, 10), access.PerMinute(testsPerMinute)); err != nil {
		return testView{}, err
	}
	r, err := a.testEvent(ctx, &w, t)
	if err != nil {
		return testView{}, err
	}
	x := a.Tester.Examine(ctx, delivery.Request{Webhook: &w, Event: r, Body: r.Body, Attempt: 1})
	return viewTest(&w, r, x), nil
}

// oneType reads the name of a type, also one that it had before.
func oneType(name string) (event.Type, error) {
	list, err := webhook.ParseEvents([]string{name})
	if err != nil {
		return "", err
	}
	if len(list) == 1 {
		if e, ok := event.Lookup(event.Type(list[0])); ok {
			return e.Type, nil
		}
	}
	return "", fault.New(fault.Invalid, "type must be the name of one event type")
}

// testEvent makes an event that is not in the log.
func (a *API) testEvent(ctx context.Context, w *webhook.Webhook, t event.Type) (*event.Recorded, error) {
	now := time.Now()
	if t != event.WebhookTest {
		r := event.Sample(t, event.NewID(), now)
		r.Body = event.AsTest(r.Body)
		return r, nil
	}
	e := event.New(t)
	e.At, e.DeviceID, e.Data = now, w.DeviceID, event.TestOfWebhook{WebhookRef: w.Ref(), Message: "This is a test of wapost"}
	if w.DeviceID != "" {
		d, err := a.Sessions.Get(ctx, w.AccountID, w.DeviceID)
		if err != nil {
			return nil, err
		}
		e.Account = d.Account()
	}
	sealed, err := e.Seal()
	if err != nil {
		return nil, err
	}
	return &event.Recorded{ID: e.ID, Type: t, Class: e.Class, AccountID: w.AccountID, DeviceID: w.DeviceID, At: now, Body: sealed.Body(0)}, nil
}

func viewTest(w *webhook.Webhook, r *event.Recorded, x httppost.Exchange) testView {
	o := x.Outcome
	v := testView{
		Delivered: o.Class == "", EventID: r.ID, StatusCode: positive(o.Status), LatencyMS: o.Duration.Milliseconds(),
		ErrorClass: text(string(o.Class)), Error: text(o.Err),
		Request: testRequestView{URL: w.URL, Headers: flat(x.Sent), Body: string(r.Body)},
	}
	if x.Received != nil {
		v.Response = &testResponseView{Headers: flat(x.Received), Excerpt: valid(x.Excerpt), Truncated: x.Truncated}
	}
	return v
}

// flat shows headers as one line each.
func flat(h http.Header) map[string]string {
	lines := make(map[string]string, len(h))
	for name, values := range h {
		lines[name] = strings.Join(values, ", ")
	}
	return lines
}

// valid shows bytes that somebody else chose.
func valid(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }
