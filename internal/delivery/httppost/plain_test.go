package httppost_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"wapost/internal/delivery"
	"wapost/internal/egress"
)

// talk answers each request on each connection with the next of answers, in the pieces given, and closes the connection
// where the answer says so or has no length.
func talk(t *testing.T, last bool, pieces ...string) (url string, connections *atomic.Int64) {
	t.Helper()
	l := listen(t, "127.0.0.1:0")
	connections = new(atomic.Int64)
	answer(t, l, func(c net.Conn) {
		connections.Add(1)
		in := bufio.NewReader(c)
		for {
			q, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, q.Body)
			for _, piece := range pieces {
				_, _ = io.WriteString(c, piece)
			}
			if last {
				return
			}
		}
	})
	return "http://" + l.Addr().String(), connections
}

func TestSuccessesOfAllForms(t *testing.T) {
	for name, c := range map[string]struct {
		pieces []string
		last   bool // the connection ends with the answer
		status int
		unfit  bool // the connection must not be used again
	}{
		"a length":                {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}, false, 200, false},
		"no body":                 {[]string{"HTTP/1.1 204 No Content\r\n\r\n"}, false, 204, false},
		"no reason":               {[]string{"HTTP/1.1 202\r\ncontent-length:0\r\n\r\n"}, false, 202, false},
		"kept alive":              {[]string{"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n"}, false, 200, false},
		"in pieces":               {[]string{"HTTP/1.1 20", "1 Created\r\nContent-", "Length: 4\r\n", "\r\nbo", "dy"}, false, 201, false},
		"chunks":                  {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"}, false, 200, false},
		"interim answers":         {[]string{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, false, 200, false},
		"bare line feeds":         {[]string{"HTTP/1.1 200 OK\nContent-Length: 0\n\n"}, false, 200, false},
		"closing":                 {[]string{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"}, true, 200, false},
		"until the end":           {[]string{"HTTP/1.1 200 OK\r\n\r\nwords"}, true, 200, false},
		"HTTP/1.0":                {[]string{"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"}, true, 200, false},
		"more than was announced": {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and more"}, false, 200, true},
	} {
		url, connections := talk(t, c.last, c.pieces...)
		s := sender(t, egress.TransportOptions{})
		r := request(url)
		for i := range 3 {
			if o := s.Attempt(t.Context(), r); o.Class != "" || o.Status != c.status {
				t.Errorf("%s, attempt %d: %+v", name, i+1, o)
			}
		}
		want := int64(1)
		if c.last || c.unfit {
			want = 3
		}
		if connections.Load() != want {
			t.Errorf("%s: 3 attempts took %d connections, want %d", name, connections.Load(), want)
		}
	}
}

func TestWhatIsSaidUnaskedIsNoAnswer(t *testing.T) {
	l := listen(t, "127.0.0.1:0")
	said, written := make(chan struct{}), make(chan struct{})
	var connections atomic.Int64
	answer(t, l, func(c net.Conn) {
		connections.Add(1)
		readHead(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		<-said // the answer has been read
		_, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
		written <- struct{}{}
		readHead(c)
	})
	s, r := sender(t, egress.TransportOptions{}), request("http://"+l.Addr().String())
	for i := range 3 {
		if o := s.Attempt(t.Context(), r); o.Class != "" {
			t.Errorf("attempt %d: %+v", i+1, o)
		}
		said <- struct{}{}
		<-written
	}
	if connections.Load() != 3 {
		t.Errorf("%d connections, want a new one each time", connections.Load())
	}
}

func TestTooManyInterimAnswers(t *testing.T) {
	url, _ := talk(t, true, strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 20))
	if o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), request(url)); o.Class != delivery.ClassProtocol {
		t.Errorf("outcome %+v", o)
	}
}

func TestLargeBodiesGoToPlainEndpointsToo(t *testing.T) {
	var got atomic.Int64
	srv := serve(t, func(_ http.ResponseWriter, q *http.Request) {
		n, _ := io.Copy(io.Discard, q.Body)
		got.Store(n)
	})
	r := request(srv.URL)
	r.Body = bytes.Repeat([]byte("x"), 512<<10)
	if o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), r); o.Class != "" || got.Load() != 512<<10 {
		t.Errorf("%d bytes arrived, outcome %+v", got.Load(), o)
	}
}

func TestAnEndpointThatAnswersNothingAfterReuseIsAskedOnce(t *testing.T) {
	l := listen(t, "127.0.0.1:0")
	var requests atomic.Int64
	answer(t, l, func(c net.Conn) { // answers the first request of the first connection, then hangs up on every one
		in := bufio.NewReader(c)
		for {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			if requests.Add(1) > 1 {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
		}
	})
	s, r := sender(t, egress.TransportOptions{}), request("http://"+l.Addr().String())
	r.Body = nil // so that a request is its head
	if o := s.Attempt(t.Context(), r); o.Class != "" {
		t.Fatalf("first: %+v", o)
	}
	if o := s.Attempt(t.Context(), r); o.Class != delivery.ClassReset || requests.Load() != 3 {
		t.Errorf("second: %+v after %d requests, want it sent once more on a new connection, and no more", o, requests.Load())
	}
}
