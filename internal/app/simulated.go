package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// network says where the WhatsApp servers are: nowhere special for the real ones, at an address of this machine for a
// simulator's.
type network struct {
	rootKey *[32]byte
	address string
}

// The simulator's control API may still be starting.
const (
	askOnce   = 5 * time.Second
	askAtMost = 10 * time.Second
	askAgain  = 200 * time.Millisecond
)

// findSimulator asks a simulator's control API for its root key and its wire. Only this machine is allowed: a process that
// trusts a foreign root must never reach the real network.
func findSimulator(ctx context.Context, raw string) (network, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Path != "" && u.Path != "/" {
		return network{}, fmt.Errorf("--simulator %q: give a plain address such as http://127.0.0.1:7090", raw)
	}
	if err := onThisMachine(ctx, u.Hostname()); err != nil {
		return network{}, fmt.Errorf("--simulator %q: %w", raw, err)
	}
	ctx, cancel := context.WithTimeout(ctx, askAtMost)
	defer cancel()
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	for {
		n, err := askSimulator(ctx, u.JoinPath("/").String())
		if err == nil {
			return n, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return network{}, fmt.Errorf("no simulator answers at %s; start one with `wapost simulator`: %w", raw, err)
		}
	}
}

var errNotLoopback = errors.New("a simulator must be on this machine (127.0.0.0/8, ::1 or localhost)")

func onThisMachine(ctx context.Context, host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if !a.IsLoopback() {
			return errNotLoopback
		}
		return nil
	}
	if host != "localhost" {
		return errNotLoopback
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return fmt.Errorf("resolve localhost: %w", err)
	}
	for _, a := range addrs {
		if !a.IsLoopback() {
			return errNotLoopback
		}
	}
	return nil
}

func askSimulator(ctx context.Context, u string) (network, error) {
	ctx, cancel := context.WithTimeout(ctx, askOnce)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return network{}, err
	}
	client := &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	answer, err := client.Do(req)
	if err != nil {
		return network{}, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end or given up
	var body struct {
		RootKey string `json:"root_key"`
		Address string `json:"address"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 64<<10)).Decode(&body); err != nil {
		return network{}, fmt.Errorf("not a simulator: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(body.RootKey)
	if err != nil || len(key) != 32 {
		return network{}, errors.New("not a simulator: its root key is not 32 bytes")
	}
	ap, err := netip.ParseAddrPort(body.Address)
	if err != nil || !ap.Addr().IsLoopback() {
		return network{}, errNotLoopback
	}
	return network{rootKey: (*[32]byte)(key), address: body.Address}, nil
}
