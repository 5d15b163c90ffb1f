package simclient

import (
	"context"
	"net/http"
	"time"
)

// History is old messages of a phone.
type History struct {
	Type     string    `json:"type,omitempty"`      // initial, recent (default), full, push_names
	Via      string    `json:"via,omitempty"`       // auto (default), inline, media
	HandOver *bool     `json:"hand_over,omitempty"` // default true
	Device   string    `json:"device,omitempty"`    // default: every linked device
	Progress *int      `json:"progress,omitempty"`  // percent; default 100
	Chunk    int       `json:"chunk,omitempty"`     // default 1
	Gone     int       `json:"gone,omitempty"`      // 404 or 410: the file is gone until the gateway asks for it again
	Chats    []OldChat `json:"chats,omitempty"`
}

// OldChat is a chat of a phone's past.
type OldChat struct {
	With       string       `json:"with"`            // phone, LID or group
	Count      int          `json:"count,omitempty"` // messages to make
	Unread     int          `json:"unread,omitempty"`
	Archived   bool         `json:"archived,omitempty"`
	Pinned     bool         `json:"pinned,omitempty"`
	MutedUntil time.Time    `json:"muted_until,omitzero"`
	Messages   []OldMessage `json:"messages,omitempty"`
}

// OldMessage is a message of the past: a text, or a stub.
type OldMessage struct {
	ID     string    `json:"id,omitempty"`
	FromMe bool      `json:"from_me,omitempty"`
	From   string    `json:"from,omitempty"` // in groups: phone of who wrote it
	Text   string    `json:"text,omitempty"`
	Stub   string    `json:"stub,omitempty"` // e.g. GROUP_CREATE
	At     time.Time `json:"at,omitzero"`
}

// Handed is what became of a History.
type Handed struct {
	IDs      []string `json:"ids"` // of the notices, one per device
	Messages int      `json:"messages"`
}

// GiveHistory gives a phone old messages, and hands them over to its linked devices.
func (c *Client) GiveHistory(ctx context.Context, phone string, h History) (reply Handed, err error) {
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "history"), nil, h, &reply)
	return reply, err
}
