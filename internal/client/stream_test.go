package client_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/client"
)

// streaming plays GET /events and GET /events/stream: each connection gets one script.
type streaming struct {
	mu      sync.Mutex
	scripts []func(http.ResponseWriter, *http.Request)
	resumed []string // Last-Event-ID of each connection
}

func (s *streaming) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/base/events" {
		_, _ = io.WriteString(w, `{"status":true,"code":200,"message":"m","data":[{"id":"evt_0"}],"page":{"next":"cur","limit":1}}`)
		return
	}
	s.mu.Lock()
	n := len(s.resumed)
	s.resumed = append(s.resumed, r.Header.Get("Last-Event-ID"))
	s.mu.Unlock()
	if n >= len(s.scripts) {
		<-r.Context().Done()
		return
	}
	s.scripts[n](w, r)
}

func say(text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, text)
	}
}

func refuse(status int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"status":false,"code":%d,"message":"m","error":"no %d"}`, status, status)
	}
}

func event(n int) string {
	return fmt.Sprintf("id: evt_%d\nevent: message.received\ndata: {\"n\":%d}\n\n", n, n)
}

var errEnough = errors.New("enough")

// follow takes messages until the last is id.
func follow(t *testing.T, s *streaming, f client.Follow, last string) (got []string, breaks int, err error) {
	t.Helper()
	f.Wait = time.Millisecond
	f.Lost = func(error, time.Duration) { breaks++ }
	err = gateway(t, s.ServeHTTP).Stream(t.Context(), f, func(m client.Message) error {
		got = append(got, m.ID+"="+m.Name+string(m.Data))
		if m.ID == last {
			return errEnough
		}
		return nil
	})
	return got, breaks, err
}

func TestStreamGoesOnAfterBreaksWithoutLossOrRepeat(t *testing.T) {
	s := &streaming{scripts: []func(http.ResponseWriter, *http.Request){
		say("retry: 3000\n\n: still here\n\n" + event(1) + event(2) + "id: evt_3\nevent: message.received\nda"), // cut in the middle
		refuse(503),
		say(event(2) + event(3)),
		say("event: gap\ndata: {\"oldest\":\"evt_4\"}\n\n" + event(4)),
	}}
	got, breaks, err := follow(t, s, client.Follow{}, "evt_4")
	want := `evt_1=message.received{"n":1} evt_2=message.received{"n":2} evt_3=message.received{"n":3} =gap{"oldest":"evt_4"} evt_4=message.received{"n":4}`
	if strings.Join(got, " ") != want || !errors.Is(err, errEnough) || breaks != 3 {
		t.Errorf("got %v\nwant %s\n%d breaks, %v", got, want, breaks, err)
	}
	if fmt.Sprint(s.resumed) != "[evt_0 evt_2 evt_2 evt_3]" {
		t.Errorf("resumed after %v", s.resumed)
	}
}

func TestStreamBeginsWhereItIsTold(t *testing.T) {
	s := &streaming{scripts: []func(http.ResponseWriter, *http.Request){func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("types") != "message.*" || q.Get("after") != "evt_7" {
			t.Errorf("query %v", q)
		}
		say(event(8))(w, r)
	}}}
	_, _, err := follow(t, s, client.Follow{After: "evt_7", Query: url.Values{"types": {"message.*"}}}, "evt_8")
	if !errors.Is(err, errEnough) || s.resumed[0] != "evt_7" {
		t.Errorf("%v, resumed %v", err, s.resumed)
	}
}

func TestStreamEndsWhenTheGatewayRefusesForGood(t *testing.T) {
	for _, status := range []int{400, 401, 404} {
		s := &streaming{scripts: []func(http.ResponseWriter, *http.Request){refuse(status)}}
		_, breaks, err := follow(t, s, client.Follow{}, "")
		var e *client.Error
		if !errors.As(err, &e) || e.Status != status || breaks != 0 {
			t.Errorf("%d: %v after %d breaks", status, err, breaks)
		}
	}
}

func TestLargeMessagesArriveWhole(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	s := &streaming{scripts: []func(http.ResponseWriter, *http.Request){say("id: evt_1\r\nevent: a\r\ndata: " + long + "\r\ndata: second\r\n\r\n")}}
	got, _, _ := follow(t, s, client.Follow{}, "evt_1")
	if len(got) != 1 || got[0] != "evt_1=a"+long+"\nsecond" {
		t.Errorf("%d messages", len(got))
	}
}
