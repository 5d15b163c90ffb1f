package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// apiClient calls the gateway as a customer's program would.
type apiClient struct {
	url, header, secret string
}

func (d *demo) admin() apiClient {
	return apiClient{d.ready.URL, "X-Admin-Secret", d.ready.AdminSecret}
}

func (d *demo) account() apiClient { return apiClient{d.ready.URL, "Authorization", d.ready.APIKey} }

func (c apiClient) post(ctx context.Context, path string, body, reply any) error {
	return c.do(ctx, http.MethodPost, path, body, reply)
}

// do sends a request and reads `data` of the answer into reply. The error of a refusal is the API's own.
func (c apiClient) do(ctx context.Context, method, path string, body, reply any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, content)
	if err != nil {
		return err
	}
	req.Header.Set(c.header, c.secret)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	var e struct {
		Status bool            `json:"status"`
		Error  string          `json:"error"`
		Data   json.RawMessage `json:"data"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&e); err != nil {
		return fmt.Errorf("%s %s: answer %d: %w", method, path, answer.StatusCode, err)
	}
	if !e.Status {
		return fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, e.Error)
	}
	if reply == nil || len(e.Data) == 0 {
		return nil
	}
	return json.Unmarshal(e.Data, reply)
}
