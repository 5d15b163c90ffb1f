package simclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client talks to one simulator. It is safe for concurrent use.
type Client struct {
	// HTTP makes the requests; nil = http.DefaultClient. It needs no timeout: the contexts bound the calls.
	HTTP *http.Client
	base string
}

// New makes a client for the simulator at a URL such as "http://127.0.0.1:7090".
func New(baseURL string) *Client { return &Client{base: strings.TrimSuffix(baseURL, "/")} }

// Error is a failure that the simulator tells.
type Error struct {
	Status  int
	Code    string // stable, such as "unknown_person"
	Message string // for people
}

// Error returns the sentence and the code.
func (e *Error) Error() string { return fmt.Sprintf("%s (%s)", e.Message, e.Code) }

// CodeOf returns the code of the Error in err's chain, "" when there is none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// path joins escaped segments.
func path(segments ...string) string {
	var b strings.Builder
	for _, segment := range segments {
		b.WriteString("/" + url.PathEscape(segment))
	}
	return b.String()
}

// call makes a request; a nil body sends none, and a nil reply is not read. It returns the status.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, reply any) (int, error) {
	raw, status, err := c.raw(ctx, method, path, query, body)
	if err != nil || reply == nil {
		return status, err
	}
	if err := json.Unmarshal(raw, reply); err != nil {
		return status, fmt.Errorf("read the reply to %s %s: %w", method, path, err)
	}
	return status, nil
}

func (c *Client) raw(ctx context.Context, method, path string, query url.Values, body any) ([]byte, int, error) {
	var sent io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, 0, fmt.Errorf("encode the body of %s %s: %w", method, path, err)
		}
		sent = bytes.NewReader(encoded)
	}
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return nil, 0, fmt.Errorf("ask the simulator: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.do(req)
}

func (c *Client) do(req *http.Request) ([]byte, int, error) {
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("ask the simulator: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // it was read to its end
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, res.StatusCode, fmt.Errorf("read the simulator's answer: %w", err)
	}
	if res.StatusCode >= 300 {
		return nil, res.StatusCode, failure(res.StatusCode, raw)
	}
	return raw, res.StatusCode, nil
}

func failure(status int, raw []byte) error {
	var body struct {
		Error struct {
			Code, Message string
		}
	}
	if json.Unmarshal(raw, &body) != nil || body.Error.Code == "" {
		return fmt.Errorf("%d %s: the answer is not one of the simulator", status, http.StatusText(status))
	}
	return &Error{Status: status, Code: body.Error.Code, Message: body.Error.Message}
}

// set adds a query parameter unless it is empty.
func set(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
