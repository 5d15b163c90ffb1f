package control

import (
	"context"
	"net/http"
	"time"

	"wapost/internal/simulator"
)

func burstRoutes() []route {
	return []route{
		post("/users/{phone}/burst", "startBurst", "A person writes many numbered messages; ids are the prefix and six digits.", startBurst).
			answers(http.StatusAccepted).
			fails(simulator.CodeUnknownPerson, simulator.CodeUnknownGroup, simulator.CodeBurstRunning, simulator.CodeNotRunning),
		look("/users/{phone}/burst", "burst", "How far the newest burst has come; all zero when there was none.", burst).fails(simulator.CodeUnknownPerson),
		change(http.MethodDelete, "/users/{phone}/burst", "stopBurst", "Stop the burst.", stopBurst).fails(simulator.CodeUnknownPerson),
	}
}

type burstBody struct {
	To         string `json:"to"`
	Count      int    `json:"count" doc:"1 to 100,000"`
	IntervalMS int    `json:"interval_ms,omitempty" doc:"between two messages; 0 = as fast as possible"`
	Text       string `json:"text" default:"message {n}" doc:"{n} becomes the number"`
	IDPrefix   string `json:"id_prefix,omitempty" doc:"default: a new one"`
}

type burstStarted struct {
	IDPrefix string `json:"id_prefix"`
	First    int    `json:"first" doc:"number in the first id, always 1"`
	Last     int    `json:"last" doc:"number in the last id"`
}

type burstReply struct {
	IDPrefix string `json:"id_prefix"`
	Sent     int    `json:"sent"`
	Count    int    `json:"count"`
	Acked    int    `json:"acked" doc:"messages that every receiving device has acknowledged"`
	Running  bool   `json:"running"`
	Error    string `json:"error,omitempty" doc:"why it ended early"`
}

func startBurst(_ context.Context, c *call, b *burstBody) (burstStarted, error) {
	p, err := c.person()
	if err != nil {
		return burstStarted{}, err
	}
	if b.Count < 1 || b.Count > 100_000 {
		return burstStarted{}, invalid("count must be 1 to 100000")
	}
	if b.IntervalMS < 0 {
		return burstStarted{}, invalid("interval_ms must not be negative")
	}
	if err := addressable("to", b.To); err != nil {
		return burstStarted{}, err
	}
	status, err := p.StartBurst(simulator.Burst{To: b.To, Count: b.Count, Interval: time.Duration(b.IntervalMS) * time.Millisecond,
		Text: b.Text, IDPrefix: b.IDPrefix})
	return burstStarted{IDPrefix: status.IDPrefix, First: 1, Last: b.Count}, err
}

func burst(_ context.Context, c *call) (burstReply, error) {
	p, err := c.person()
	if err != nil {
		return burstReply{}, err
	}
	status, _ := p.BurstStatus()
	return viewBurst(status), nil
}

func stopBurst(_ context.Context, c *call, _ *nothing) (burstReply, error) {
	p, err := c.person()
	if err != nil {
		return burstReply{}, err
	}
	status, _ := p.StopBurst()
	return viewBurst(status), nil
}

func viewBurst(b simulator.BurstStatus) burstReply {
	reply := burstReply{IDPrefix: b.IDPrefix, Sent: b.Sent, Count: b.Count, Acked: b.Acked, Running: b.Running}
	if b.Err != nil {
		reply.Error = b.Err.Error()
	}
	return reply
}
