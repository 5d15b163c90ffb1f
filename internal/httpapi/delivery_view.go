package httpapi

import (
	"strconv"
	"unicode/utf8"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

// shortExcerpt is how much of an answer a list shows.
const shortExcerpt = 1 << 10

// deliveryView is one event for one webhook.
type deliveryView struct {
	ID             string               `json:"id" doc:"Id of the event"`
	Type           event.Type           `json:"type"`
	DeviceID       *string              `json:"device_id"`
	EventTimestamp instant              `json:"event_timestamp"`
	Status         store.DeliveryStatus `json:"status" enum:"pending,retrying,delivered,dead,held,skipped,expired,cancelled"`
	AttemptsMade   int                  `json:"attempts_made"`
	NextAttemptAt  *instant             `json:"next_attempt_at" nullable:"true"`
	DeliveredAt    *instant             `json:"delivered_at" nullable:"true"`
	CreatedAt      instant              `json:"created_at"`
	Attempts       []attemptView        `json:"attempts" nullable:"false" doc:"Oldest first"`
	Event          *envelopeView        `json:"event,omitempty" doc:"Only when one delivery is read"`
}

type attemptView struct {
	N               int               `json:"n"`
	Trigger         delivery.Trigger  `json:"trigger" enum:"auto,probe,manual,replay"`
	At              instant           `json:"at"`
	DurationMS      int64             `json:"duration_ms"`
	StatusCode      *int              `json:"status_code"`
	ErrorClass      *string           `json:"error_class"`
	Error           *string           `json:"error"`
	ResponseExcerpt *string           `json:"response_excerpt" doc:"Kept of failures only"`
	RequestHeaders  map[string]string `json:"request_headers,omitempty" doc:"Only when one delivery is read, and only what was sent: absent when no request went out. Signatures are left out, values of the webhook's own headers masked. Of automatic successes User-Agent, webhook-next-retry and the webhook's own headers are not kept, and not shown"`
	ResponseHeaders map[string]string `json:"response_headers,omitempty" doc:"Only when one delivery is read; kept of failures only, because successes share one row"`
}

func viewDelivery(d *store.Delivery) deliveryView {
	v := deliveryView{
		ID: d.Event.ID, Type: d.Event.Type, DeviceID: text(d.Event.DeviceID), EventTimestamp: instant(d.Event.Timestamp()), Status: d.Status,
		AttemptsMade: d.AttemptsMade, NextAttemptAt: moment(d.NextAttemptAt), DeliveredAt: moment(d.DeliveredAt), CreatedAt: instant(d.Event.At),
		Attempts: make([]attemptView, len(d.Attempts)),
	}
	for i := range d.Attempts {
		v.Attempts[i] = viewAttempt(&d.Attempts[i], shortExcerpt)
	}
	return v
}

// viewWholeDelivery shows all that is known.
func viewWholeDelivery(w *webhook.Webhook, d *store.Delivery) deliveryView {
	v, body := viewDelivery(d), envelopeView(d.Event.With(d.Include))
	v.Event = &body
	for i := range d.Attempts {
		a := &d.Attempts[i]
		v.Attempts[i] = viewAttempt(a, len(a.Excerpt))
		v.Attempts[i].RequestHeaders, v.Attempts[i].ResponseHeaders = sentHeaders(w, d.Event, a), flat(a.Headers)
	}
	return v
}

func viewAttempt(a *store.DeliveryAttempt, limit int) attemptView {
	v := attemptView{
		N: a.N, Trigger: a.Trigger, At: instant(a.At), DurationMS: a.Duration.Milliseconds(), StatusCode: positive(a.Status),
		ErrorClass: text(string(a.Class)), Error: text(a.Err),
	}
	if a.Class != "" && a.Excerpt != nil {
		shown := valid(cut(a.Excerpt, limit))
		v.ResponseExcerpt = &shown
	}
	return v
}

// cut shortens a text without leaving half a character at its end.
func cut(b []byte, limit int) []byte {
	if len(b) < limit {
		return b // it was not cut
	}
	b = b[:limit]
	for i := 0; i < utf8.UTFMax && len(b) > 0; i++ {
		if r, size := utf8.DecodeLastRune(b); r != utf8.RuneError || size != 1 {
			break
		}
		b = b[:len(b)-1]
	}
	return b
}

// sentHeaders shows what an attempt carried, nil when no request went out. Most of it is not stored, because it follows from the
// event and the attempt. The rest is what was kept with the attempt: the webhook may have changed since.
func sentHeaders(w *webhook.Webhook, r *event.Recorded, a *store.DeliveryAttempt) map[string]string {
	if a.Unsent || a.Sent == nil && neverSent(a.Class) {
		return nil
	}
	h := map[string]string{
		"Content-Type": jsonType, "webhook-id": r.ID, "webhook-timestamp": strconv.FormatInt(a.At.Unix(), 10), "webhook-attempt": strconv.Itoa(a.N),
		"X-Webhook-Event": string(r.Type), "X-Webhook-Endpoint": strconv.FormatInt(w.ID, 10),
	}
	if r.DeviceID != "" {
		h["X-Webhook-Device"] = r.DeviceID
	}
	if a.Trigger == delivery.Manual || a.Trigger == delivery.Replay {
		h["webhook-replay"] = "true"
	}
	if a.Sent == nil {
		return h
	}
	h["User-Agent"] = a.Sent.Agent
	if a.Sent.NextRetry > 0 {
		h["webhook-next-retry"] = strconv.Itoa(a.Sent.NextRetry)
	}
	for _, name := range a.Sent.Custom {
		h[name] = webhook.Mask
	}
	return h
}

// neverSent tells of attempts of before it was kept what their class says.
func neverSent(c delivery.Class) bool {
	return c == delivery.ClassDNS || c == delivery.ClassConnect || c == delivery.ClassAddressRefused
}
