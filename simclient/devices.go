package simclient

import (
	"context"
	"net/http"
	"time"
)

// Device is a linked device: the client under test.
type Device struct {
	JID             string    `json:"jid"`
	LID             string    `json:"lid"`
	Phone           string    `json:"phone"`
	Connected       bool      `json:"connected"`
	Active          bool      `json:"active"` // has finished its login
	Held            bool      `json:"held"`
	LinkedAt        time.Time `json:"linked_at"`
	LastLoginAt     time.Time `json:"last_login_at,omitzero"`
	Logins          int       `json:"logins"`
	PreKeys         int       `json:"prekeys"`
	Unacked         int       `json:"unacked"`
	OldestUnackedAt time.Time `json:"oldest_unacked_at,omitzero"`
	LastAck         *Ack      `json:"last_ack,omitempty"`
}

// Ack is the last acknowledgement that a device sent; Error is set when it refused the stanza.
type Ack struct {
	Class string    `json:"class"`
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	Error string    `json:"error,omitempty"`
}

// UnackedStanza is one entry of a device's queue.
type UnackedStanza struct {
	Tag         string    `json:"tag"`
	ID          string    `json:"id"`
	From        string    `json:"from"`
	QueuedAt    time.Time `json:"queued_at"`
	FirstSentAt time.Time `json:"first_sent_at,omitzero"` // zero: not sent yet
	Tries       int       `json:"tries"`
}

// Devices lists the linked devices of all persons.
func (c *Client) Devices(ctx context.Context) ([]Device, error) {
	var reply struct{ Devices []Device }
	_, err := c.call(ctx, http.MethodGet, "/devices", nil, nil, &reply)
	return reply.Devices, err
}

// Device returns a linked device by "phone:n", JID or LID.
func (c *Client) Device(ctx context.Context, id string) (device Device, err error) {
	_, err = c.call(ctx, http.MethodGet, path("devices", id), nil, nil, &device)
	return device, err
}

// Unacked lists what the device has not acknowledged, oldest first.
func (c *Client) Unacked(ctx context.Context, id string) ([]UnackedStanza, error) {
	var reply struct{ Stanzas []UnackedStanza }
	_, err := c.call(ctx, http.MethodGet, path("devices", id, "unacked"), nil, nil, &reply)
	return reply.Stanzas, err
}
