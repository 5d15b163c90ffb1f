package httpapi

import (
	"context"
	"net/http"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

// eventParams choose events of the log.
type eventParams struct {
	After    string `query:"after" doc:"Cursor, or the id of an event; none = the begin of the log"`
	Types    string `query:"types" doc:"Comma list of types and patterns like message.*; none = all but the explicit ones"`
	DeviceID string `query:"device_id" doc:"Only events of this device"`
	Chat     string `query:"chat" doc:"Only events of this chat: a JID or a phone number"`
	Include  string `query:"include" doc:"Comma list of optional payload parts: raw, thumbnail"`
}

// listEventsParams are those of GET /events.
type listEventsParams struct {
	eventParams
	Since time.Time `query:"since" doc:"Recorded at or after"`
	Until time.Time `query:"until" doc:"Recorded before"`
	Order string    `query:"order" enum:"asc,desc" default:"asc"`
	Limit int       `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"Entries per page"`
	Wait  int       `query:"wait" default:"0" minimum:"0" maximum:"60" doc:"Seconds to hold the request until something arrives; asc only"`
}

type eventID struct {
	ID string `path:"event_id" doc:"Id of the event"`
}

func (a *API) eventRoutes() {
	mount(a, operation[listEventsParams, none, []envelopeView]{
		method: http.MethodGet, path: "/events", tag: tagEvents, id: "list-events", auth: everyUser, list: true,
		summary: "Read the log of events",
		description: "page.next is always a cursor, also on an empty page: go on there. A page may have fewer events than limit although more " +
			"follow, when the filter wants few of many. No event that commits late is ever skipped.",
		message: "Events retrieved successfully", fallback: "Failed to list events", errors: []int{404, 410}, handle: a.listEvents,
	})
	mount(a, operation[eventStreamParams, none, none]{
		method: http.MethodGet, path: "/events/stream", tag: tagEvents, id: "stream-events", auth: everyUser,
		summary: "Follow the log as server-sent events",
		description: "Per event: id (resume with Last-Event-ID or after), event (type) and data (envelope). Without a place to resume from, live " +
			"events only. When that place is older than the log, one event named gap comes first and the oldest events follow.",
		contents: []string{"text/event-stream"}, fallback: "Failed to stream events", errors: []int{404}, handle: a.streamEvents,
	})
	mount(a, operation[eventID, none, eventView]{
		method: http.MethodGet, path: "/events/{event_id}", tag: tagEvents, id: "get-event", auth: everyUser,
		summary: "Read an event and what became of its deliveries", message: "Event retrieved successfully",
		fallback: "Failed to read event", handle: a.getEvent,
	})
}

// eventFilter is what a caller may see of what it asks for.
func (a *API) eventFilter(ctx context.Context, c *call, p eventParams) (f store.EventFilter, include []event.Include, err error) {
	types, err := webhook.ParseEvents(separated(p.Types))
	if err != nil {
		return f, nil, err
	}
	if include, err = parseIncludes(p.Include); err != nil {
		return f, nil, err
	}
	f = store.EventFilter{AccountID: c.account, DeviceID: c.principal.DeviceID, Types: typesOf(types), Raw: len(include) > 0} // a thumbnail is in the raw form too
	var chat message.Address
	if p.Chat != "" {
		if chat, err = message.ParseAddress(p.Chat); err != nil {
			return f, nil, err
		}
	}
	if err = a.mayAsk(ctx, c, p.DeviceID); err != nil {
		return f, nil, err
	}
	if p.DeviceID != "" {
		f.DeviceID = p.DeviceID
	}
	if p.Chat != "" {
		f.Chats, err = a.Log.Aliases(ctx, c.account, chat.JID())
	}
	return f, include, err
}

// typesOf lists the types that names and patterns stand for.
func typesOf(given []string) []event.Type {
	var list []event.Type
	for _, e := range event.Catalogue() {
		if webhook.Matches(given, e.Type) {
			list = append(list, e.Type)
		}
	}
	return list
}

// everyType lists all types, the explicit ones too.
func everyType() []event.Type {
	var list []event.Type
	for _, e := range event.Catalogue() {
		list = append(list, e.Type)
	}
	return list
}

func parseIncludes(text string) ([]event.Include, error) {
	var list []event.Include
	for _, part := range separated(text) {
		i := event.Include(part)
		if i != event.IncludeRaw && i != event.IncludeThumbnail {
			return nil, fault.New(fault.Invalid, "include must be a list of raw, thumbnail")
		}
		list = append(list, i)
	}
	return list, nil
}

func (a *API) listEvents(ctx context.Context, c *call, p listEventsParams, _ none) ([]envelopeView, error) {
	if p.Order == "desc" && p.Wait > 0 {
		return nil, fault.New(fault.Invalid, "wait needs order asc")
	}
	f, include, err := a.eventFilter(ctx, c, p.eventParams)
	if err != nil {
		return nil, err
	}
	f.Since, f.Until = p.Since, p.Until
	page, err := a.pageOfEvents(ctx, c, f, p)
	if err != nil {
		return nil, err
	}
	c.next(store.PlaceText(page.Next), p.Limit)
	views := make([]envelopeView, len(page.Events))
	for i, r := range page.Events {
		views[i] = r.With(include)
	}
	return views, nil
}

func (a *API) pageOfEvents(ctx context.Context, c *call, f store.EventFilter, p listEventsParams) (store.EventPage, error) {
	place := int64(0)
	if p.Order == "desc" {
		place = store.Newest
	}
	if p.After != "" {
		var err error
		if place, err = a.Log.Place(ctx, c.account, c.principal.DeviceID, p.After); err != nil {
			return store.EventPage{}, err
		}
	}
	switch {
	case p.Order == "desc":
		return a.Log.ReadBack(ctx, f, place, p.Limit)
	case p.Wait == 0:
		return a.Log.Read(ctx, f, place, p.Limit)
	}
	return a.waitForEvents(ctx, c, f, place, p)
}

// waitForEvents is a long poll. It ends with an empty page when its time is over, and when the process ends.
func (a *API) waitForEvents(ctx context.Context, c *call, f store.EventFilter, place int64, p listEventsParams) (store.EventPage, error) {
	reader, err := a.Feed.Join(c.account)
	if err != nil {
		return store.EventPage{}, err
	}
	defer reader.Leave()
	ctx, cancel := a.under(ctx)
	defer cancel()
	over := time.NewTimer(seconds(p.Wait))
	defer over.Stop()
	for {
		page, err := a.Log.Read(ctx, f, place, p.Limit)
		if err != nil || len(page.Events) > 0 {
			return page, err
		}
		place = page.Next
		woken := reader.Woken()
		if page.More {
			woken = ready()
		}
		select {
		case <-woken:
		case <-over.C:
			return page, nil
		case <-ctx.Done():
			return page, nil
		}
	}
}

// ready is a channel that has something.
func ready() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func (a *API) getEvent(ctx context.Context, c *call, p eventID, _ none) (eventView, error) {
	r, err := a.Log.ByID(ctx, c.account, c.principal.DeviceID, p.ID)
	if err != nil {
		return eventView{}, err
	}
	list, err := a.History.OfEvent(ctx, c.webhooks(), r)
	return viewEvent(r, list), err
}
