package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// benchSessions measures what linked devices cost: memory while nothing happens, and CPU per message. The gateway is started
// anew with its devices before it is measured, so that pairing leaves nothing behind.
func benchSessions(ctx context.Context, o options) ([]figure, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	w, err := newWorld(ctx)
	if err != nil {
		return nil, err
	}
	defer w.close()
	dir, err := os.MkdirTemp("", "wapost-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	g, err := startChild(ctx, w, dir, "")
	if err != nil {
		return nil, err
	}
	empty, err := g.memory(ctx)
	if err != nil {
		return nil, err
	}
	devices := make([]string, 0, o.sessions)
	for i := range o.sessions {
		d, err := w.link(ctx, g, fmt.Sprintf("4917%09d", i))
		if err != nil {
			return nil, err
		}
		devices = append(devices, d)
		if (i+1)%100 == 0 {
			fmt.Fprintf(os.Stderr, "  %d of %d devices are linked\n", i+1, o.sessions)
		}
	}
	if err := g.close(); err != nil {
		return nil, err
	}
	if g, err = startChild(ctx, w, dir, g.key); err != nil {
		return nil, err
	}
	figures, err := w.weigh(ctx, g, devices, empty)
	if cerr := g.close(); err == nil {
		err = cerr
	}
	return figures, err
}

func (w *world) weigh(ctx context.Context, g *childGateway, devices []string, empty float64) ([]figure, error) {
	for _, d := range devices {
		if err := w.online(ctx, d); err != nil {
			return nil, err
		}
	}
	idle, err := g.memory(ctx)
	if err != nil {
		return nil, err
	}
	n := len(devices)
	each := max(1, inboundMessages/n)
	for _, d := range devices {
		if err := w.queue(ctx, d, each); err != nil {
			return nil, err
		}
	}
	before, err := g.used()
	if err != nil {
		return nil, err
	}
	took, err := w.release(ctx, devices)
	if err != nil {
		return nil, err
	}
	after, err := g.used()
	if err != nil {
		return nil, err
	}
	total := float64(each * n)
	name := fmt.Sprintf("%d sessions, SQLite", n)
	return []figure{
		{"no session, memory", empty, "MB", "–"},
		{name + ", memory per idle session", (idle - empty) / float64(n), "MB", "≤ 0.3"},
		{name + ", inbound", total / took.Seconds(), "messages/s", "–"},
		{name + ", CPU of the gateway per 1,000 messages", (after - before).Seconds() / total * 1000, "s", "≤ 0.5"},
	}, nil
}
