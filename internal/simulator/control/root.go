package control

import (
	"context"
	"encoding/json"
)

func rootRoutes() []route {
	return []route{
		look("/", "info", "What this is, and what a gateway needs to be pointed at it.", info),
		look("/openapi.json", "openapi", "This API as an OpenAPI 3.1 document.", openAPI),
		post("/reset", "reset", "Forget everything but root key and ports.", reset),
	}
}

type infoReply struct {
	Simulator string `json:"simulator" doc:"always wapost"`
	Version   string `json:"version"`
	API       int    `json:"api" doc:"version of this API; changes are additive while it stays"`
	RootKey   []byte `json:"root_key" doc:"the 32 bytes that whatsmeow.WACertPubKey must be set to"`
	Address   string `json:"address" doc:"of the wire: every host of WhatsApp is dialled there"`
	StartedAt moment `json:"started_at"`
}

func info(_ context.Context, c *call) (infoReply, error) {
	key := c.sim.RootKey()
	return infoReply{Simulator: "wapost", Version: c.api.version, API: 1, RootKey: key[:], Address: c.sim.Addr(), StartedAt: at(c.api.started)}, nil
}

func openAPI(_ context.Context, c *call) (json.RawMessage, error) {
	return json.Marshal(document(c.api.routes, c.api.version))
}

type resetReply struct {
	ConnectionsClosed int `json:"connections_closed"`
	UsersRemoved      int `json:"users_removed"`
}

func reset(_ context.Context, c *call, _ *nothing) (resetReply, error) {
	connections, persons := c.sim.Reset()
	return resetReply{connections, persons}, nil
}
