package httpapi

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wapost/internal/event"
)

// sse is one server-sent event.
type sse struct{ id, name, data, retry string }

// listen opens the stream over a real connection; next reads one event.
func (l *live) listen(query, lastID string) (next func() sse, end func()) {
	l.Helper()
	server := httptest.NewServer(l.handler)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	req, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/events/stream"+query, nil)
	if err != nil {
		l.Fatal(err)
	}
	req.Header.Set("Authorization", l.key)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := server.Client().Do(req)
	if err != nil {
		l.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		l.Fatalf("%s %v", res.Status, res.Header)
	}
	end = func() { cancel(); _ = res.Body.Close(); server.Close() }
	l.Cleanup(end)
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return func() (e sse) {
		l.Helper()
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "retry":
				e.retry = value
			case "":
				return e
			}
		}
		l.Fatalf("the stream ended: %v", lines.Err())
		return e
	}, end
}

func TestStreamShowsWhatHappensFromNowOn(t *testing.T) {
	l := newLive(t)
	l.say("1@lid", "before")
	next, _ := l.listen("?types=message.*", "")
	if e := next(); e.retry != "3000" {
		t.Errorf("first comes %+v, want retry", e)
	}
	l.record(event.ConnectionConnected, nil)
	id := l.say("1@lid", "two\nlines")
	e := next()
	if e.id != id || e.name != "message.received" || !strings.HasPrefix(e.data, `{"id":"`+id) || !strings.HasSuffix(e.data, "}}") {
		t.Errorf("got %+v", e)
	}
}

func TestStreamResumesWithoutLossOrRepeat(t *testing.T) {
	l := newLive(t)
	var ids []string
	for range 250 {
		ids = append(ids, l.say("1@lid", "hi"))
	}
	for name, open := range map[string]func() (func() sse, func()){
		"Last-Event-ID":               func() (func() sse, func()) { return l.listen("", ids[9]) },
		"after":                       func() (func() sse, func()) { return l.listen("?after="+ids[9], "") },
		"Last-Event-ID against after": func() (func() sse, func()) { return l.listen("?after="+ids[200], ids[9]) },
	} {
		next, end := open()
		next() // retry
		var got []string
		for range 240 {
			got = append(got, next().id)
		}
		same(t, name, got, ids[10:])
		end()
	}
}

func TestStreamTellsOfAGap(t *testing.T) {
	l := newLive(t)
	lost, kept := l.say("1@lid", "lost"), ""
	cursor := nextOf(l.call(l.key, "GET", "/events?limit=1", nil))
	for range 3 {
		kept = l.say("1@lid", "kept")
	}
	l.exec(`DELETE FROM events WHERE id <> $1`, kept)
	next, _ := l.listen("?after="+cursor, "")
	next() // retry
	if e := next(); e.name != "gap" || e.data != `{"oldest":"`+kept+`"}` || e.id != "" {
		t.Errorf("got %+v after %s was lost", e, lost)
	}
	if e := next(); e.id != kept {
		t.Errorf("then comes %+v, want %s", e, kept)
	}
	l.call(l.key, "GET", "/events/stream?after=x", nil).wants(http.StatusBadRequest, "after is not a cursor or an event id")
}

func TestEventStreamEndsWithTheProcess(t *testing.T) {
	l := newLive(t)
	next, _ := l.listen("", "")
	next()
	l.api.Stopping()
	l.until("no reader is left", func() bool {
		r, err := l.api.Feed.Join(l.account)
		if err == nil {
			r.Leave()
		}
		return err == nil
	})
}

// A reader that takes nothing is cut off when the connection can hold no more, and its place in the feed becomes free.
func TestReaderThatTakesNothingIsCutOff(t *testing.T) {
	stuck := &stuckWriter{header: http.Header{}}
	s := openStream(stuck)
	if err := s.events([]*event.Recorded{{ID: "evt_1", Type: event.MessageReceived, Body: []byte("{}")}}, nil); err == nil {
		t.Error("a write past its deadline is no error")
	}
	if limit := time.Until(stuck.deadline); limit <= 0 || limit > streamWrite {
		t.Errorf("a write may take %v", limit)
	}
}

// stuckWriter is a connection whose other side does not read.
type stuckWriter struct {
	header   http.Header
	deadline time.Time
}

func (w *stuckWriter) Header() http.Header                { return w.header }
func (w *stuckWriter) WriteHeader(int)                    {}
func (w *stuckWriter) Write([]byte) (int, error)          { return 0, context.DeadlineExceeded }
func (w *stuckWriter) SetWriteDeadline(t time.Time) error { w.deadline = t; return nil }
func (w *stuckWriter) Flush()                             {}
