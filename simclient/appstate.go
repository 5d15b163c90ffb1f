package simclient

import (
	"context"
	"net/http"
	"time"
)

// AppStateChange is one change that a phone makes for all devices of its account. Actions: mute, pin, archive, mark_read,
// clear, delete, star, delete_message, label, label_chat, label_message, contact, status_mute, unarchive_chats, raw.
type AppStateChange struct {
	Action        string   `json:"action"`
	On            *bool    `json:"on,omitempty"` // default true; false: the opposite
	Chat          string   `json:"chat,omitempty"`
	Addressing    string   `json:"addressing,omitempty"` // lid (default) or pn
	Until         string   `json:"until,omitempty"`      // RFC 3339, as the next ones
	MessageID     string   `json:"message_id,omitempty"`
	FromMe        bool     `json:"from_me,omitempty"`
	Sender        string   `json:"sender,omitempty"`
	DeleteMedia   bool     `json:"delete_media,omitempty"`
	LastMessageAt string   `json:"last_message_at,omitempty"`
	SentAt        string   `json:"sent_at,omitempty"`
	LabelID       string   `json:"label_id,omitempty"`
	Name          string   `json:"name,omitempty"`
	FirstName     string   `json:"first_name,omitempty"`
	Username      string   `json:"username,omitempty"`
	Color         int      `json:"color,omitempty"`
	SavedOnPhone  bool     `json:"saved_on_phone,omitempty"`
	Collection    string   `json:"collection,omitempty"` // for raw, as the next ones
	Index         []string `json:"index,omitempty"`
	Version       int      `json:"version,omitempty"`
	Value         []byte   `json:"value,omitempty"` // a SyncActionValue protobuf
}

// AppStateDelivery is how devices are given the app state.
type AppStateDelivery struct {
	Snapshot bool `json:"snapshot"`  // a first sync gets one snapshot on the media host
	External bool `json:"external"`  // patches have their changes on the media host
	PageSize int  `json:"page_size"` // patches per answer; 0 = all at once
	Damaged  bool `json:"damaged"`   // fault: patches have a wrong seal
}

// AppState is what the account's devices share, as the phone saw it.
type AppState struct {
	Delivery    AppStateDelivery `json:"delivery"`
	Collections []Collection     `json:"collections"`
	Changes     []AppStateEntry  `json:"changes"`
}

// Collection is one of the lists that make up the app state.
type Collection struct {
	Name    string `json:"name"`
	Version uint64 `json:"version"`
}

// AppStateEntry is a change as the phone saw it; Operation is set or remove.
type AppStateEntry struct {
	Collection string    `json:"collection"`
	Version    uint64    `json:"version"`
	Operation  string    `json:"operation"`
	Index      []string  `json:"index"`
	At         time.Time `json:"at"`
	Value      []byte    `json:"value"` // a SyncActionValue protobuf
}

// ChangeAppState lets a phone change something for all its devices; it returns the collections afterwards.
func (c *Client) ChangeAppState(ctx context.Context, phone string, change AppStateChange) ([]Collection, error) {
	var reply struct{ Collections []Collection }
	_, err := c.call(ctx, http.MethodPost, path("users", phone, "app-state"), nil, change, &reply)
	return reply.Collections, err
}

// AppState returns what the account's devices share.
func (c *Client) AppState(ctx context.Context, phone string) (state AppState, err error) {
	_, err = c.call(ctx, http.MethodGet, path("users", phone, "app-state"), nil, nil, &state)
	return state, err
}

// DeliverAppState sets how devices are given the app state from now on.
func (c *Client) DeliverAppState(ctx context.Context, phone string, how AppStateDelivery) (set AppStateDelivery, err error) {
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "app-state", "delivery"), nil, how, &set)
	return set, err
}
