package simclient

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Info tells what a gateway needs to be pointed at the simulator.
type Info struct {
	Simulator string    `json:"simulator"` // always "wapost"
	Version   string    `json:"version"`
	API       int       `json:"api"`
	RootKey   []byte    `json:"root_key"` // 32 bytes
	Address   string    `json:"address"`  // of the wire
	StartedAt time.Time `json:"started_at"`
}

// ResetResult is what a reset has ended.
type ResetResult struct {
	ConnectionsClosed int `json:"connections_closed"`
	UsersRemoved      int `json:"users_removed"`
}

// Info asks who is there.
func (c *Client) Info(ctx context.Context) (info Info, err error) {
	_, err = c.call(ctx, http.MethodGet, "/", nil, nil, &info)
	return info, err
}

// OpenAPI returns the description of the control API.
func (c *Client) OpenAPI(ctx context.Context) (document json.RawMessage, err error) {
	_, err = c.call(ctx, http.MethodGet, "/openapi.json", nil, nil, &document)
	return document, err
}

// Reset makes the simulator forget everything but root key and ports.
func (c *Client) Reset(ctx context.Context) (result ResetResult, err error) {
	_, err = c.call(ctx, http.MethodPost, "/reset", nil, struct{}{}, &result)
	return result, err
}
