package simclient

import (
	"context"
	"net/http"
	"time"
)

// Receipt is what a person tells a linked number about its messages.
type Receipt struct {
	To    string   `json:"to"`
	ID    string   `json:"id,omitempty"` // or IDs
	IDs   []string `json:"ids,omitempty"`
	Type  string   `json:"type,omitempty"` // delivered (default), inactive, read, played, retry
	Group string   `json:"group,omitempty"`
}

// Presence is a person's online state.
type Presence struct {
	Available bool      `json:"available"`
	LastSeen  time.Time `json:"last_seen,omitzero"`
	To        string    `json:"to,omitempty"` // default: who has subscribed
}

// Call is one step of a call.
type Call struct {
	To     string `json:"to"`
	State  string `json:"state,omitempty"` // offer (default), offer_notice, pre_accept, accept, reject, terminate, transport, relay_latency
	CallID string `json:"call_id,omitempty"`
	Group  string `json:"group,omitempty"` // id of the group that calls
	Video  bool   `json:"video,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// SendReceipt queues a receipt and returns for how many devices: of the one who wrote, and of the one who read.
func (c *Client) SendReceipt(ctx context.Context, phone string, r Receipt) (queued int, err error) {
	var reply struct{ Queued int }
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "receipts"), nil, r, &reply)
	return reply.Queued, err
}

// SetPresence goes online or offline and returns how many devices were told.
func (c *Client) SetPresence(ctx context.Context, phone string, p Presence) (sent int, err error) {
	var reply struct{ Sent int }
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "presence"), nil, p, &reply)
	return reply.Sent, err
}

// SetTyping shows composing, recording or paused in a chat and returns how many devices were told.
func (c *Client) SetTyping(ctx context.Context, phone, to, state string) (sent int, err error) {
	var reply struct{ Sent int }
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "typing"), nil, map[string]string{"to": to, "state": state}, &reply)
	return reply.Sent, err
}

// Call makes one step of a call and returns the call's id.
func (c *Client) Call(ctx context.Context, phone string, call Call) (callID string, err error) {
	var reply struct {
		CallID string `json:"call_id"`
	}
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "calls"), nil, call, &reply)
	return reply.CallID, err
}
