package main

import (
	"context"
	"fmt"
	"net/http"

	"wapost/internal/client"
)

// caller is one credential of the sandbox at the gateway's API.
type caller struct{ url, key string }

func (d *demo) admin() caller { return caller{d.ready.URL, d.ready.AdminSecret} }

func (d *demo) account() caller { return caller{d.ready.URL, d.ready.APIKey} }

func (c caller) post(ctx context.Context, path string, body, reply any) error {
	return c.do(ctx, http.MethodPost, path, body, reply)
}

// do makes a request as a customer's program would, and reads `data` of the answer into reply.
func (c caller) do(ctx context.Context, method, path string, body, reply any) error {
	api, err := client.New(c.url, c.key)
	if err != nil {
		return err
	}
	if _, err := api.Do(ctx, method, path, nil, body, reply); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
