package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wapost/internal/app"
	"wapost/internal/client"
)

// wholeGateway is the product, driven over its API.
type wholeGateway struct {
	url, key, device string
	recv             *receiver // of a webhook for all messages; nil = none
	stop             context.CancelFunc
	ended            chan error
}

func openGateway(ctx context.Context, w *world, dir string) (party, error) {
	loop := loopback()
	a, err := app.New(ctx, app.Options{Listen: "127.0.0.1:0", Data: dir, Simulator: w.url, Version: "bench",
		WebhookAllowHTTP: loop.AllowHTTP, WebhookAllowCIDR: loop.AllowCIDRs})
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(ctx)
	g := &wholeGateway{url: "http://" + a.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() { g.ended <- a.Run(run) }()
	if err := g.makeKey(ctx, dir); err != nil {
		return g, err
	}
	if g.recv, err = newReceiver(); err != nil {
		return g, err
	}
	hook := map[string]any{"url": g.recv.url, "events": []string{"message.received"}}
	return g, g.call(ctx, "POST", "/webhooks", g.key, hook, nil)
}

// makeKey gives us an API key for many devices.
func (g *wholeGateway) makeKey(ctx context.Context, dir string) error {
	secret, err := os.ReadFile(filepath.Join(dir, "admin.secret"))
	if err != nil {
		return err
	}
	var key struct {
		APIKey string `json:"api_key"`
	}
	err = g.call(ctx, "POST", "/admin/api-keys", strings.TrimSpace(string(secret)), map[string]any{"customer_name": "bench", "max_devices": 1000}, &key)
	g.key = key.APIKey
	return err
}

func (g *wholeGateway) pair(ctx context.Context) (string, error) {
	var d struct {
		DeviceID string `json:"device_id"`
	}
	if err := g.call(ctx, "POST", "/devices", g.key, map[string]string{"device_name": "bench"}, &d); err != nil {
		return "", err
	}
	g.device = d.DeviceID
	var login struct{ Code string }
	err := g.call(ctx, "POST", "/devices/"+g.device+"/login", g.key, nil, &login)
	return login.Code, err
}

func (g *wholeGateway) ready(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond) // the API allows 100 requests per second
	defer tick.Stop()
	for {
		var s struct{ State string }
		if err := g.call(ctx, "GET", "/devices/"+g.device+"/status", g.key, nil, &s); err != nil || s.State == "connected" {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the device is %s: %w", s.State, ctx.Err())
		}
	}
}

func (g *wholeGateway) expect(n int) { g.recv.expect(n) }

func (g *wholeGateway) delivered(ctx context.Context) error { return g.recv.wait(ctx) }

func (g *wholeGateway) close() error {
	g.stop()
	err := <-g.ended
	if g.recv != nil {
		_ = g.recv.server.Close()
	}
	return err
}

// call makes a request of the API and reads data of the answer.
func (g *wholeGateway) call(ctx context.Context, method, path, key string, body, reply any) error {
	api, err := client.New(g.url, key)
	if err != nil {
		return err
	}
	if _, err := api.Do(ctx, method, path, nil, body, reply); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
