package httpapi

import (
	"context"
	"net/http"
	"time"

	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

// deliveriesParams are those of GET /webhooks/{id}/deliveries.
type deliveriesParams struct {
	webhookID
	pageParams
	Status  string    `query:"status" enum:"pending,retrying,delivered,dead,held,skipped,expired,cancelled"`
	Type    string    `query:"type" doc:"Type of the event, or a pattern"`
	EventID string    `query:"event_id" doc:"Only the delivery of this event"`
	Since   time.Time `query:"since" doc:"Recorded at or after"`
	Until   time.Time `query:"until" doc:"Recorded before"`
}

// deliveryID names one delivery: a webhook and an event.
type deliveryID struct {
	webhookID
	EventID string `path:"event_id" doc:"Id of the event"`
}

func (a *API) deliveryRoutes() {
	list := operation[deliveriesParams, none, []deliveryView]{
		method: http.MethodGet, path: "/webhooks/{id}/deliveries", tag: tagWebhooks, id: "list-deliveries", auth: everyUser, list: true,
		summary: "List the deliveries of a webhook, newest first",
		description: "A delivery is one event for one webhook. A page may have fewer entries than limit although more follow, when few of many match; " +
			"page.next is null on the last page.",
		message: "Deliveries retrieved successfully", fallback: "Failed to list deliveries", handle: a.listDeliveries,
	}
	mount(a, list)
	list.path, list.id, list.summary = "/webhooks/{id}/logs", "list-webhook-logs", "The same as /webhooks/{id}/deliveries"
	mount(a, list)
	mount(a, operation[deliveryID, none, deliveryView]{
		method: http.MethodGet, path: "/webhooks/{id}/deliveries/{event_id}", tag: tagWebhooks, id: "get-delivery", auth: everyUser,
		summary: "Read a delivery with its event and its attempts", message: "Delivery retrieved successfully",
		fallback: "Failed to read delivery", handle: a.getDelivery,
	})
	mount(a, operation[deliveryID, none, deliveryView]{
		method: http.MethodPost, path: "/webhooks/{id}/deliveries/{event_id}/retry", tag: tagWebhooks, id: "retry-delivery", auth: everyUser,
		summary: "Try a delivery now, whatever became of it", description: "The request is marked webhook-replay: true. Refused while the webhook is paused or disabled.",
		status: http.StatusAccepted, message: "Retry queued", fallback: "Failed to retry delivery", atomic: true, handle: a.retryDelivery,
	})
}

func (a *API) listDeliveries(ctx context.Context, c *call, p deliveriesParams, _ none) ([]deliveryView, error) {
	f := store.DeliveryFilter{Status: store.DeliveryStatus(p.Status), Types: everyType(), Since: p.Since, Until: p.Until, Before: store.Newest, Limit: p.Limit}
	if p.Type != "" {
		types, err := webhook.ParseEvents([]string{p.Type})
		if err != nil {
			return nil, err
		}
		f.Types = typesOf(types)
	}
	if p.After != "" {
		var err error
		if f.Before, err = store.ParsePlace(p.After); err != nil {
			return nil, err
		}
	}
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return nil, err
	}
	if p.EventID != "" {
		c.next("", p.Limit)
		return a.onlyDelivery(ctx, &w, p.EventID, f)
	}
	list, next, more, err := a.History.List(ctx, &w, f)
	if err != nil {
		return nil, err
	}
	cursor := ""
	if more {
		cursor = store.PlaceText(next)
	}
	c.next(cursor, p.Limit)
	views := make([]deliveryView, len(list))
	for i := range list {
		views[i] = viewDelivery(&list[i])
	}
	return views, nil
}

// onlyDelivery is the list for one event.
func (a *API) onlyDelivery(ctx context.Context, w *webhook.Webhook, id string, f store.DeliveryFilter) ([]deliveryView, error) {
	d, err := a.History.Get(ctx, w, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return []deliveryView{}, nil
	case err != nil:
		return nil, err
	case !f.Fits(&d):
		return []deliveryView{}, nil
	}
	return []deliveryView{viewDelivery(&d)}, nil
}

func (a *API) getDelivery(ctx context.Context, c *call, p deliveryID, _ none) (deliveryView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return deliveryView{}, err
	}
	d, err := a.History.Get(ctx, &w, p.EventID)
	if err != nil {
		return deliveryView{}, err
	}
	return viewWholeDelivery(&w, &d), nil
}

func (a *API) retryDelivery(ctx context.Context, c *call, p deliveryID, _ none) (deliveryView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return deliveryView{}, err
	}
	d, err := a.History.Get(ctx, &w, p.EventID)
	if err != nil {
		return deliveryView{}, err
	}
	if err := a.Replays.Retry(ctx, &w, d.Event.Seq); err != nil {
		return deliveryView{}, err
	}
	return viewDelivery(&d), nil
}
