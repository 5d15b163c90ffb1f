package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// decode reads a webhook request.
func decode(q *http.Request) (delivery, error) {
	var e struct {
		ID   string
		Type string
		Data struct {
			MessageID string `json:"message_id"`
			Text      string
			Chat      struct{ JID string }
			Sender    struct{ JID string }
			To        string
			Reason    string
		}
	}
	if err := json.NewDecoder(q.Body).Decode(&e); err != nil {
		return delivery{}, err
	}
	if e.ID != q.Header.Get("webhook-id") {
		return delivery{}, fmt.Errorf("webhook-id %q, body %q", q.Header.Get("webhook-id"), e.ID)
	}
	return delivery{eventID: e.ID, Type: e.Type, MsgID: e.Data.MessageID, Chat: e.Data.Chat.JID, Sender: e.Data.Sender.JID,
		Text: e.Data.Text, State: e.Data.To, Reason: e.Data.Reason}, nil
}

// customer calls the gateway's API.
type customer struct {
	t           testing.TB
	url         string
	header, key string
}

// call makes a request and decodes data of the answer; it returns the HTTP status, 0 when nobody answers.
func (c customer) call(method, path string, body, reply any) int {
	c.t.Helper()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		content = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.url+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set(c.header, c.key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0
	}
	var e struct {
		Data  json.RawMessage
		Error string
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		c.t.Errorf("%s %s: %d %q", method, path, answer.StatusCode, raw)
		return answer.StatusCode
	}
	if reply != nil && len(e.Data) > 0 {
		if err := json.Unmarshal(e.Data, reply); err != nil {
			c.t.Errorf("%s %s: %v in %s", method, path, err, e.Data)
		}
	}
	if e.Error != "" {
		c.t.Logf("%s %s: %d %s", method, path, answer.StatusCode, e.Error)
	}
	return answer.StatusCode
}

// must is call that fails the test unless the answer is a success.
func (c customer) must(method, path string, body, reply any) {
	c.t.Helper()
	if status := c.call(method, path, body, reply); status < 200 || status > 299 {
		c.t.Fatalf("%s %s: status %d", method, path, status)
	}
}
