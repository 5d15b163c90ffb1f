package httppost_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

const patience = 10 * time.Second // far above what a right answer takes

func sender(t testing.TB, o egress.TransportOptions) *httppost.Sender {
	t.Helper()
	g := egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}})
	s := httppost.New(g.Door(o), "test")
	t.Cleanup(s.CloseIdleConnections)
	return s
}

func request(url string) delivery.Request {
	return delivery.Request{
		Webhook: &webhook.Webhook{ID: 7, URL: url, Timeout: patience, Secrets: []webhook.Secret{{Text: "string"}}},
		Event:   &event.Recorded{ID: "evt_1", Type: event.MessageReceived, DeviceID: "dev-1"},
		Body:    []byte(`{"id":"evt_1"}`), Attempt: 1, NextRetry: 5 * time.Second,
	}
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// serveUntilTheEnd is serve for handlers that wait: done is closed when the test ends, before the server is.
func serveUntilTheEnd(t testing.TB, h func(w http.ResponseWriter, done <-chan struct{})) *httptest.Server {
	t.Helper()
	done := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { h(w, done) })
	t.Cleanup(func() { close(done) })
	return srv
}

func TestTheReceiverGetsTheSignedBytes(t *testing.T) {
	var got *http.Request
	var body []byte
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	})
	r := request(srv.URL + "/hook?a=b")
	r.Webhook.Headers = map[string]string{"Authorization": "Bearer abc", "X-Tenant": "harbour crew"}
	if o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), r); o.Class != "" || o.Status != 200 || o.Err != "" || o.Duration <= 0 || o.At.IsZero() {
		t.Fatalf("outcome %+v", o)
	}
	if string(body) != string(r.Body) || got.Method != http.MethodPost || got.URL.RequestURI() != "/hook?a=b" || got.ContentLength != int64(len(body)) {
		t.Errorf("%s %s with %d bytes %q", got.Method, got.URL, got.ContentLength, body)
	}
	mac := hmac.New(sha256.New, []byte("string"))
	mac.Write([]byte("evt_1." + got.Header.Get("webhook-timestamp") + "." + string(body)))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); got.Header.Get("webhook-signature") != want {
		t.Errorf("webhook-signature %q, want %q", got.Header.Get("webhook-signature"), want)
	}
	mac.Reset()
	mac.Write(body)
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); got.Header.Get("X-Hub-Signature-256") != want || got.Header.Get("X-Webhook-Signature") != want {
		t.Errorf("the sha256= headers are %q and %q", got.Header.Get("X-Hub-Signature-256"), got.Header.Get("X-Webhook-Signature"))
	}
	if sent, err := strconv.ParseInt(got.Header.Get("webhook-timestamp"), 10, 64); err != nil || time.Since(time.Unix(sent, 0)) > patience {
		t.Errorf("webhook-timestamp %q", got.Header.Get("webhook-timestamp"))
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "User-Agent": "wapost/test", "webhook-id": "evt_1",
		"X-Webhook-Event": "message.received", "webhook-attempt": "1", "webhook-next-retry": "5", "webhook-replay": "", "X-Webhook-Endpoint": "7",
		"X-Webhook-Device": "dev-1", "Authorization": "Bearer abc", "X-Tenant": "harbour crew", "Accept-Encoding": "", "Idempotency-Key": "", "Cookie": ""} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
}

func TestHeaderNamesGoOutAsTheContractSpellsThem(t *testing.T) {
	l := listen(t, "127.0.0.1:0")
	head := make(chan string, 1)
	answer(t, l, func(c net.Conn) {
		buf := make([]byte, 8<<10)
		n, _ := c.Read(buf)
		head <- string(buf[:n])
		_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	if o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), request("http://"+l.Addr().String())); o.Class != "" {
		t.Fatalf("outcome %+v", o)
	}
	sent := <-head
	for _, line := range []string{"POST / HTTP/1.1\r\n", "\r\nwebhook-id: evt_1\r\n", "\r\nwebhook-attempt: 1\r\n", "\r\nX-Hub-Signature-256: sha256=", "\r\nwebhook-signature: v1,"} {
		if !strings.Contains(sent, line) {
			t.Errorf("%q is not in the request:\n%s", line, sent)
		}
	}
}

