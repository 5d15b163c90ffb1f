package control

import (
	"context"
	"net/http"

	"wapost/internal/simulator"
)

func receiptRoutes() []route {
	return []route{
		post("/users/{phone}/receipts", "sendReceipt", "Tell a linked number what became of its messages. retry makes it encrypt them again, to new keys. What a person reads or plays its own linked devices hear too.", sendReceipt).
			answers(http.StatusAccepted).fails(simulator.CodeUnknownPerson, simulator.CodeUnknownGroup, simulator.CodeNotConnected),
	}
}

type receiptBody struct {
	To    string   `json:"to" doc:"phone or LID of who wrote"`
	ID    string   `json:"id,omitempty" doc:"of one message"`
	IDs   []string `json:"ids,omitempty" doc:"of several; id or ids must be given"`
	Type  string   `json:"type" default:"delivered" enum:"delivered,inactive,read,played,retry"`
	Group string   `json:"group,omitempty" doc:"id of the group that the messages were written in, or status"`
}

type queuedReply struct {
	Queued int `json:"queued" doc:"devices"`
}

func sendReceipt(_ context.Context, c *call, b *receiptBody) (queuedReply, error) {
	p, err := c.person()
	if err != nil {
		return queuedReply{}, err
	}
	if (b.ID == "") == (len(b.IDs) == 0) {
		return queuedReply{}, invalid("give either id or ids")
	}
	if b.ID != "" {
		b.IDs = []string{b.ID}
	}
	queued, err := p.SendReceipt(simulator.Receipt{To: b.To, Group: b.Group, Type: b.Type, IDs: b.IDs})
	return queuedReply{queued}, err
}
