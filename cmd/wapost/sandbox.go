package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"

	"wapost/internal/app"
	"wapost/internal/simulator"
	"wapost/internal/simulator/control"
	"wapost/simclient"
)

type sandboxCmd struct {
	Listen          string `default:"127.0.0.1:7001" help:"Address of the gateway's API."`
	SimulatorListen string `default:"127.0.0.1:7002" help:"Address of the simulator's control API."`
	Data            string `type:"path" help:"Data directory; default: a temporary one that is removed at the end."`
	ReadyFile       string `type:"path" placeholder:"PATH" help:"Write addresses and credentials here as JSON, mode 0600, once everything is up."`
	Quiet           bool   `help:"Print nothing but errors."`
	NoDemo          bool   `help:"Link the device, but play no messages."`
	LogLevel        string `enum:"debug,info,warn,error" default:"error" help:"Least level of the gateway's log: debug, info, warn or error."`
}

// The people of the sandbox.
const (
	ownPhone  = "4915100000001"
	echoPhone = "4915100000002"
	miaPhone  = "4915100000003"
)

// Run brings up simulator and gateway, links a device, plays the demonstration and stays until it is told to stop.
func (c *sandboxCmd) Run(ctx context.Context) error {
	out := io.Writer(os.Stdout)
	if c.Quiet {
		out = io.Discard
	}
	dir, clean, err := c.directory()
	if err != nil {
		return err
	}
	defer clean()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log := logSettings{LogLevel: c.LogLevel, LogFormat: "text"}.logger()
	sim, ended, err := c.startSimulator(ctx, log)
	if err != nil {
		return err
	}
	gateway, err := c.gateway(ctx, dir, sim, log)
	if err != nil {
		cancel()
		return errors.Join(err, <-ended)
	}
	gatewayEnded := make(chan error, 1)
	go func() { gatewayEnded <- gateway.Run(ctx) }()
	stop, err := c.play(ctx, out, dir, localURL(gateway.Addr()), sim)
	defer stop()
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-gatewayEnded:
			gatewayEnded <- nil
		case err = <-ended:
			ended <- nil
		}
	}
	if ctx.Err() != nil {
		err = nil // asked to stop, also in the middle of the demonstration
	}
	cancel()
	return errors.Join(err, <-gatewayEnded, <-ended)
}

// directory returns the data directory and what removes it.
func (c *sandboxCmd) directory() (dir string, clean func(), err error) {
	if c.Data != "" {
		return c.Data, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "wapost-sandbox-")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary data directory: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil // what stays behind is in the system's temporary directory
}

// startSimulator serves wire and control API until ctx ends.
func (c *sandboxCmd) startSimulator(ctx context.Context, log *slog.Logger) (url string, ended chan error, err error) {
	sim, err := simulator.New(simulator.Options{Logger: log})
	if err != nil {
		return "", nil, fmt.Errorf("make the simulator: %w", err)
	}
	if err := sim.Listen("127.0.0.1:0"); err != nil {
		return "", nil, fmt.Errorf("open the wire: %w", err)
	}
	api := control.New(sim, control.Options{Logger: log, Version: version})
	if err := api.Listen(c.SimulatorListen); err != nil {
		return "", nil, fmt.Errorf("%w; choose another address with --simulator-listen", err)
	}
	ended = make(chan error, 1)
	go func() {
		both := make(chan error, 2)
		for _, run := range []func(context.Context) error{sim.Run, api.Run} {
			go func() { both <- recovering(ctx, run) }()
		}
		ended <- errors.Join(<-both, <-both)
	}()
	return api.URL(), ended, nil
}

func (c *sandboxCmd) gateway(ctx context.Context, dir, sim string, log *slog.Logger) (*app.App, error) {
	return app.New(ctx, app.Options{
		Listen: c.Listen, Data: dir, Simulator: sim, Version: version, Logger: log,
		WebhookAllowHTTP: true, WebhookAllowCIDR: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
	})
}

// ready is what --ready-file gets.
type ready struct {
	URL          string `json:"url"`
	AdminSecret  string `json:"admin_secret"`
	APIKey       string `json:"api_key"`
	DeviceID     string `json:"device_id"`
	Token        string `json:"token"`
	SimulatorURL string `json:"simulator_url"`
	Phone        string `json:"phone"`
}

// write puts the file in place in one step, so that whoever waits for it never reads half of it.
func (r ready) write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	tmp := path + ".part"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the ready file: %w", err)
	}
	return os.Rename(tmp, path)
}

// play sets the sandbox up and shows it. What stop ends goes on receiving until then.
func (c *sandboxCmd) play(ctx context.Context, out io.Writer, dir, url, sim string) (stop func(), err error) {
	stop = func() {}
	admin, err := os.ReadFile(filepath.Join(dir, "admin.secret"))
	if err != nil {
		return stop, fmt.Errorf("read the admin secret: %w", err)
	}
	d := &demo{out: out, people: simclient.New(sim), ready: ready{URL: url, AdminSecret: string(trimmed(admin)), SimulatorURL: sim, Phone: ownPhone}}
	if err := d.setUp(ctx); err != nil {
		return stop, fmt.Errorf("set the sandbox up: %w", err)
	}
	if !c.NoDemo {
		if stop, err = d.show(ctx); err != nil {
			return stop, fmt.Errorf("play the demonstration: %w", err)
		}
	}
	d.invite()
	if c.ReadyFile == "" {
		return stop, nil
	}
	return stop, d.ready.write(c.ReadyFile)
}
