package httppost_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/egress"
)

// asker makes an attempt over one of the ways there are.
type asker struct {
	name   string
	listen func(t *testing.T) net.Listener
	ask    func(t *testing.T, address string, timeout time.Duration) delivery.Outcome
}

func askers(t *testing.T) []asker {
	t.Helper()
	known := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(known.Close)
	pool := x509.NewCertPool()
	pool.AddCert(known.Certificate())
	plain := func(t *testing.T) net.Listener { t.Helper(); return listen(t, "127.0.0.1:0") }
	ask := func(scheme string, body int) func(*testing.T, string, time.Duration) delivery.Outcome {
		return func(t *testing.T, address string, timeout time.Duration) delivery.Outcome {
			t.Helper()
			r := fresh(scheme + "://" + address)
			r.Webhook.Timeout, r.Body = timeout, bytes.Repeat([]byte("x"), body)
			return sender(t, egress.TransportOptions{RootCAs: pool}).Attempt(t.Context(), r)
		}
	}
	return []asker{
		{"plain", plain, ask("http", 2)},
		{"a large body", plain, ask("http", 40<<10)},
		{"TLS", func(t *testing.T) net.Listener {
			t.Helper()
			return tls.NewListener(plain(t), &tls.Config{Certificates: known.TLS.Certificates})
		}, ask("https", 2)},
	}
}

// socketOf returns what lies below TLS.
func socketOf(c net.Conn) *net.TCPConn {
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	return c.(*net.TCPConn)
}

// cuts are answers that stop in the middle, each by what it stops in.
func cuts() map[string]string {
	return map[string]string{
		"the name of the protocol": "HTT", "its version": "HTTP/1.", "the status": "HTTP/1.1 20", "the phrase": "HTTP/1.1 200 O",
		"the name of a header": "HTTP/1.1 200 OK\r\nContent-Le", "its value": "HTTP/1.1 200 OK\r\nContent-Length: 1",
		"a later header": "HTTP/1.1 500 No\r\nX-A: b\r\nX", "the end of the headers": "HTTP/1.1 500 No\r\nX-A: b\r\n\r",
	}
}

// readRequest takes the whole request, so that closing the connection does not reset it.
func readRequest(c net.Conn) error {
	var got []byte
	for buf := make([]byte, 64<<10); ; {
		n, err := c.Read(buf)
		got = append(got, buf[:n]...)
		if head, body, ok := bytes.Cut(got, []byte("\r\n\r\n")); ok {
			whole := "\r\nContent-Length: 40960\r\n"
			if len(body) == 2 || len(body) == 40<<10 && bytes.Contains(head, []byte(strings.TrimSpace(whole))) {
				return nil
			}
		}
		if err != nil {
			return fmt.Errorf("the request broke off: %w", err)
		}
	}
}

// drip asks for an answer that stops in the middle. On a busy machine the time may be over before the answer has begun: then it
// asks once more, with more time.
func (way *asker) drip(t *testing.T, text string) delivery.Outcome {
	t.Helper()
	for timeout := 100 * time.Millisecond; ; timeout *= 2 {
		var began atomic.Bool
		l, done := way.listen(t), make(chan struct{})
		answer(t, l, func(c net.Conn) {
			if readRequest(c) != nil {
				return
			}
			_, _ = io.WriteString(c, text)
			began.Store(true)
			<-done
		})
		o := way.ask(t, l.Addr().String(), timeout)
		close(done)
		if began.Load() || timeout > patience/2 {
			return o
		}
	}
}

func TestAnswersThatDripAreLateAndNotMalformed(t *testing.T) {
	for _, way := range askers(t) {
		for in, text := range cuts() {
			if o := way.drip(t, text); o.Class != delivery.ClassTimeout || !strings.HasPrefix(o.Err, "No answer within") {
				t.Errorf("%s, stopped in %s: %s %q, want a timeout", way.name, in, o.Class, o.Err)
			}
		}
	}
}

func TestAnswersThatAreCutOffAreResets(t *testing.T) {
	for _, way := range askers(t) {
		for in, text := range cuts() {
			for kind, end := range map[string]func(*net.TCPConn){"closed": func(*net.TCPConn) {}, "reset": func(c *net.TCPConn) { _ = c.SetLinger(0) }} {
				l := way.listen(t)
				answer(t, l, func(c net.Conn) {
					if err := readRequest(c); err != nil {
						t.Error(err)
					}
					_, _ = io.WriteString(c, text)
					end(socketOf(c))
					_ = socketOf(c).Close() // without a word of TLS, as when a process dies
				})
				if o := way.ask(t, l.Addr().String(), patience); o.Class != delivery.ClassReset {
					t.Errorf("%s, %s in %s: %s %q, want a reset", way.name, kind, in, o.Class, o.Err)
				}
			}
		}
	}
}

func TestWhatIsNotHTTPIsMalformedHoweverItEnds(t *testing.T) {
	for _, way := range askers(t) {
		for _, text := range []string{"220 mail.example ESMTP\r\n", "\x15\x03\x01\x00\x02\x02\x16", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno header\r\n\r\n"} {
			l := way.listen(t)
			answer(t, l, func(c net.Conn) {
				if err := readRequest(c); err != nil {
					t.Error(err)
				}
				_, _ = io.WriteString(c, text)
				_ = socketOf(c).Close()
			})
			if o := way.ask(t, l.Addr().String(), patience); o.Class != delivery.ClassProtocol {
				t.Errorf("%s, %q: %s %q, want what is not HTTP", way.name, text, o.Class, o.Err)
			}
		}
	}
}
