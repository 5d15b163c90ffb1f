package control

import (
	"context"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"wapost/internal/simulator"
)

func insideRoutes() []route {
	return []route{
		look("/trace", "trace", "Every stanza that crossed the wire.", trace).takes(feedParameters(
			parameter{"device", "text", "only of this device"},
			parameter{"direction", "text", "in (from the client) or out"},
			parameter{"tag", "text", "only stanzas with this tag"},
			parameter{"id", "text", "only stanzas with this id"},
			parameter{"nodes", "flag", "true: each stanza as a node too; default false"})...),
		look("/unhandled", "unhandled", "What clients asked for and the simulator does not know.", unhandled),
	}
}

type traceReply struct {
	Entries []traceEntry `json:"entries"`
	feedEnd
}

type traceEntry struct {
	Seq       uint64 `json:"seq"`
	At        moment `json:"at"`
	Direction string `json:"direction" enum:"in,out" doc:"in = from the client"`
	Device    string `json:"device,omitempty" doc:"missing before the login"`
	Tag       string `json:"tag"`
	ID        string `json:"id,omitempty"`
	Stanza    string `json:"stanza" doc:"text that looks like XML"`
	Node      *node  `json:"node,omitempty" doc:"with nodes=true"`
}

func trace(ctx context.Context, c *call) (traceReply, error) {
	keep, err := c.traceFilter()
	if err != nil {
		return traceReply{}, err
	}
	nodes, err := c.oneOf("nodes", "false", "true")
	if err != nil {
		return traceReply{}, err
	}
	page, err := read(ctx, c, c.sim.Trace(), keep)
	if err != nil {
		return traceReply{}, err
	}
	reply := traceReply{Entries: []traceEntry{}, feedEnd: feedEnd{page.Next, page.DroppedBefore}}
	for i := range page.Entries {
		e := &page.Entries[i]
		view := traceEntry{Seq: e.Seq, At: at(e.At), Direction: e.Direction, Tag: e.Tag, ID: e.ID, Stanza: e.Node.String()}
		if !e.Device.IsEmpty() {
			view.Device = e.Device.String()
		}
		if nodes == "true" {
			view.Node = &node{*e.Node}
		}
		reply.Entries = append(reply.Entries, view)
	}
	return reply, nil
}

func (c *call) traceFilter() (func(*simulator.TraceEntry) bool, error) {
	direction, err := c.oneOf("direction", "", simulator.DirectionIn, simulator.DirectionOut)
	if err != nil {
		return nil, err
	}
	var device types.JID
	if text := c.query.Get("device"); text != "" {
		if device, err = c.traceDevice(text); err != nil {
			return nil, err
		}
	}
	tag, id := c.query.Get("tag"), c.query.Get("id")
	return func(e *simulator.TraceEntry) bool {
		return (direction == "" || e.Direction == direction) && (tag == "" || e.Tag == tag) && (id == "" || e.ID == id) &&
			(device.IsEmpty() || e.Device == device)
	}, nil
}

// traceDevice also takes a device that is no longer linked: its stanzas are still there.
func (c *call) traceDevice(text string) (types.JID, error) {
	if d, err := c.sim.Device(text); err == nil {
		return d.Info().JID, nil
	}
	if !strings.Contains(text, "@") {
		text += "@" + types.DefaultUserServer
	}
	jid, err := types.ParseJID(text)
	if err != nil || jid.Device == 0 {
		return types.JID{}, invalid("device must be phone:n or the JID of a linked device")
	}
	return jid, nil
}

type unhandledReply struct {
	Queries  []unhandledQuery   `json:"queries"`
	Requests []unhandledRequest `json:"requests"`
}

type unhandledQuery struct {
	Type   string `json:"type"`
	XMLNS  string `json:"xmlns"`
	Child  string `json:"child"`
	Count  int    `json:"count"`
	LastAt moment `json:"last_at"`
	Stanza string `json:"stanza" doc:"the newest"`
}

type unhandledRequest struct {
	Host   string `json:"host"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Count  int    `json:"count"`
}

func unhandled(_ context.Context, c *call) (unhandledReply, error) {
	reply := unhandledReply{Queries: []unhandledQuery{}, Requests: []unhandledRequest{}}
	list := c.sim.Unhandled()
	for _, q := range list.Queries {
		reply.Queries = append(reply.Queries, unhandledQuery{Type: q.Type, XMLNS: q.XMLNS, Child: q.Child, Count: q.Count, LastAt: at(q.LastAt), Stanza: q.Stanza})
	}
	for _, r := range list.Requests {
		reply.Requests = append(reply.Requests, unhandledRequest(r))
	}
	return reply, nil
}
