package httpapi

import (
	"context"
	"net/http"
	"time"

	"wapost/internal/replay"
)

// replayBody is the body of POST /webhooks/{id}/replay.
type replayBody struct {
	Since  *time.Time `json:"since,omitempty" doc:"Recorded at or after; required"`
	Until  *time.Time `json:"until,omitempty" nullable:"true" doc:"Recorded before; default now"`
	Types  []string   `json:"types,omitempty" nullable:"true" maxItems:"200" doc:"Types and patterns; default the webhook's filter"`
	Status []string   `json:"status,omitempty" nullable:"true" enum:"dead,missing,delivered" doc:"Default dead and missing"`
}

// replayView is a job.
type replayView struct {
	ID         string          `json:"id"`
	State      replay.State    `json:"state" enum:"queued,running,done,cancelled,failed"`
	Since      instant         `json:"since"`
	Until      instant         `json:"until"`
	Types      []string        `json:"types" nullable:"false" doc:"[] = all but the explicit types"`
	Status     []replay.Status `json:"status" nullable:"false"`
	Matched    *int            `json:"matched" doc:"Deliveries; null = not counted yet"`
	Sent       int             `json:"sent" doc:"Requests"`
	Delivered  int             `json:"delivered"`
	Failed     int             `json:"failed"`
	CreatedAt  instant         `json:"created_at"`
	FinishedAt *instant        `json:"finished_at" nullable:"true"`
}

func viewReplay(j replay.Job) replayView {
	v := replayView{
		ID: j.ID, State: j.State, Since: instant(j.Since), Until: instant(j.Until), Types: listed(j.Types), Status: j.Statuses,
		Sent: j.Sent, Delivered: j.Delivered, Failed: j.Failed, CreatedAt: instant(j.CreatedAt), FinishedAt: moment(j.FinishedAt),
	}
	if j.Matched >= 0 {
		v.Matched = &j.Matched
	}
	return v
}

type replayID struct {
	webhookID
	ReplayID string `path:"replay_id" doc:"Id of the replay"`
}

type listReplaysParams struct {
	webhookID
	pageParams
}

func (a *API) replayRoutes() {
	mount(a, operation[webhookID, replayBody, replayView]{
		method: http.MethodPost, path: "/webhooks/{id}/replay", tag: tagWebhooks, id: "start-replay", auth: everyUser,
		summary: "Send a part of the log to a webhook again",
		description: "A stored job that survives restarts: same event ids, recorded order, beside the live events, every request marked " +
			"webhook-replay: true. One job at a time per webhook.",
		status: http.StatusAccepted, message: "Replay started", fallback: "Failed to start replay", atomic: true, handle: a.startReplay,
	})
	mount(a, operation[listReplaysParams, none, []replayView]{
		method: http.MethodGet, path: "/webhooks/{id}/replays", tag: tagWebhooks, id: "list-replays", auth: everyUser, list: true,
		summary: "List the replays of a webhook, newest first", message: "Replays retrieved successfully", fallback: "Failed to list replays",
		handle: a.listReplays,
	})
	mount(a, operation[replayID, none, replayView]{
		method: http.MethodGet, path: "/webhooks/{id}/replays/{replay_id}", tag: tagWebhooks, id: "get-replay", auth: everyUser,
		summary: "Read a replay", message: "Replay retrieved successfully", fallback: "Failed to read replay", handle: a.getReplay,
	})
	mount(a, operation[replayID, none, replayView]{
		method: http.MethodDelete, path: "/webhooks/{id}/replays/{replay_id}", tag: tagWebhooks, id: "cancel-replay", auth: everyUser,
		summary: "Cancel a replay", description: "Requests on the wire may still arrive. A replay that is over: 409.",
		message: "Replay cancelled", fallback: "Failed to cancel replay", errors: []int{409}, handle: a.cancelReplay,
	})
}

func (a *API) startReplay(ctx context.Context, c *call, p webhookID, b replayBody) (replayView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return replayView{}, err
	}
	j, err := a.Replays.Start(ctx, &w, replay.Wish{Since: b.Since, Until: b.Until, Types: b.Types, Statuses: b.Status})
	return viewReplay(j), err
}

func (a *API) listReplays(ctx context.Context, c *call, p listReplaysParams, _ none) ([]replayView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return nil, err
	}
	list, next, err := a.Replays.List(ctx, w.ID, p.After, p.Limit)
	if err != nil {
		return nil, err
	}
	c.next(next, p.Limit)
	views := make([]replayView, len(list))
	for i, j := range list {
		views[i] = viewReplay(j)
	}
	return views, nil
}

func (a *API) getReplay(ctx context.Context, c *call, p replayID, _ none) (replayView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return replayView{}, err
	}
	j, err := a.Replays.Get(ctx, w.ID, p.ReplayID)
	return viewReplay(j), err
}

func (a *API) cancelReplay(ctx context.Context, c *call, p replayID, _ none) (replayView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return replayView{}, err
	}
	j, err := a.Replays.Cancel(ctx, &w, p.ReplayID)
	return viewReplay(j), err
}
