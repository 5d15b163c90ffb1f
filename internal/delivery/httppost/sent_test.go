package httppost_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/delivery"
	"wapost/internal/egress"
)

func TestWhatWasSentIsKeptOfAttemptsWithARow(t *testing.T) {
	for _, way := range []struct {
		name   string
		body   int
		status int
		replay bool
		kept   bool
	}{
		{"a failure", 2, 500, false, true}, {"a failure with a large body", 40 << 10, 500, false, true},
		{"a replay that succeeds", 2, 204, true, true}, {"a success", 2, 204, false, false},
	} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(way.status) })
		r := fresh(srv.URL)
		r.Webhook.Headers, r.Body, r.Replay = map[string]string{"X-Tenant": "harbour crew", "Authorization": "Bearer abc"}, bytes.Repeat([]byte("x"), way.body), way.replay
		var want *delivery.Sent
		if way.kept {
			want = &delivery.Sent{Agent: "wapost/test", NextRetry: 5, Custom: []string{"Authorization", "X-Tenant"}}
		}
		if diff := cmp.Diff(want, sender(t, egress.TransportOptions{}).Attempt(t.Context(), r).Sent); diff != "" {
			t.Errorf("%s: %s", way.name, diff)
		}
	}
}

func TestNothingWasSentWhereNobodyListens(t *testing.T) {
	for _, body := range []int{2, 40 << 10} {
		l := listen(t, "127.0.0.1:0")
		_ = l.Close()
		r := fresh("http://" + l.Addr().String())
		r.Body = bytes.Repeat([]byte("x"), body)
		if o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), r); o.Class != delivery.ClassConnect || o.Sent != nil {
			t.Errorf("%d bytes: outcome %+v, sent %+v", body, o, o.Sent)
		}
	}
}

// The first request of an attempt was sent although the second one found nobody.
func TestARequestThatWasLostWasSent(t *testing.T) {
	for _, body := range []int{2, 40 << 10} {
		l := listen(t, "127.0.0.1:0")
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			c, err := l.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			_ = l.Close() // nobody else is let in
			in := bufio.NewReader(c)
			for range 2 {
				q, err := http.ReadRequest(in)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, q.Body)
				if q.Header.Get("webhook-attempt") == "1" {
					_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
				}
			}
			_ = c.(*net.TCPConn).Close()
		}()
		s, r := sender(t, egress.TransportOptions{}), fresh("http://"+l.Addr().String())
		r.Body = bytes.Repeat([]byte("x"), body)
		if o := s.Attempt(t.Context(), r); o.Class != "" {
			t.Fatalf("first: %+v", o)
		}
		r.Attempt = 2
		if o := s.Attempt(t.Context(), r); o.Class != delivery.ClassConnect || o.Sent == nil {
			t.Errorf("%d bytes: outcome %+v, sent %+v", body, o, o.Sent)
		}
		<-ended
	}
}
