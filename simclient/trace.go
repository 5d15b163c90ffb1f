package simclient

import (
	"context"
	"net/http"
	"time"
)

// TraceQuery selects stanzas.
type TraceQuery struct {
	After     uint64
	Limit     int
	Timeout   time.Duration
	Device    string
	Direction string // "in" (from the client), "out"
	Tag, ID   string
	Nodes     bool // each stanza as a Node too
}

// TracePage is a part of the trace.
type TracePage struct {
	Entries       []TraceEntry `json:"entries"`
	Next          uint64       `json:"next"`
	DroppedBefore uint64       `json:"dropped_before"`
}

// TraceEntry is a stanza that crossed the wire.
type TraceEntry struct {
	Seq       uint64    `json:"seq"`
	At        time.Time `json:"at"`
	Direction string    `json:"direction"`
	Device    string    `json:"device,omitempty"`
	Tag       string    `json:"tag"`
	ID        string    `json:"id,omitempty"`
	Stanza    string    `json:"stanza"`
	Node      *Node     `json:"node,omitempty"`
}

// Unhandled is what clients asked for and the simulator does not know.
type Unhandled struct {
	Queries  []UnhandledQuery   `json:"queries"`
	Requests []UnhandledRequest `json:"requests"`
}

// UnhandledQuery counts queries of one shape.
type UnhandledQuery struct {
	Type   string    `json:"type"`
	XMLNS  string    `json:"xmlns"`
	Child  string    `json:"child"`
	Count  int       `json:"count"`
	LastAt time.Time `json:"last_at"`
	Stanza string    `json:"stanza"`
}

// UnhandledRequest counts HTTP requests to an unknown host or path.
type UnhandledRequest struct {
	Host   string `json:"host"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Count  int    `json:"count"`
}

// Trace reads the stanzas that crossed the wire.
func (c *Client) Trace(ctx context.Context, q TraceQuery) (page TracePage, err error) {
	query := feedQuery(q.After, q.Limit, q.Timeout)
	set(query, "device", q.Device)
	set(query, "direction", q.Direction)
	set(query, "tag", q.Tag)
	set(query, "id", q.ID)
	if q.Nodes {
		query.Set("nodes", "true")
	}
	_, err = c.call(ctx, http.MethodGet, "/trace", query, nil, &page)
	return page, err
}

// Unhandled lists what the simulator could not answer; a suite that wants to be sure demands both lists empty.
func (c *Client) Unhandled(ctx context.Context) (list Unhandled, err error) {
	_, err = c.call(ctx, http.MethodGet, "/unhandled", nil, nil, &list)
	return list, err
}
