package httpapi

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/webhook"
)

// createdWebhook is the data of a 201: the five members of the public page, and the secret only when we made it.
type createdWebhook struct {
	ID        int64    `json:"id"`
	URL       string   `json:"url"`
	Events    []string `json:"events" nullable:"false"`
	Active    bool     `json:"active"`
	CreatedAt second   `json:"created_at"`
	Secret    string   `json:"secret,omitempty" doc:"Only when it was generated; it is never shown again"`
}

// webhookView is the data of GET /webhooks/{id}.
type webhookView struct {
	ID             int64             `json:"id"`
	URL            string            `json:"url"`
	Events         []string          `json:"events" nullable:"false" doc:"As stored; [] = all but the explicit types"`
	Active         bool              `json:"active" doc:"True in the states active and failing"`
	CreatedAt      second            `json:"created_at"`
	DeviceID       *string           `json:"device_id" doc:"null = all devices of the account"`
	State          webhook.State     `json:"state" enum:"active,failing,paused,disabled"`
	StateReason    *string           `json:"state_reason" doc:"user, gone, no_success_5d or damaged"`
	StateSince     instant           `json:"state_since"`
	Description    string            `json:"description"`
	Headers        map[string]string `json:"headers" doc:"Values are masked"`
	Ordering       string            `json:"ordering"`
	TimeoutSeconds int               `json:"timeout_seconds"`
	MaxInFlight    int               `json:"max_in_flight"`
	RateLimit      *int              `json:"rate_limit"`
	Include        []string          `json:"include" nullable:"false"`
	Version        int               `json:"version"`
	TLS            *tlsView          `json:"tls" doc:"Without PEM; null = none"`
	Secrets        []secretView      `json:"secrets" nullable:"false" doc:"Live keys, newest first, without key material"`
	Damaged        []webhook.Part    `json:"damaged" nullable:"false" enum:"headers,tls,secrets" doc:"Sealed parts that cannot be opened; give them anew, or rotate the secret, before you switch the webhook on"`
	Backlog        backlogView       `json:"backlog"`
	UpdatedAt      instant           `json:"updated_at"`
}

type secretView struct {
	CreatedAt instant  `json:"created_at"`
	ExpiresAt *instant `json:"expires_at" nullable:"true"`
}

type backlogView struct {
	Pending  int      `json:"pending"`
	Held     int      `json:"held"`
	OldestAt *instant `json:"oldest_at" nullable:"true"`
}

func viewCreated(w webhook.Webhook, generated string) createdWebhook {
	return createdWebhook{
		ID: w.ID, URL: w.URL, Events: listed(w.Events), Active: w.Status == webhook.Active,
		CreatedAt: second(w.CreatedAt), Secret: generated,
	}
}

func (a *API) viewWebhook(ctx context.Context, w webhook.Webhook) (webhookView, error) {
	backlog, err := a.Deliveries.Backlog(ctx, &w)
	if err != nil {
		return webhookView{}, err
	}
	v := webhookView{
		ID: w.ID, URL: w.URL, Events: listed(w.Events), Active: w.Status == webhook.Active, CreatedAt: second(w.CreatedAt),
		DeviceID: text(w.DeviceID), State: w.State(), StateReason: text(w.Reason), StateSince: instant(w.StatusSince),
		Description: w.Description, Headers: masked(w.Headers), Ordering: string(w.Ordering),
		TimeoutSeconds: int(w.Timeout / time.Second), MaxInFlight: w.MaxInFlight, RateLimit: positive(w.RateLimit),
		Include: []string{}, Version: w.Version, TLS: viewTLS(w.TLS, time.Now()), Secrets: []secretView{}, Damaged: append([]webhook.Part{}, w.Damaged...), UpdatedAt: instant(w.UpdatedAt),
		Backlog: backlogView{Pending: backlog.Pending, Held: backlog.Held, OldestAt: moment(backlog.OldestAt)},
	}
	for _, i := range w.Include {
		v.Include = append(v.Include, string(i))
	}
	now := time.Now()
	for _, s := range w.Secrets {
		if s.ExpiresAt.IsZero() || s.ExpiresAt.After(now) {
			v.Secrets = append(v.Secrets, secretView{CreatedAt: instant(s.CreatedAt), ExpiresAt: moment(s.ExpiresAt)})
		}
	}
	return v, nil
}

// listed never is null.
func listed(s []string) []string {
	if s == nil {
		return []string{}
	}
	return slices.Clone(s)
}

// masked shows the names of custom headers and hides what they say.
func masked(headers map[string]string) map[string]string {
	shown := map[string]string{}
	for name := range headers {
		shown[name] = "***"
	}
	return shown
}

// Schema implements huma.SchemaProvider.
func (idParam) Schema(huma.Registry) *huma.Schema {
	least := 1.0
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least}
}

// exampleRequest and exampleCreated are the first examples of the public page.
func exampleRequest() any {
	return map[string]any{
		"url": "https://your-server.com/webhook", "secret": "string", "events": []string{"message.received", "connection.connected"},
	}
}

func exampleCreated() createdWebhook {
	return createdWebhook{
		ID: 1, URL: "https://your-server.com/webhook", Events: []string{"message.received", "connection.connected"}, Active: true,
		CreatedAt: second(time.Date(2025, 12, 17, 10, 30, 0, 0, time.UTC)),
	}
}
