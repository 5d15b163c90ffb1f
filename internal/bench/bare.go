package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// counter is a receiver that knows when it has got everything.
type counter interface {
	expect(n int)
	wait(ctx context.Context) error
}

// bare posts n requests with a plain http.Transport: the same bodies, signed beforehand, to the same receiver with the same
// concurrency. It is what the delivery of events costs at the least.
func bare(ctx context.Context, r counter, bodies [][]byte, urls []string, workers int) (time.Duration, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: workers, DisableCompression: true}
	defer transport.CloseIdleConnections()
	header := http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"wapost/bench"},
		"webhook-id": {"evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f"}, "webhook-timestamp": {"1765967400"},
		"webhook-signature":   {"v1,YfMmA3kwm3ZG69kEutEAoK5yJLUul07WfIyWMdymda8="},
		"X-Hub-Signature-256": {"sha256=ab145711958606cbef6bc28ea0977cb4ce612c1de0728a8bb7dcacfc7a1e5b96"},
		"X-Webhook-Signature": {"sha256=ab145711958606cbef6bc28ea0977cb4ce612c1de0728a8bb7dcacfc7a1e5b96"},
		"X-Webhook-Event":     {"message.received"}, "webhook-attempt": {"1"}, "webhook-next-retry": {"5"},
		"X-Webhook-Endpoint": {"1"}, "X-Webhook-Device": {"5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90"},
	}
	r.expect(len(bodies))
	var (
		next   atomic.Int64
		wg     sync.WaitGroup
		failed atomic.Pointer[error]
	)
	begin := time.Now()
	for range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(bodies) || ctx.Err() != nil {
					return
				}
				if err := post(ctx, transport, header, urls[i%len(urls)], bodies[i]); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, fmt.Errorf("bare client: %w", *err)
	}
	return time.Since(begin), r.wait(ctx)
}

func post(ctx context.Context, t *http.Transport, header http.Header, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = header
	answer, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