func TestTheStatusDecides(t *testing.T) {
	s := sender(t, egress.TransportOptions{})
	date := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		status     int
		retryAfter string
		want       delivery.Class
		wait       time.Duration
	}{
		{200, "", "", 0}, {204, "", "", 0}, {299, "", "", 0},
		{302, "", delivery.ClassRedirect, 0}, {304, "", delivery.ClassRedirect, 0}, {400, "", delivery.ClassRefused, 0}, {404, "", delivery.ClassDenied, 0},
		{410, "", delivery.ClassGone, 0}, {429, "30", delivery.ClassThrottled, 30 * time.Second}, {429, date, delivery.ClassThrottled, 90 * time.Second},
		{500, "30", delivery.ClassServerError, 0}, {503, "7200", delivery.ClassServerError, time.Hour},
	} {
		var hits atomic.Int64
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			hits.Add(1)
			w.Header().Set("Location", "http://"+r.Host+"/elsewhere")
			w.Header().Set("X-Reason", "because")
			if c.retryAfter != "" {
				w.Header().Set("Retry-After", c.retryAfter)
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, "because of that")
		})
		o := s.Attempt(t.Context(), fresh(srv.URL))
		if o.Status != c.status || o.Class != c.want || hits.Load() != 1 {
			t.Errorf("%d: outcome %+v after %d requests", c.status, o, hits.Load())
		}
		if diff := c.wait - o.RetryAfter; diff < 0 || diff > 3*time.Second {
			t.Errorf("%d with Retry-After %q: wait %s, want %s", c.status, c.retryAfter, o.RetryAfter, c.wait)
		}
		if c.want == "" {
			continue
		}
		if o.Headers.Get("X-Reason") != "because" || c.status != 304 && string(o.Excerpt) != "because of that" {
			t.Errorf("%d: headers %v, excerpt %q", c.status, o.Headers, o.Excerpt)
		}
	}
}

// fresh is a request of a webhook that was not seen before, so that nothing prepared is used for another server.
func fresh(url string) delivery.Request {
	r := request(url)
	r.Webhook.UpdatedAt = time.Now()
	return r
}

func TestAHangEndsWithTheTimeoutOfTheWebhook(t *testing.T) {
	srv := serveUntilTheEnd(t, func(_ http.ResponseWriter, done <-chan struct{}) { <-done })
	r := request(srv.URL)
	r.Webhook.Timeout = 50 * time.Millisecond
	o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), r)
	if o.Class != delivery.ClassTimeout || o.Status != 0 || o.Duration < r.Webhook.Timeout {
		t.Errorf("outcome %+v", o)
	}
}

