package control

import (
	"context"
	"net/http"

	"wapost/internal/simulator"
)

func callRoutes() []route {
	return []route{
		post("/users/{phone}/calls", "ring", "One step of a call to a linked number.", ring).answers(http.StatusCreated).fails(simulator.CodeUnknownPerson, simulator.CodeUnknownGroup),
	}
}

type callBody struct {
	To     string `json:"to" doc:"phone or LID"`
	State  string `json:"state" default:"offer" enum:"offer,offer_notice,pre_accept,accept,reject,terminate,transport,relay_latency"`
	CallID string `json:"call_id,omitempty" doc:"of the offer; default: a new one"`
	Group  string `json:"group,omitempty" doc:"id of the group that calls"`
	Video  bool   `json:"video,omitempty"`
	Reason string `json:"reason,omitempty" doc:"with terminate; default timeout"`
}

type callReply struct {
	CallID string `json:"call_id"`
}

func ring(_ context.Context, c *call, b *callBody) (callReply, error) {
	p, err := c.person()
	if err != nil {
		return callReply{}, err
	}
	if b.Reason != "" && b.State != simulator.CallTerminate {
		return callReply{}, invalid("reason needs the state terminate")
	}
	id, err := p.Call(simulator.Call{To: b.To, ID: b.CallID, State: b.State, Group: b.Group, Video: b.Video, Reason: b.Reason})
	return callReply{id}, err
}
