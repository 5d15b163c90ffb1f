package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/outbox"
)

// entryView is a message on its way: a Result, and how the sending goes.
type entryView struct {
	ResultFields
	Attempts int      `json:"attempts"`
	Error    *string  `json:"error"`
	NextAt   *instant `json:"next_at" nullable:"true"`
}

type listOutboxParams struct {
	pageParams
	State string `query:"state" enum:"queued,sending,sent,failed,cancelled"`
}

type messageParams struct {
	MessageID string `path:"message_id" doc:"Id of the message"`
}

func (a *API) outboxRoutes() {
	mount(a, operation[listOutboxParams, none, []entryView]{
		method: http.MethodGet, path: "/outbox", tag: tagMessages, id: "list-outbox", auth: deviceUser, list: true,
		summary: "Messages on their way to WhatsApp", message: "Outbox retrieved successfully", fallback: "Failed to read outbox",
		handle: a.listOutbox,
	})
	mount(a, operation[messageParams, none, none]{
		method: http.MethodDelete, path: "/outbox/{message_id}", tag: tagMessages, id: "cancel-message", auth: deviceUser,
		summary: "Cancel a message that is still queued", message: "Message cancelled", fallback: "Failed to cancel message",
		errors: []int{409},
		handle: func(ctx context.Context, c *call, p messageParams, _ none) (none, error) {
			return none{}, a.Outbox.Cancel(ctx, c.account, c.deviceID, p.MessageID)
		},
	})
}

func (a *API) listOutbox(ctx context.Context, c *call, p listOutboxParams, _ none) ([]entryView, error) {
	entries, next, err := a.Outbox.List(ctx, c.account, c.deviceID, outbox.Filter{State: outbox.State(p.State), After: p.After, Limit: p.Limit})
	if err != nil {
		return nil, err
	}
	views := make([]entryView, len(entries))
	for i, e := range entries {
		views[i] = entryView{ResultFields: viewResult(e.Result), Attempts: e.Attempts, Error: text(e.Error), NextAt: moment(e.NextAt)}
	}
	c.next(next, p.Limit)
	return views, nil
}
