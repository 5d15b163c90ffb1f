package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/fault"
	"wapost/internal/httpapi/strict"
	"wapost/internal/webhook"
)

// createWebhookBody is the body of POST /webhooks, in the order of the contract's tables.
type createWebhookBody struct {
	URL            string            `json:"url" maxLength:"2048" doc:"Where events are sent; HTTPS" example:"https://your-server.com/webhook"`
	Secret         *string           `json:"secret,omitempty" nullable:"true" minLength:"1" maxLength:"512" doc:"Secret for HMAC signature verification; omitted = generated and shown once"`
	Events         []string          `json:"events,omitempty" nullable:"true" maxItems:"200" doc:"Event types and patterns like message.*; none = all but the explicit ones"`
	DeviceID       *string           `json:"device_id,omitempty" nullable:"true" doc:"Narrows a webhook of an account to one device; fixed for life"`
	Active         *bool             `json:"active,omitempty" nullable:"true" default:"true" doc:"false = created paused"`
	Description    *string           `json:"description,omitempty" nullable:"true" maxLength:"256"`
	Headers        map[string]string `json:"headers,omitempty" nullable:"true" doc:"Sent with every request, at most 20; values are write-only"`
	Ordering       *string           `json:"ordering,omitempty" nullable:"true" enum:"ordered,strict,fifo,parallel" default:"ordered"`
	TimeoutSeconds *int              `json:"timeout_seconds,omitempty" nullable:"true" minimum:"1" maximum:"30" default:"15"`
	MaxInFlight    *int              `json:"max_in_flight,omitempty" nullable:"true" minimum:"1" maximum:"64" default:"8"`
	RateLimit      *int              `json:"rate_limit,omitempty" nullable:"true" minimum:"1" maximum:"1000" doc:"Requests per second; null = no limit"`
	Include        []string          `json:"include,omitempty" nullable:"true" enum:"raw,thumbnail" doc:"Optional payload parts"`
	Version        *int              `json:"version,omitempty" nullable:"true" minimum:"1" doc:"Catalogue version of the payloads; pinned at creation"`
	TLS            *tlsBody          `json:"tls,omitempty" nullable:"true" doc:"Authority of the endpoint and certificate of ours"`
}

func (b createWebhookBody) draft() webhook.Draft {
	return webhook.Draft{
		URL: b.URL, Secret: b.Secret, Events: b.Events, DeviceID: b.DeviceID, Active: b.Active, Description: b.Description,
		Headers: b.Headers, Ordering: b.Ordering, TimeoutSeconds: b.TimeoutSeconds, MaxInFlight: b.MaxInFlight,
		RateLimit: b.RateLimit, Include: b.Include, Version: b.Version, TLS: b.TLS.settings(),
	}
}

// patchWebhookBody is the body of PATCH /webhooks/{id}. secret and device_id are known so that they can be refused with their
// own sentences.
type patchWebhookBody struct {
	URL            strict.Field[string]            `json:"url,omitempty" nullable:"false" maxLength:"2048"`
	Secret         strict.Field[string]            `json:"secret,omitempty" hidden:"true"`
	Events         strict.Field[[]string]          `json:"events,omitempty" nullable:"true" maxItems:"200" doc:"Replaces the list; null = all"`
	DeviceID       strict.Field[string]            `json:"device_id,omitempty" hidden:"true"`
	Active         strict.Field[bool]              `json:"active,omitempty" nullable:"true" doc:"false pauses, true resumes"`
	Description    strict.Field[string]            `json:"description,omitempty" nullable:"true" maxLength:"256"`
	Headers        strict.Field[map[string]string] `json:"headers,omitempty" nullable:"true" doc:"Replaces all; the value *** keeps the stored one"`
	Ordering       strict.Field[string]            `json:"ordering,omitempty" nullable:"true" doc:"ordered, strict, fifo or parallel"`
	TimeoutSeconds strict.Field[int]               `json:"timeout_seconds,omitempty" nullable:"true" minimum:"1" maximum:"30"`
	MaxInFlight    strict.Field[int]               `json:"max_in_flight,omitempty" nullable:"true" minimum:"1" maximum:"64"`
	RateLimit      strict.Field[int]               `json:"rate_limit,omitempty" nullable:"true" minimum:"1" maximum:"1000"`
	Include        strict.Field[[]string]          `json:"include,omitempty" nullable:"true" doc:"raw, thumbnail"`
	Version        strict.Field[int]               `json:"version,omitempty" nullable:"true" minimum:"1"`
	TLS            strict.Field[tlsBody]           `json:"tls,omitempty" nullable:"true" doc:"Replaces the whole; null removes it"`
	ResumeFrom     strict.Field[string]            `json:"resume_from,omitempty" nullable:"true" doc:"With active true: held (default), now, or a time"`
}

func (b patchWebhookBody) patch() webhook.Patch {
	return webhook.Patch{
		URL: webhook.Field[string](b.URL), Secret: webhook.Field[string](b.Secret), Events: webhook.Field[[]string](b.Events),
		DeviceID: webhook.Field[string](b.DeviceID), Active: webhook.Field[bool](b.Active),
		Description: webhook.Field[string](b.Description), Headers: webhook.Field[map[string]string](b.Headers),
		Ordering: webhook.Field[string](b.Ordering), TimeoutSeconds: webhook.Field[int](b.TimeoutSeconds),
		MaxInFlight: webhook.Field[int](b.MaxInFlight), RateLimit: webhook.Field[int](b.RateLimit),
		Include: webhook.Field[[]string](b.Include), Version: webhook.Field[int](b.Version),
		ResumeFrom: webhook.Field[string](b.ResumeFrom), TLS: tlsField(b.TLS),
	}
}

