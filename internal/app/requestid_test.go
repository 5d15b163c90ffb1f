package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// locked is a buffer that several goroutines write to.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestLogTellsWhichRequestMadeAWebhook(t *testing.T) {
	out := &locked{}
	g := &gateway{t: t, w: newWorld(t), dir: t.TempDir(), log: slog.New(slog.NewTextHandler(io.Writer(out), nil))}
	g.start()
	c := newCustomer(t, g.admin())
	req, err := http.NewRequestWithContext(context.Background(), "POST", g.url+"/webhooks", strings.NewReader(`{"url":"https://example.com/hook"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{c.header: {c.key}, "Content-Type": {"application/json"}, "X-Request-Id": {"my-trace-1"}}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	g.stop()
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "webhook created") && strings.Contains(line, "request_id=my-trace-1") {
			return
		}
	}
	t.Errorf("status %d; the log:\n%s", answer.StatusCode, out)
}
