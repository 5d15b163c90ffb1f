package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// eventTypeView is one type of the catalogue.
type eventTypeView struct {
	Type        event.Type  `json:"type"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Durability  event.Class `json:"durability" enum:"durable,recorded,best_effort" doc:"The weakest that applies"`
	Explicit    bool        `json:"explicit" doc:"Only sent to webhooks that name it exactly"`
	Ordering    event.Scope `json:"ordering" enum:"chat,device,account"`
	Version     int         `json:"version"`
	Since       string      `json:"since" doc:"Release in which it appeared"`
	Deprecated  bool        `json:"deprecated"`
	Schema      object      `json:"schema" doc:"JSON Schema (2020-12) of the whole envelope"`
	Example     object      `json:"example" doc:"An envelope"`
}

type eventTypeName struct {
	Type string `path:"type" doc:"Name of the type"`
}

func (a *API) eventTypeRoutes() {
	mount(a, operation[none, none, []eventTypeView]{
		method: http.MethodGet, path: "/event-types", tag: tagEvents, id: "list-event-types", auth: everyUser,
		summary: "What can happen: every type of event that this build emits", message: "Event types retrieved successfully",
		fallback: "Failed to list event types",
		handle: func(context.Context, *call, none, none) ([]eventTypeView, error) {
			views := []eventTypeView{}
			for _, e := range event.Catalogue() {
				v, err := viewEventType(e)
				if err != nil {
					return nil, err
				}
				views = append(views, v)
			}
			return views, nil
		},
	})
	mount(a, operation[eventTypeName, none, eventTypeView]{
		method: http.MethodGet, path: "/event-types/{type}", tag: tagEvents, id: "get-event-type", auth: everyUser,
		summary: "One type of event, with its schema and an example", message: "Event type retrieved successfully",
		fallback: "Failed to read event type",
		handle: func(_ context.Context, _ *call, p eventTypeName, _ none) (eventTypeView, error) {
			e, ok := event.Lookup(event.Type(p.Type))
			if !ok {
				return eventTypeView{}, fault.New(fault.NotFound, "No such event type")
			}
			return viewEventType(e)
		},
	})
}

func viewEventType(e event.Entry) (eventTypeView, error) {
	schema, err := encode(event.Schema(e.Type))
	return eventTypeView{
		Type: e.Type, Title: e.Title, Description: e.Description, Durability: e.Class, Explicit: e.Explicit, Ordering: e.Scope,
		Version: event.Version, Since: e.Since(), Schema: schema, Example: event.Example(e.Type),
	}, err
}
