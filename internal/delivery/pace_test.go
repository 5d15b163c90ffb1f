package delivery_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/webhook"
)

// Who waits for a place beside the engine and gives up leaves the place to the next one; who waits for a webhook that the
// engine has not heard of yet gets it when it has.
func TestTurnsBesideTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.exec(`UPDATE webhooks SET rate_limit = 1`)
		r.setStatus(1, webhook.Paused)
		synctest.Wait()
		got := make(chan error, 1)
		go func() { got <- r.engine.Turn(context.Background(), 1) }()
		time.Sleep(time.Minute)
		select {
		case err := <-got:
			t.Fatalf("a turn at a webhook that is not served: %v", err)
		default:
		}
		r.setStatus(1, webhook.Active)
		select {
		case err := <-got:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("no turn at a webhook that is served again")
		}
		for range 50 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			if err := r.engine.Turn(ctx, 1); err == nil {
				t.Fatal("a turn a millisecond after the last one, at one per second")
			}
			cancel()
		}
		begin := time.Now()
		if err := r.engine.Turn(context.Background(), 1); err != nil || time.Since(begin) > 2*time.Second {
			t.Errorf("%v after %v: those who gave up have kept their places", err, time.Since(begin))
		}
		r.stop()
		if err := r.engine.Turn(context.Background(), 1); err == nil {
			t.Error("a turn after the end")
		}
	})
}