// webhookID is the id in a path.
type webhookID struct {
	ID idParam `path:"id" doc:"Id of the webhook"`
}

// idParam reads a webhook's id.
type idParam int64

func (id *idParam) setParam(text string) error {
	n, err := number(text, "Webhook id")
	*id = idParam(n)
	return err
}

// listWebhooksParams are the filters of GET /webhooks.
type listWebhooksParams struct {
	pageParams
	Active   *bool  `query:"active" doc:"Only active ones, or only the others"`
	State    string `query:"state" enum:"active,failing,paused,disabled"`
	DeviceID string `query:"device_id" doc:"Only webhooks of this device"`
}

func (a *API) webhookRoutes() {
	mount(a, operation[none, createWebhookBody, createdWebhook]{
		method: http.MethodPost, path: "/webhooks", tag: tagWebhooks, id: "create-webhook", auth: everyUser,
		summary: "Register a webhook to receive WhatsApp events", status: http.StatusCreated, message: "Webhook created successfully",
		fallback: "Failed to create webhook", errors: []int{404}, atomic: true,
		request: exampleRequest(), response: exampleCreated(), handle: a.createWebhook,
	})
	mount(a, operation[listWebhooksParams, none, []webhookView]{
		method: http.MethodGet, path: "/webhooks", tag: tagWebhooks, id: "list-webhooks", auth: everyUser, list: true,
		summary: "List webhooks, oldest first", message: "Webhooks retrieved successfully",
		fallback: "Failed to list webhooks", errors: []int{404}, handle: a.listWebhooks,
	})
	mount(a, operation[webhookID, none, webhookView]{
		method: http.MethodGet, path: "/webhooks/{id}", tag: tagWebhooks, id: "get-webhook", auth: everyUser,
		summary: "Read a webhook", message: "Webhook retrieved successfully",
		fallback: "Failed to read webhook", handle: a.getWebhook,
	})
	mount(a, operation[webhookID, patchWebhookBody, webhookView]{
		method: http.MethodPatch, path: "/webhooks/{id}", tag: tagWebhooks, id: "update-webhook", auth: everyUser,
		summary:     "Change, pause or resume a webhook",
		description: "Only the given fields change; null resets a field to its default.",
		message:     "Webhook updated successfully", fallback: "Failed to update webhook", errors: []int{409}, handle: a.patchWebhook,
	})
	mount(a, operation[webhookID, none, none]{
		method: http.MethodDelete, path: "/webhooks/{id}", tag: tagWebhooks, id: "delete-webhook", auth: everyUser,
		summary: "Delete a webhook", message: "Webhook deleted successfully",
		description: "Queued deliveries are cancelled; an attempt already on the wire may still arrive.",
		fallback:    "Failed to delete webhook", handle: a.deleteWebhook,
	})
}

// webhooks is the part of all webhooks that the caller sees.
func (c *call) webhooks() webhook.Scope {
	return webhook.Scope{AccountID: c.account, DeviceID: c.principal.DeviceID}
}

func (a *API) createWebhook(ctx context.Context, c *call, _ none, b createWebhookBody) (createdWebhook, error) {
	w, generated, err := a.Webhooks.Create(ctx, c.webhooks(), b.draft())
	if err != nil {
		return createdWebhook{}, err
	}
	return viewCreated(w, generated), nil
}

func (a *API) listWebhooks(ctx context.Context, c *call, p listWebhooksParams, _ none) ([]webhookView, error) {
	if err := a.mayAsk(ctx, c, p.DeviceID); err != nil {
		return nil, err
	}
	list, next, err := a.Webhooks.List(ctx, c.webhooks(), webhook.ListOptions{
		After: p.After, Limit: p.Limit, Active: p.Active, State: webhook.State(p.State), DeviceID: p.DeviceID,
	})
	if err != nil {
		return nil, err
	}
	views := make([]webhookView, len(list))
	for i := range list {
		if views[i], err = a.viewWebhook(ctx, list[i]); err != nil {
			return nil, err
		}
	}
	c.next(next, p.Limit)
	return views, nil
}

// mayAsk refuses a device that is not the caller's, before it is used as a filter.
func (a *API) mayAsk(ctx context.Context, c *call, deviceID string) error {
	if deviceID == "" || deviceID == c.principal.DeviceID {
		return nil
	}
	if c.principal.DeviceID != "" {
		return fault.New(fault.NotFound, "No such device")
	}
	_, err := a.Sessions.Get(ctx, c.account, deviceID)
	return err
}

func (a *API) getWebhook(ctx context.Context, c *call, p webhookID, _ none) (webhookView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return webhookView{}, err
	}
	return a.viewWebhook(ctx, w)
}

func (a *API) patchWebhook(ctx context.Context, c *call, p webhookID, b patchWebhookBody) (webhookView, error) {
	w, err := a.Webhooks.Patch(ctx, c.webhooks(), int64(p.ID), b.patch())
	if err != nil {
		return webhookView{}, err
	}
	return a.viewWebhook(ctx, w)
}

func (a *API) deleteWebhook(ctx context.Context, c *call, p webhookID, _ none) (none, error) {
	return none{}, a.Webhooks.Delete(ctx, c.webhooks(), int64(p.ID))
}