func TestOurShutdownIsNobodysFault(t *testing.T) {
	arrived := make(chan struct{})
	srv := serveUntilTheEnd(t, func(_ http.ResponseWriter, done <-chan struct{}) {
		close(arrived)
		<-done
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-arrived
		cancel(errors.New("shutting down"))
	}()
	if o := sender(t, egress.TransportOptions{}).Attempt(ctx, request(srv.URL)); o.Class != delivery.ClassLocal || o.Duration >= patience {
		t.Errorf("outcome %+v", o)
	}
}

func TestConnectionsThatBreak(t *testing.T) {
	s := sender(t, egress.TransportOptions{})
	for name, c := range map[string]struct {
		do   func(net.Conn)
		want delivery.Class
	}{
		"reset": {func(c net.Conn) {
			readHead(c)
			_ = c.(*net.TCPConn).SetLinger(0)
		}, delivery.ClassReset},
		"closed without an answer":   {readHead, delivery.ClassReset},
		"closed inside the headers":  {func(c net.Conn) { readHead(c); _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-A: b\r\n") }, delivery.ClassReset},
		"an answer that is not HTTP": {func(c net.Conn) { readHead(c); _, _ = io.WriteString(c, "220 mail.example ESMTP\r\n\r\n") }, delivery.ClassProtocol},
		"endless headers": {func(c net.Conn) {
			readHead(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for i := 0; ; i++ {
				if _, err := io.WriteString(c, "X-"+strconv.Itoa(i)+": "+strings.Repeat("a", 1000)+"\r\n"); err != nil {
					return
				}
			}
		}, delivery.ClassProtocol},
		"switching protocols": {func(c net.Conn) {
			readHead(c)
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		}, delivery.ClassProtocol},
	} {
		l := listen(t, "127.0.0.1:0")
		answer(t, l, c.do)
		if o := s.Attempt(t.Context(), fresh("http://"+l.Addr().String())); o.Class != c.want || strings.Contains(o.Err, "127.0.0.1") {
			t.Errorf("%s: outcome %+v, want class %s", name, o, c.want)
		}
	}
	l := listen(t, "127.0.0.1:0")
	_ = l.Close()
	if o := s.Attempt(t.Context(), fresh("http://"+l.Addr().String())); o.Class != delivery.ClassConnect {
		t.Errorf("nobody listens: outcome %+v", o)
	}
}

func TestAnAddressThatIsNotAllowedIsNotDialled(t *testing.T) {
	s := httppost.New(egress.New(egress.Policy{AllowHTTP: true}).Door(egress.TransportOptions{}), "test")
	var hits atomic.Int64
	srv := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	o := s.Attempt(t.Context(), request(srv.URL))
	if o.Class != delivery.ClassAddressRefused || hits.Load() != 0 || strings.Contains(o.Err, "127.0.0.1") {
		t.Errorf("outcome %+v, %d requests", o, hits.Load())
	}
}

func TestTLSIsDemandedAndVerified(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Proto", r.Proto); w.WriteHeader(500) }))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	if o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), request(srv.URL)); o.Class != delivery.ClassTLS || !strings.Contains(o.Err, "unknown authority") {
		t.Errorf("unknown authority: %+v", o)
	}
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	trusting := sender(t, egress.TransportOptions{RootCAs: pool})
	if o := trusting.Attempt(t.Context(), request(srv.URL)); o.Status != 500 || o.Headers.Get("X-Proto") != "HTTP/2.0" {
		t.Errorf("trusted: %+v", o)
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	if o := trusting.Attempt(t.Context(), fresh(strings.Replace(plain.URL, "http:", "https:", 1))); o.Class != delivery.ClassTLS {
		t.Errorf("a server without TLS: %+v", o)
	}
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	t.Cleanup(old.Close)
	if o := trusting.Attempt(t.Context(), fresh(old.URL)); o.Class != delivery.ClassTLS {
		t.Errorf("TLS 1.1: %+v", o)
	}
}

func TestABodyWithoutEndDoesNotHoldUp(t *testing.T) {
	s := sender(t, egress.TransportOptions{})
	for _, status := range []int{200, 500} {
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat("endless ", 512))); err != nil {
					return
				}
			}
		})
		o := s.Attempt(t.Context(), fresh(srv.URL))
		if o.Status != status || len(o.Excerpt) > 16<<10 || status == 500 && len(o.Excerpt) != 16<<10 {
			t.Errorf("%d: class %q, %d bytes of excerpt", status, o.Class, len(o.Excerpt))
		}
	}
}

func TestASlowBodyChangesNothing(t *testing.T) {
	s := sender(t, egress.TransportOptions{})
	for _, status := range []int{200, 500} {
		srv := serveUntilTheEnd(t, func(w http.ResponseWriter, done <-chan struct{}) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "first drop")
			_ = http.NewResponseController(w).Flush()
			<-done
		})
		r := fresh(srv.URL)
		r.Webhook.Timeout = 100 * time.Millisecond
		o := s.Attempt(t.Context(), r)
		if o.Status != status || o.Class == delivery.ClassTimeout {
			t.Errorf("%d: outcome %+v", status, o)
		}
		if status == 500 && string(o.Excerpt) != "first drop" {
			t.Errorf("excerpt %q, want what came in time", o.Excerpt)
		}
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var mu sync.Mutex
	var peers []string
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		peers = append(peers, r.RemoteAddr)
		w.WriteHeader([]int{200, 500, 204}[len(peers)%3])
		_, _ = io.WriteString(w, "some words")
	})
	s := sender(t, egress.TransportOptions{})
	for range 6 {
		s.Attempt(t.Context(), request(srv.URL))
	}
	slices.Sort(peers)
	if n := len(slices.Compact(peers)); n != 1 {
		t.Errorf("6 attempts took %d connections, want 1", n)
	}
}

