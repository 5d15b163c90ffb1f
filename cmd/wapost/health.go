package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

type healthCmd struct {
	URL      string `help:"Address of the gateway; default: this machine, at the port of WAPOST_LISTEN."`
	Listen   string `default:":7001" hidden:""`
	BasePath string `hidden:""`
}

// address is where the gateway answers: the settings of serve tell it, when both run in one container.
func (c *healthCmd) address() string {
	if c.URL != "" {
		return strings.TrimSuffix(c.URL, "/")
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/" + strings.Trim(c.BasePath, "/")
}

// Run fails unless the gateway is ready.
func (c *healthCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.address(), "/")+"/health/ready", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no gateway answers at %s: %w", c.address(), err)
	}
	defer func() { _ = answer.Body.Close() }() // read as far as it is wanted
	body, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", body)
	}
	fmt.Println("ready")
	return nil
}
