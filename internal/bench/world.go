package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wapost/internal/simulator"
	"wapost/internal/simulator/control"
	"wapost/simclient"
)

// world is a simulator of this process.
type world struct {
	sim    *simulator.Server
	people *simclient.Client
	url    string
	stop   context.CancelFunc
	ended  chan error
}

func newWorld(ctx context.Context) (*world, error) {
	sim, err := simulator.New(simulator.Options{QuietLink: true, TraceLimit: -1})
	if err != nil {
		return nil, err
	}
	if err := sim.Listen("127.0.0.1:0"); err != nil {
		return nil, err
	}
	api := control.New(sim, control.Options{})
	if err := api.Listen("127.0.0.1:0"); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &world{sim: sim, people: simclient.New(api.URL()), url: api.URL(), stop: cancel, ended: make(chan error, 2)}
	go func() { w.ended <- sim.Run(ctx) }()
	go func() { w.ended <- api.Run(ctx) }()
	return w, nil
}

func (w *world) close() {
	w.stop()
	_, _ = <-w.ended, <-w.ended // it was told to end
}

// link makes a person with this phone and links a device of it; it returns the device as "phone:n".
func (w *world) link(ctx context.Context, p party, phone string) (string, error) {
	name := "Own"
	if _, _, err := w.people.CreateUser(ctx, simclient.NewUser{Phone: phone, Name: &name}); err != nil {
		return "", err
	}
	code, err := p.pair(ctx)
	if err != nil {
		return "", fmt.Errorf("pair: %w", err)
	}
	r, err := w.people.Scan(ctx, phone, code)
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	if err := p.ready(ctx); err != nil {
		return "", err
	}
	user, _, _ := strings.Cut(r.Device.JID, "@")
	return user, w.until(ctx, user, 0)
}

// queue holds a device and has one person write n messages to it, which wait.
func (w *world) queue(ctx context.Context, device string, n int) error {
	phone, _, _ := strings.Cut(device, ":")
	author := "49160" + phone[4:]
	name := "Author"
	if _, _, err := w.people.CreateUser(ctx, simclient.NewUser{Phone: author, Name: &name}); err != nil {
		return err
	}
	if _, err := w.people.Hold(ctx, device); err != nil {
		return err
	}
	if _, err := w.people.StartBurst(ctx, author, simclient.NewBurst{To: phone, Count: n, Text: "message {n}, a line of text as people write it"}); err != nil {
		return err
	}
	return w.until(ctx, device, n)
}

// until polls until a device has exactly n stanzas that it has not acknowledged.
func (w *world) until(ctx context.Context, device string, n int) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		d, err := w.sim.Device(device)
		if err == nil && d.Info().Unacked == n {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s to have %d stanzas left: %w", device, n, ctx.Err())
		}
	}
}

// online polls until a device is connected and has nothing left to acknowledge.
func (w *world) online(ctx context.Context, device string) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		d, err := w.sim.Device(device)
		if err == nil && d.Info().Connected && d.Info().Unacked == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s to connect: %w", device, ctx.Err())
		}
	}
}
