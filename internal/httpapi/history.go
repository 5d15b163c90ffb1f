package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/fault"
	"wapost/internal/history"
	"wapost/internal/message"
)

type historySyncBody struct {
	ChatJID string  `json:"chat_jid" minLength:"1" doc:"JID, or phone number in international form"`
	Count   *int    `json:"count,omitempty" nullable:"true" minimum:"1" maximum:"500" default:"50" doc:"Messages that the phone is asked for"`
	Before  *string `json:"before,omitempty" nullable:"true" doc:"Id of a known message; default: the oldest known one of the chat"`
}

type historyAsked struct {
	RequestID string `json:"request_id"`
}

// historyView is how far one type of history has come.
type historyView struct {
	SyncType string   `json:"sync_type"`
	Progress *int     `json:"progress" doc:"Percent, as the phone says"`
	Chunks   int      `json:"chunks" doc:"Parts that the phone has announced"`
	Stored   int      `json:"stored" doc:"Parts that are stored"`
	Messages int      `json:"messages" doc:"New messages that they brought"`
	LastAt   *instant `json:"last_at" nullable:"true"`
	Error    *string  `json:"error" doc:"Of a part that could not be fetched yet"`
}

// maxAsked bounds what a phone is asked for at a time; it gives fewer when it has fewer, or likes to.
const maxAsked = 500

func (a *API) historyRoutes() {
	mount(a, operation[none, historySyncBody, historyAsked]{
		method: http.MethodPost, path: "/history/sync", tag: tagChats, id: "sync-history", auth: deviceUser, status: http.StatusAccepted,
		summary:     "Ask the phone for older messages of a chat",
		description: "The phone must be reachable. What it sends is stored like the history after linking, and told by history.sync with sync_type on_demand.",
		message:     "History requested", fallback: "Failed to request history", errors: []int{409, 502, 504},
		handle: func(ctx context.Context, c *call, _ none, b historySyncBody) (historyAsked, error) {
			address, err := message.ParseAddress(b.ChatJID)
			if err != nil {
				return historyAsked{}, err
			}
			count := or(b.Count, 50)
			if count < 1 || count > maxAsked {
				return historyAsked{}, fault.New(fault.Invalid, "count must be 1 to %d", maxAsked)
			}
			id, err := a.Past.Ask(ctx, c.account, c.deviceID, history.Question{Chat: address.JID(), Before: or(b.Before, ""), Count: count})
			return historyAsked{RequestID: id}, err
		},
	})
	mount(a, operation[none, none, []historyView]{
		method: http.MethodGet, path: "/history/status", tag: tagChats, id: "get-history-status", auth: deviceUser,
		summary: "How far the history of a device has come, per type", message: "History status retrieved successfully",
		fallback: "Failed to read history status",
		handle: func(ctx context.Context, c *call, _ none, _ none) ([]historyView, error) {
			list, err := a.Past.Progress(ctx, c.deviceID)
			views := make([]historyView, len(list))
			for i, p := range list {
				views[i] = historyView{SyncType: p.Type, Progress: p.Percent, Chunks: p.Chunks, Stored: p.Done, Messages: p.Messages, LastAt: moment(p.LastAt),
					Error: text(p.Error)}
			}
			return views, err
		},
	})
}
