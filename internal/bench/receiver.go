package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
)

// receiver counts requests and answers 200. Both sides of every comparison send to the same one.
type receiver struct {
	url    string
	count  atomic.Int64
	target atomic.Int64
	done   chan struct{}
	server *http.Server
}

func newReceiver() (*receiver, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + ln.Addr().String(), done: make(chan struct{}, 1)}
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve)} //nolint:gosec // loopback only, for the time of a benchmark
	go func() {
		if err := r.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			fmt.Println("receiver:", err)
		}
	}()
	return r, nil
}

func (r *receiver) serve(_ http.ResponseWriter, q *http.Request) {
	_, _ = io.Copy(io.Discard, q.Body)
	if r.count.Add(1) == r.target.Load() {
		r.done <- struct{}{}
	}
}

// expect starts a count.
func (r *receiver) expect(n int) {
	r.count.Store(0)
	r.target.Store(int64(n))
}

// wait returns when as many requests have come as were expected.
func (r *receiver) wait(ctx context.Context) error {
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%d of %d requests came: %w", r.count.Load(), r.target.Load(), ctx.Err())
	}
}
