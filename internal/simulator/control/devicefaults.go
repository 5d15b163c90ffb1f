package control

import (
	"context"
	"time"

	"wapost/internal/simulator"
)

func deviceFaultRoutes() []route {
	unknown := simulator.CodeUnknownDevice
	return []route{
		post("/devices/{device}/kick", "kick", "Cut the connection of a device.", kick).fails(unknown, simulator.CodeNotRunning),
		post("/devices/{device}/stream-error", "streamError", "Send a stream error and close.", streamError).fails(unknown, simulator.CodeNotConnected),
		post("/devices/{device}/unlink", "unlink", "Remove a device as its user does on the phone, connected or not.", unlink).fails(unknown),
		post("/devices/{device}/hold", "hold", "Keep new stanzas back.", hold).fails(unknown),
		post("/devices/{device}/release", "release", "Send what was held.", release).fails(unknown),
		post("/devices/{device}/corrupt-next", "corruptNext", "Damage the next messages to a device.", corruptNext).fails(unknown),
		post("/devices/{device}/prekeys", "setPreKeys", "Drop one-time prekeys until at most so many are left, and tell the client.", setPreKeys).fails(unknown),
	}
}

type empty struct{}

type kickBody struct {
	Graceful   bool `json:"graceful,omitempty" doc:"a close frame instead of a TCP cut"`
	Times      int  `json:"times" default:"1" doc:"further ones follow when the device is connected then"`
	IntervalMS int  `json:"interval_ms,omitempty" doc:"between two"`
}

type kickReply struct {
	WasConnected bool `json:"was_connected"`
}

func kick(_ context.Context, c *call, b *kickBody) (kickReply, error) {
	d, err := c.device()
	if err != nil {
		return kickReply{}, err
	}
	if b.Times < 1 || b.IntervalMS < 0 {
		return kickReply{}, invalid("times must be at least 1, and interval_ms not negative")
	}
	was, err := d.Kick(simulator.Kick{Graceful: b.Graceful, Times: b.Times, Interval: time.Duration(b.IntervalMS) * time.Millisecond})
	return kickReply{was}, err
}

type streamErrorBody struct {
	Code         string          `json:"code,omitempty"`
	Conflict     string          `json:"conflict,omitempty" enum:"replaced,device_removed"`
	Ack          *demandedStanza `json:"ack,omitempty" doc:"the stanza whose acknowledgement is demanded"`
	CloseAfterMS int             `json:"close_after_ms" default:"50" doc:"0 = at once, -1 = never"`
}

type demandedStanza struct {
	Class string `json:"class" doc:"tag of the stanza"`
	ID    string `json:"id"`
}

func streamError(_ context.Context, c *call, b *streamErrorBody) (empty, error) {
	d, err := c.device()
	if err != nil {
		return empty{}, err
	}
	if b.Conflict != "" && b.Ack != nil {
		return empty{}, invalid("give conflict or ack, not both")
	}
	e := simulator.StreamError{Code: b.Code, Conflict: b.Conflict, CloseAfter: time.Duration(b.CloseAfterMS) * time.Millisecond}
	switch {
	case b.CloseAfterMS == 0:
		e.CloseAfter = simulator.CloseAtOnce
	case b.CloseAfterMS == -1:
		e.CloseAfter = simulator.CloseNever
	case b.CloseAfterMS < 0:
		return empty{}, invalid("close_after_ms must be -1, 0 or more")
	}
	if b.Ack != nil {
		e.AckClass, e.AckID = b.Ack.Class, b.Ack.ID
	}
	return empty{}, d.StreamError(e)
}

func unlink(_ context.Context, c *call, _ *nothing) (empty, error) {
	d, err := c.device()
	if err != nil {
		return empty{}, err
	}
	d.Unlink()
	return empty{}, nil
}

type holdReply struct {
	Unacked int `json:"unacked" doc:"length of the queue"`
}

func hold(_ context.Context, c *call, _ *nothing) (holdReply, error) {
	d, err := c.device()
	if err != nil {
		return holdReply{}, err
	}
	return holdReply{d.Hold()}, nil
}

type releaseBody struct {
	Window int `json:"window,omitempty" doc:"at most so many un-acked stanzas at a time; 0 = all at once"`
}

type releaseReply struct {
	Released int `json:"released" doc:"stanzas that waited"`
}

func release(_ context.Context, c *call, b *releaseBody) (releaseReply, error) {
	d, err := c.device()
	if err != nil {
		return releaseReply{}, err
	}
	if b.Window < 0 {
		return releaseReply{}, invalid("window must not be negative")
	}
	return releaseReply{d.Release(b.Window)}, nil
}

type corruptBody struct {
	Count int    `json:"count" default:"1"`
	What  string `json:"what" default:"ciphertext" enum:"ciphertext,sender_key,session,protobuf,enc_type"`
}

type corruptReply struct {
	Count int `json:"count" doc:"messages that will be damaged"`
}

func corruptNext(_ context.Context, c *call, b *corruptBody) (corruptReply, error) {
	d, err := c.device()
	if err != nil {
		return corruptReply{}, err
	}
	if b.Count < 0 {
		return corruptReply{}, invalid("count must not be negative")
	}
	return corruptReply{b.Count}, d.CorruptNext(b.Count, b.What)
}

type preKeysBody struct {
	Left int `json:"left"`
}

type preKeysReply struct {
	Left int `json:"left"`
}

func setPreKeys(_ context.Context, c *call, b *preKeysBody) (preKeysReply, error) {
	d, err := c.device()
	if err != nil {
		return preKeysReply{}, err
	}
	if b.Left < 0 {
		return preKeysReply{}, invalid("left must not be negative")
	}
	return preKeysReply{d.SetPreKeysLeft(b.Left)}, nil
}
