package control

import (
	"context"

	"wapost/internal/simulator"
)

func presenceRoutes() []route {
	return []route{
		post("/users/{phone}/presence", "setPresence", "Go online or offline. Never queued.", setPresence).fails(simulator.CodeUnknownPerson),
		post("/users/{phone}/typing", "setTyping", "Type, record or pause. Never queued.", setTyping).
			fails(simulator.CodeUnknownPerson, simulator.CodeUnknownGroup, simulator.CodeNotAMember),
	}
}

type presenceBody struct {
	Available bool   `json:"available"`
	LastSeen  string `json:"last_seen,omitempty" doc:"time, with available false; default: not told"`
	To        string `json:"to,omitempty" doc:"phone or LID; default: who has subscribed"`
}

type typingBody struct {
	To    string `json:"to"`
	State string `json:"state" enum:"composing,recording,paused"`
}

type sentCountReply struct {
	Sent int `json:"sent" doc:"connected devices that were told"`
}

func setPresence(_ context.Context, c *call, b *presenceBody) (sentCountReply, error) {
	p, err := c.person()
	if err != nil {
		return sentCountReply{}, err
	}
	seen, err := instant("last_seen", b.LastSeen)
	if err != nil {
		return sentCountReply{}, err
	}
	if b.Available && !seen.IsZero() {
		return sentCountReply{}, invalid("last_seen needs available false")
	}
	sent, err := p.SetPresence(simulator.Presence{Available: b.Available, LastSeen: seen, To: b.To})
	return sentCountReply{sent}, err
}

func setTyping(_ context.Context, c *call, b *typingBody) (sentCountReply, error) {
	p, err := c.person()
	if err != nil {
		return sentCountReply{}, err
	}
	sent, err := p.SendTyping(b.To, b.State)
	return sentCountReply{sent}, err
}
