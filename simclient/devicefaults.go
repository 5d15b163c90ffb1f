package simclient

import (
	"context"
	"net/http"
)

// Kick cuts a connection; further ones follow when the device is connected then.
type Kick struct {
	Graceful   bool `json:"graceful,omitempty"` // a close frame instead of a TCP cut
	Times      int  `json:"times,omitempty"`    // 0 = once
	IntervalMS int  `json:"interval_ms,omitempty"`
}

// StreamError ends a connection with a stanza.
type StreamError struct {
	Code         string          `json:"code,omitempty"`
	Conflict     string          `json:"conflict,omitempty"` // replaced, device_removed
	Ack          *DemandedStanza `json:"ack,omitempty"`
	CloseAfterMS *int            `json:"close_after_ms,omitempty"` // default 50; 0 = at once, -1 = never
}

// DemandedStanza names a stanza whose acknowledgement is demanded.
type DemandedStanza struct {
	Class string `json:"class"`
	ID    string `json:"id"`
}

func (c *Client) onDevice(ctx context.Context, id, act string, body, reply any) error {
	_, err := c.call(ctx, http.MethodPost, path("devices", id, act), nil, body, reply)
	return err
}

// Kick cuts the connection of a device.
func (c *Client) Kick(ctx context.Context, device string, k Kick) (wasConnected bool, err error) {
	var reply struct {
		WasConnected bool `json:"was_connected"`
	}
	err = c.onDevice(ctx, device, "kick", k, &reply)
	return reply.WasConnected, err
}

// StreamError sends a stream error and closes.
func (c *Client) StreamError(ctx context.Context, device string, e StreamError) error {
	return c.onDevice(ctx, device, "stream-error", e, nil)
}

// Unlink removes a device as its user does on the phone.
func (c *Client) Unlink(ctx context.Context, device string) error {
	return c.onDevice(ctx, device, "unlink", struct{}{}, nil)
}

// Hold keeps new stanzas back and returns the length of the queue.
func (c *Client) Hold(ctx context.Context, device string) (unacked int, err error) {
	var reply struct{ Unacked int }
	err = c.onDevice(ctx, device, "hold", struct{}{}, &reply)
	return reply.Unacked, err
}

// Release sends what was held, with at most window un-acked stanzas at a time (0 = all at once), and returns how many waited.
func (c *Client) Release(ctx context.Context, device string, window int) (released int, err error) {
	var reply struct{ Released int }
	err = c.onDevice(ctx, device, "release", map[string]int{"window": window}, &reply)
	return reply.Released, err
}

// CorruptNext damages the next count messages to a device. What is ciphertext, sender_key, session, protobuf or enc_type.
func (c *Client) CorruptNext(ctx context.Context, device string, count int, what string) error {
	return c.onDevice(ctx, device, "corrupt-next", map[string]any{"count": count, "what": what}, nil)
}

// SetPreKeys drops one-time prekeys until at most left remain, and returns how many do.
func (c *Client) SetPreKeys(ctx context.Context, device string, left int) (remaining int, err error) {
	var reply struct{ Left int }
	err = c.onDevice(ctx, device, "prekeys", map[string]int{"left": left}, &reply)
	return reply.Left, err
}

// SendStanza sends any stanza; a queued one needs the attribute id and stays until it is acknowledged.
func (c *Client) SendStanza(ctx context.Context, device string, n Node, queued bool) error {
	return c.onDevice(ctx, device, "stanzas", map[string]any{"node": n, "queued": queued}, nil)
}