func TestAnIdleConnectionThatProvesDeadCostsNoTry(t *testing.T) {
	l := listen(t, "127.0.0.1:0")
	answer(t, l, func(c net.Conn) { // one answer per connection, and no word that it ends
		readHead(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		readHead(c)
	})
	s := sender(t, egress.TransportOptions{})
	for i := range 3 {
		if o := s.Attempt(t.Context(), request("http://"+l.Addr().String())); o.Class != "" {
			t.Errorf("attempt %d: %+v", i+1, o)
		}
	}
}

func TestNothingBreaksOutOfAHeader(t *testing.T) {
	var hits atomic.Int64
	srv := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	s := sender(t, egress.TransportOptions{})
	for name, headers := range map[string]map[string]string{
		"line break in a value": {"X-A": "b\r\nX-Evil: 1"}, "line break in a name": {"X-A\r\nX-Evil": "1"}, "a name of ours": {"Webhook-Signature": "v1,x"},
		"another host": {"host": "evil.example"},
	} {
		r := fresh(srv.URL)
		r.Webhook.Headers = headers
		if o := s.Attempt(t.Context(), r); o.Class != delivery.ClassLocal || strings.Contains(o.Err, "Evil") {
			t.Errorf("%s: outcome %+v", name, o)
		}
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests went out", hits.Load())
	}
}

func TestIPv6EndpointsAreReached(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 loopback here: %v", err)
	}
	answer(t, l, func(c net.Conn) { readHead(c); _, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n") })
	if o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), request("http://"+l.Addr().String())); o.Class != "" || o.Status != 204 {
		t.Errorf("outcome %+v", o)
	}
}

func TestAChangedWebhookIsSentToItsNewPlace(t *testing.T) {
	var first, second atomic.Int64
	a := serve(t, func(http.ResponseWriter, *http.Request) { first.Add(1) })
	b := serve(t, func(http.ResponseWriter, *http.Request) { second.Add(1) })
	s, r := sender(t, egress.TransportOptions{}), fresh(a.URL)
	s.Attempt(t.Context(), r)
	changed := *r.Webhook
	changed.URL, changed.UpdatedAt = b.URL, r.Webhook.UpdatedAt.Add(time.Millisecond)
	r.Webhook = &changed
	s.Attempt(t.Context(), r)
	if first.Load() != 1 || second.Load() != 1 {
		t.Errorf("%d and %d requests, want 1 and 1", first.Load(), second.Load())
	}
}

func TestExamineKeepsWhatBothSidesSaid(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Thanks", "yes")
		_, _ = io.WriteString(w, strings.Repeat("ok", 10_000))
	})
	r := request(srv.URL)
	r.Webhook.Headers = map[string]string{"Authorization": "Bearer abc"}
	x := sender(t, egress.TransportOptions{}).Examine(t.Context(), r)
	if x.Outcome.Class != "" || x.Outcome.Status != 200 || x.Received.Get("X-Thanks") != "yes" || len(x.Excerpt) != 16<<10 || !x.Truncated {
		t.Errorf("outcome %+v, received %v, %d bytes, truncated %v", x.Outcome, x.Received, len(x.Excerpt), x.Truncated)
	}
	if x.Sent["Authorization"][0] != "***" || x.Sent["webhook-id"][0] != "evt_1" || x.Sent["Content-Type"][0] != "application/json" {
		t.Errorf("sent %v", x.Sent)
	}
	if _, shown := x.Sent["Idempotency-Key"]; shown {
		t.Error("a header is shown that was not sent")
	}
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// answer runs do for each connection and closes it then.
func answer(t *testing.T, l net.Listener, do func(net.Conn)) {
	t.Helper()
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(patience))
				do(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // ends Accept
		conns.Wait()
	})
}

// readHead reads what the sender writes in one piece.
func readHead(c net.Conn) { _, _ = c.Read(make([]byte, 8<<10)) }
