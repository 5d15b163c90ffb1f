package httpapi

import (
	"bytes"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/event"
	"wapost/internal/store"
)

// envelopeView is an event, byte for byte as webhooks get it.
type envelopeView json.RawMessage

// MarshalJSON implements json.Marshaler.
func (v envelopeView) MarshalJSON() ([]byte, error) { return v, nil }

// Schema implements huma.SchemaProvider. What data holds is told by GET /event-types/{type}.
func (envelopeView) Schema(huma.Registry) *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	s := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true,
		Required: []string{"id", "type", "version", "timestamp", "device_id", "sequence", "origin", "account", "data"},
		Properties: map[string]*huma.Schema{
			"id": text("evt_ and a UUIDv7"), "type": text(""), "version": {Type: huma.TypeInteger},
			"timestamp": {Type: huma.TypeString, Format: "date-time"},
			"device_id": {Type: huma.TypeString, Nullable: true},
			"sequence":  {Type: huma.TypeInteger, Nullable: true},
			"origin":    text("live, offline or history"),
			"account":   {Type: huma.TypeObject, Nullable: true, AdditionalProperties: true},
			"data":      {Type: huma.TypeObject, AdditionalProperties: true},
		},
	}
	s.PrecomputeMessages()
	return s
}

// eventView is an event with what became of its deliveries, as one more member of the envelope.
type eventView struct {
	body       []byte
	deliveries []eventDeliveryView
}

type eventDeliveryView struct {
	WebhookID    int64                `json:"webhook_id"`
	Status       store.DeliveryStatus `json:"status"`
	AttemptsMade int                  `json:"attempts_made"`
}

func viewEvent(r *event.Recorded, list []store.EventDelivery) eventView {
	v := eventView{body: r.Body, deliveries: make([]eventDeliveryView, len(list))}
	for i, d := range list {
		v.deliveries[i] = eventDeliveryView(d)
	}
	return v
}

// MarshalJSON implements json.Marshaler.
func (v eventView) MarshalJSON() ([]byte, error) {
	list, err := encode(v.deliveries)
	if err != nil {
		return nil, err
	}
	return append(append(append(bytes.TrimSuffix(bytes.Clone(v.body), []byte("}")), `,"deliveries":`...), list...), '}'), nil
}

// Schema implements huma.SchemaProvider.
func (eventView) Schema(r huma.Registry) *huma.Schema {
	s := envelopeView{}.Schema(r)
	s.Required = append(s.Required, "deliveries")
	s.Properties["deliveries"] = &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"webhook_id", "status", "attempts_made"},
		Properties: map[string]*huma.Schema{
			"webhook_id": {Type: huma.TypeInteger}, "status": {Type: huma.TypeString}, "attempts_made": {Type: huma.TypeInteger},
		},
	}}
	s.PrecomputeMessages()
	return s
}
