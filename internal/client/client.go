package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client calls one gateway with one credential. It may be used by many goroutines.
type Client struct {
	base string
	key  string
	http *http.Client
}

var errBase = errors.New("give the gateway's address as http://host:port or https://host")

// New makes a client. base is the gateway's address, with its base path if it has one; key is an API key or a device token.
func New(base, key string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("%q: %w", base, errBase)
	}
	return &Client{base: strings.TrimRight(base, "/"), key: key, http: &http.Client{CheckRedirect: never}}, nil
}

// never follows a redirect: the credential is for this gateway alone.
func never(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Answer is a success.
type Answer struct {
	Status  int
	Message string
	Data    json.RawMessage
	Next    string // cursor of the next page; "" = the last
}

// Error is an answer that is no success.
type Error struct {
	Status     int
	Sentence   string // what the gateway said
	RequestID  string
	RetryAfter time.Duration // 0 = not told
}

// Error returns what the gateway said.
func (e *Error) Error() string { return e.Sentence }

// Unreachable is a gateway that does not answer.
type Unreachable struct {
	Base string
	Err  error
}

// Error says who does not answer, and why.
func (e *Unreachable) Error() string {
	return fmt.Sprintf("no gateway answers at %s: %v", e.Base, e.Err)
}

// Unwrap returns the cause.
func (e *Unreachable) Unwrap() error { return e.Err }

const requestLimit = time.Minute

// Do sends a request with a JSON body (nil = none) and reads data of the answer into reply (nil = not wanted).
// Errors: *Error, *Unreachable.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, reply any) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	req, err := c.request(ctx, method, path, query, body)
	if err != nil {
		return Answer{}, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{}, c.unreachable(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	a, err := read(res)
	if err != nil || reply == nil || len(a.Data) == 0 {
		return a, err
	}
	if err := json.Unmarshal(a.Data, reply); err != nil {
		return a, fmt.Errorf("%s %s: understand the answer: %w", method, path, err)
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(b)
	}
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, content)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", c.key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// unreachable keeps the end of our own context apart from a gateway that is down.
func (c *Client) unreachable(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // its text repeats the URL
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &Unreachable{Base: c.base, Err: err}
}

const maxAnswer = 64 << 20

// read reads the envelope of an answer.
func read(res *http.Response) (Answer, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer: %w", err)
	}
	var e struct {
		Status  bool            `json:"status"`
		Message string          `json:"message"`
		Error   string          `json:"error"`
		Data    json.RawMessage `json:"data"`
		Page    struct {
			Next *string `json:"next"`
		} `json:"page"`
	}
	if err := json.Unmarshal(body, &e); err != nil || !e.Status && e.Error == "" {
		return Answer{}, &Error{Status: res.StatusCode, RequestID: res.Header.Get("X-Request-ID"),
			Sentence: fmt.Sprintf("the answer (%d) is not that of a wapost gateway", res.StatusCode)}
	}
	if !e.Status {
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After")) // a date is not sent
		return Answer{}, &Error{Status: res.StatusCode, Sentence: e.Error, RequestID: res.Header.Get("X-Request-ID"), RetryAfter: time.Duration(seconds) * time.Second}
	}
	a := Answer{Status: res.StatusCode, Message: e.Message, Data: e.Data}
	if e.Page.Next != nil {
		a.Next = *e.Page.Next
	}
	return a, nil
}
