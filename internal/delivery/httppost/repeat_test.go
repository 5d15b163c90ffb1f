package httppost_test

import (
	"bytes"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"wapost/internal/delivery"
	"wapost/internal/egress"
)

// However many idle connections an endpoint closes when they are used, a request is sent once more and no more, over a
// connection that is new; and that is counted.
func TestARequestIsRepeatedOnceAtMost(t *testing.T) {
	const idle = 6
	for name, c := range map[string]struct {
		serve func(*httptest.Server)
		body  int
	}{
		"plain":        {(*httptest.Server).Start, 2},
		"a large body": {(*httptest.Server).Start, 40 << 10},
		"TLS":          {(*httptest.Server).StartTLS, 2},
	} {
		var requests, refuse atomic.Int64
		var together sync.WaitGroup // so that each has a connection of its own
		together.Add(idle)
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if requests.Add(1) <= idle {
				together.Done()
				together.Wait()
			}
			if refuse.Load() > 0 {
				refuse.Add(-1)
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(http.StatusNoContent)
		}))
		c.serve(srv)
		t.Cleanup(srv.Close)
		pool := x509.NewCertPool()
		if srv.Certificate() != nil {
			pool.AddCert(srv.Certificate())
		}
		s, r := sender(t, egress.TransportOptions{RootCAs: pool}), fresh(srv.URL)
		r.Body = bytes.Repeat([]byte("x"), c.body)
		var attempts sync.WaitGroup
		for range idle {
			attempts.Go(func() { s.Attempt(t.Context(), r) })
		}
		attempts.Wait()
		for _, step := range []struct {
			refusals int64
			want     delivery.Class
			requests int64
			repeats  uint64
		}{{100, delivery.ClassReset, 2, 1}, {1, "", 2, 2}, {0, "", 1, 2}} {
			requests.Store(idle)
			refuse.Store(step.refusals)
			o := s.Attempt(t.Context(), r)
			if o.Class != step.want || requests.Load()-idle != step.requests || s.Repeats() != step.repeats {
				t.Errorf("%s, %d refusals: %q after %d requests, %d repeats in all; want %+v", name, step.refusals, o.Class, requests.Load()-idle, s.Repeats(), step)
			}
		}
	}
}
