package httppost

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

func benchRequest(url string) delivery.Request {
	return delivery.Request{
		Webhook: &webhook.Webhook{ID: 7, URL: url, Timeout: 15 * time.Second, Secrets: []webhook.Secret{{Text: s1}}, UpdatedAt: time.Now(),
			Headers: map[string]string{"Authorization": "Bearer abc"}},
		Event: &event.Recorded{ID: "evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f", Type: event.MessageReceived, DeviceID: "5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90"},
		Body:  []byte(v7Body + strings.Repeat(" ", 1400-len(v7Body))), Attempt: 1, NextRetry: 5 * time.Second,
	}
}

// BenchmarkSign is the part of it that the contract demands: SHA-256 over the body, twice.
func BenchmarkSign(b *testing.B) {
	p, r := prepareWith(b, webhook.Secret{Text: s1}), benchRequest("https://example.com/hook")
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		p.sign(r.Event.ID, "1765967400", r.Body, now)
	}
}

// The pair shows what we add to the bare transport, receiver on the same machine.
func BenchmarkAttempt(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(swallow))
	b.Cleanup(srv.Close)
	s, r := New(loopback().Door(egress.TransportOptions{}), "bench"), benchRequest(srv.URL)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if o := s.Attempt(b.Context(), r); o.Class != "" {
				b.Errorf("outcome %+v", o)
			}
		}
	})
}

func BenchmarkBareTransport(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(swallow))
	b.Cleanup(srv.Close)
	door, r := loopback().Transport(egress.TransportOptions{}), benchRequest(srv.URL)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, _ := http.NewRequest(http.MethodPost, srv.URL, nil)
			load(req, r.Body)
			answer, err := door.RoundTrip(req)
			if err != nil {
				b.Error(err)
				return
			}
			_ = answer.Body.Close()
		}
	})
}

func loopback() *egress.Guard {
	return egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
}

func swallow(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusNoContent)
}
