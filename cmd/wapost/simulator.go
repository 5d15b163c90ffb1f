package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"wapost/internal/simulator"
	"wapost/internal/simulator/control"
)

// simulatorCmd runs a simulated WhatsApp and its control API in a process of their own. It prints one line of JSON to stdout
// when both can be reached, and ends cleanly on SIGINT and SIGTERM.
type simulatorCmd struct {
	Listen        string `default:"127.0.0.1:7090" env:"WAPOST_SIMULATOR_LISTEN" help:"Loopback address of the control API."`
	Wire          string `default:"127.0.0.1:0" env:"WAPOST_SIMULATOR_WIRE" help:"Loopback address that gateways connect to."`
	ExitWithStdin bool   `env:"-" help:"End when standard input is closed, as when the parent process dies."`
}

// simulatorReady is the line on stdout.
type simulatorReady struct {
	URL     string `json:"url"`     // of the control API: what --simulator of a gateway takes
	Address string `json:"address"` // of the wire
}

// Run serves until ctx ends, a signal comes, or standard input is closed.
func (c *simulatorCmd) Run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.ExitWithStdin {
		ctx = untilClosed(ctx, os.Stdin)
	}
	return c.serve(ctx, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil)))
}

// serve runs both servers; when one ends, the other is ended too.
func (c *simulatorCmd) serve(ctx context.Context, out io.Writer, log *slog.Logger) error {
	sim, err := simulator.New(simulator.Options{Logger: log})
	if err != nil {
		return fmt.Errorf("make the simulator: %w", err)
	}
	if err := sim.Listen(c.Wire); err != nil {
		return fmt.Errorf("open the wire: %w", err)
	}
	api := control.New(sim, control.Options{Logger: log, Version: version})
	if err := api.Listen(c.Listen); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 2)
	for _, run := range []func(context.Context) error{sim.Run, api.Run} {
		go func() { ended <- recovering(ctx, run) }()
	}
	if err = json.NewEncoder(out).Encode(simulatorReady{URL: api.URL(), Address: sim.Addr()}); err == nil {
		log.Warn("this is a simulator, not whatsapp", "url", api.URL(), "address", sim.Addr())
		err = <-ended
	} else {
		cancel()
		err = errors.Join(fmt.Errorf("print the addresses: %w", err), <-ended)
	}
	cancel()
	return errors.Join(err, <-ended)
}

// recovering turns a panic of a server into its error.
func recovering(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("simulator panicked: %v", cause)
		}
	}()
	return run(ctx)
}

// untilClosed ends with ctx, or when r is at its end. Nobody waits for the goroutine: a blocked read of standard input ends
// with the process alone.
func untilClosed(ctx context.Context, r io.Reader) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, r) // an error is an end too
	}()
	return ctx
}
