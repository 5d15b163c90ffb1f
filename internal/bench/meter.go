package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// places are the addresses of loopback that webhooks are spread over, so that they do not share their connections.
const places = 250

// meter is a receiver on many addresses that takes the time from the begin of each event until its arrival. The begin is told
// by the event, as the sender's push name.
type meter struct {
	port    string
	server  *http.Server
	bad     map[int]http.HandlerFunc // webhooks that misbehave; what they get does not count
	buffers sync.Pool

	count, target atomic.Int64
	others        atomic.Int64 // requests that do not count
	done          chan struct{}

	mu    sync.Mutex
	since time.Time // events that began earlier are not timed; zero = none is
	lags  []time.Duration
}

func newMeter(bad map[int]http.HandlerFunc) (*meter, error) {
	m := &meter{bad: bad, done: make(chan struct{}, 1)}
	m.buffers.New = func() any { return new(bytes.Buffer) }
	m.server = &http.Server{Handler: m} //nolint:gosec // loopback only, for the time of a benchmark
	m.port = "0"
	for i := range places {
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.1.%d:%s", i+1, m.port))
		if err != nil {
			return nil, errors.Join(err, m.server.Close())
		}
		if _, m.port, err = net.SplitHostPort(ln.Addr().String()); err != nil {
			return nil, err
		}
		go func() {
			if err := m.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				fmt.Println("receiver:", err)
			}
		}()
	}
	return m, nil
}

func (m *meter) close() error { return m.server.Close() }

// url is where a webhook is.
func (m *meter) url(hook int) string {
	return fmt.Sprintf("http://127.0.1.%d:%s/%d", hook%places+1, m.port, hook)
}

func (m *meter) urls(hooks int) []string {
	list := make([]string, hooks)
	for i := range list {
		list[i] = m.url(i)
	}
	return list
}

// ServeHTTP implements http.Handler.
func (m *meter) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body := m.buffers.Get().(*bytes.Buffer)
	defer m.buffers.Put(body)
	body.Reset()
	_, _ = io.Copy(body, q.Body) // what is cut off does not count
	if len(m.bad) > 0 {
		hook, _ := strconv.Atoi(strings.TrimPrefix(q.URL.Path, "/")) // our own URL
		if misbehave := m.bad[hook]; misbehave != nil {
			m.others.Add(1)
			misbehave(w, q)
			return
		}
	}
	m.note(body.Bytes(), time.Now())
}

var pushName = []byte(`"push_name":"`)

func (m *meter) note(body []byte, now time.Time) {
	if i := bytes.Index(body, pushName); i >= 0 {
		digits := body[i+len(pushName):]
		digits = digits[:max(0, bytes.IndexByte(digits, '"'))]
		if begun, err := strconv.ParseInt(string(digits), 10, 64); err == nil {
			m.time(time.Unix(0, begun), now)
		}
	}
	if m.count.Add(1) == m.target.Load() {
		m.tell()
	}
}

func (m *meter) time(begun, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.since.IsZero() && !begun.Before(m.since) {
		m.lags = append(m.lags, now.Sub(begun))
	}
}

func (m *meter) tell() {
	select {
	case m.done <- struct{}{}:
	default:
	}
}

// expect starts a count.
func (m *meter) expect(n int) {
	m.count.Store(0)
	m.target.Store(int64(n))
}

// wait returns when as many requests have come as were expected.
func (m *meter) wait(ctx context.Context) error {
	for m.count.Load() < m.target.Load() {
		select {
		case <-m.done: // perhaps told of an earlier count
		case <-ctx.Done():
			return fmt.Errorf("%d of %d requests came: %w", m.count.Load(), m.target.Load(), ctx.Err())
		}
	}
	return nil
}

// settle expects n requests since the count began, and waits for them.
func (m *meter) settle(ctx context.Context, n int) error {
	m.target.Store(int64(n))
	return m.wait(ctx)
}

// measure times the events that begin from now on.
func (m *meter) measure(from time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.since, m.lags = from, nil
}

// taken returns the times that were taken, and takes no more.
func (m *meter) taken() []time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	lags := m.lags
	m.since, m.lags = time.Time{}, nil
	return lags
}
