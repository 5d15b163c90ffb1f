package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wapost/internal/app"
)

// wholeGateway is the product, driven over its API.
type wholeGateway struct {
	url, key, device string
	stop             context.CancelFunc
	ended            chan error
}

func openGateway(ctx context.Context, w *world, dir string) (party, error) {
	a, err := app.New(ctx, app.Options{Listen: "127.0.0.1:0", Data: dir, Simulator: w.url, Version: "bench"})
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(ctx)
	g := &wholeGateway{url: "http://" + a.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() { g.ended <- a.Run(run) }()
	secret, err := os.ReadFile(filepath.Join(dir, "admin.secret"))
	if err != nil {
		return nil, err
	}
	var key struct {
		APIKey string `json:"api_key"`
	}
	err = g.call(ctx, "POST", "/admin/api-keys", "X-Admin-Secret", strings.TrimSpace(string(secret)), `{"customer_name":"bench"}`, &key)
	g.key = key.APIKey
	return g, err
}

func (g *wholeGateway) pair(ctx context.Context) (string, error) {
	var d struct {
		DeviceID string `json:"device_id"`
	}
	if err := g.call(ctx, "POST", "/devices", "X-API-Key", g.key, `{"device_name":"bench"}`, &d); err != nil {
		return "", err
	}
	g.device = d.DeviceID
	var login struct{ Code string }
	err := g.call(ctx, "POST", "/devices/"+g.device+"/login", "X-API-Key", g.key, "", &login)
	return login.Code, err
}

func (g *wholeGateway) ready(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond) // the API allows 100 requests per second
	defer tick.Stop()
	for {
		var s struct{ State string }
		if err := g.call(ctx, "GET", "/devices/"+g.device+"/status", "X-API-Key", g.key, "", &s); err != nil || s.State == "connected" {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the device is %s: %w", s.State, ctx.Err())
		}
	}
}

func (g *wholeGateway) close() error {
	g.stop()
	return <-g.ended
}

// call makes a request of the API and reads data of the answer.
func (g *wholeGateway) call(ctx context.Context, method, path, header, secret, body string, reply any) error {
	req, err := http.NewRequestWithContext(ctx, method, g.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set(header, secret)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	var e struct {
		Status bool
		Error  string
		Data   json.RawMessage
	}
	if err := json.Unmarshal(raw, &e); err != nil || !e.Status {
		return fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, raw)
	}
	return json.Unmarshal(e.Data, reply)
}
