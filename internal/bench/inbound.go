package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// inboundMessages is how many messages each round carries, over all sessions.
const inboundMessages = 2000

// benchInbound measures messages through decryption, commit, acknowledgement and delivery, against the library alone with the same
// durable settings and a handler that does nothing.
func benchInbound(ctx context.Context, o options) ([]figure, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	w, err := newWorld(ctx)
	if err != nil {
		return nil, err
	}
	defer w.close()
	var figures []figure
	next := 0 // phones are never used twice
	for _, sessions := range []int{1, 20, 100} {
		var rates, ratios []float64
		for range max(1, o.rounds/2) {
			ours, err := w.measure(ctx, sessions, &next, openGateway)
			if err != nil {
				return nil, fmt.Errorf("gateway, %d sessions: %w", sessions, err)
			}
			library, err := w.measure(ctx, sessions, &next, openLibrary)
			if err != nil {
				return nil, fmt.Errorf("library, %d sessions: %w", sessions, err)
			}
			rates, ratios = append(rates, ours), append(ratios, ours/library)
		}
		name, aim := fmt.Sprintf("inbound, decrypt + commit + ack + deliver, SQLite, %d sessions", sessions), "–"
		if sessions == 100 {
			aim = "≥ 2"
		}
		figures = append(figures, figure{name, median(rates), "messages/s", "–"},
			figure{name + ", of the library alone, synced", median(ratios), "ratio", aim})
	}
	return figures, nil
}

// party is what receives: the gateway, or the library alone.
type party interface {
	// pair begins to link a device and returns its QR code.
	pair(ctx context.Context) (code string, err error)
	// expect says how many messages are about to come.
	expect(n int)
	// delivered waits until all of them have reached a webhook, if there is one.
	delivered(ctx context.Context) error
	// ready waits until the device that was linked last is connected.
	ready(ctx context.Context) error
	close() error
}

// measure links sessions, queues messages for all of them while they are held, and times from their release until the last
// acknowledgement.
func (w *world) measure(ctx context.Context, sessions int, next *int, open func(context.Context, *world, string) (party, error)) (float64, error) {
	dir, err := os.MkdirTemp("", "wapost-bench-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := open(ctx, w, dir)
	if err != nil {
		return 0, err
	}
	rate, err := w.flood(ctx, p, sessions, next)
	if cerr := p.close(); err == nil {
		err = cerr
	}
	return rate, err
}

func (w *world) flood(ctx context.Context, p party, sessions int, next *int) (float64, error) {
	var devices []string
	for range sessions {
		*next++
		device, err := w.link(ctx, p, fmt.Sprintf("4915%09d", *next))
		if err != nil {
			return 0, err
		}
		devices = append(devices, device)
	}
	each := inboundMessages / sessions
	for _, d := range devices {
		if err := w.queue(ctx, d, each); err != nil {
			return 0, err
		}
	}
	p.expect(each * sessions)
	begin := time.Now()
	if _, err := w.release(ctx, devices); err != nil {
		return 0, err
	}
	if err := p.delivered(ctx); err != nil {
		return 0, err
	}
	return float64(each*sessions) / time.Since(begin).Seconds(), nil
}

// release lets all held stanzas go and returns how long it took until the last of them was acknowledged.
func (w *world) release(ctx context.Context, devices []string) (time.Duration, error) {
	begin := time.Now()
	for _, d := range devices {
		if _, err := w.people.Release(ctx, d, 0); err != nil {
			return 0, err
		}
	}
	for _, d := range devices {
		if err := w.until(ctx, d, 0); err != nil {
			return 0, err
		}
	}
	return time.Since(begin), nil
}
