package control

import (
	"context"
	"net/http"

	"wapost/internal/simulator"
)

func stanzaRoutes() []route {
	return []route{
		post("/devices/{device}/stanzas", "sendStanza", "Send any stanza to a device, for what has no endpoint.", sendStanza).
			answers(http.StatusAccepted).fails(simulator.CodeUnknownDevice, simulator.CodeNotConnected),
	}
}

type stanzaBody struct {
	Node   node `json:"node"`
	Queued bool `json:"queued" default:"true" doc:"kept until acknowledged; needs the attribute id"`
}

func sendStanza(_ context.Context, c *call, b *stanzaBody) (empty, error) {
	d, err := c.device()
	if err != nil {
		return empty{}, err
	}
	return empty{}, d.SendNode(b.Node.Node, b.Queued)
}
