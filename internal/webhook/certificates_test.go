package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/webhook"
)

func TestCertificatesThatEndAreLoggedOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		a := issue(t, "client", now.Add(-day), now.Add(32*day+time.Hour))
		list := []webhook.Webhook{{ID: 1}, {ID: 2, TLS: &webhook.TLS{CA: a.cert}}, {ID: 3, TLS: &webhook.TLS{Certificate: a.cert, Key: a.key}}}
		var failure error
		var log bytes.Buffer
		ctx, stop := context.WithCancel(t.Context())
		c := webhook.Certificates{Logger: slog.New(slog.NewTextHandler(&log, nil)), Active: func(context.Context) ([]webhook.Webhook, error) { return list, failure }}
		done := make(chan error)
		go func() { done <- c.Run(ctx) }()
		lines := func(want int, about string) {
			t.Helper()
			synctest.Wait()
			got := strings.TrimSpace(log.String())
			if n := len(strings.FieldsFunc(got, func(r rune) bool { return r == '\n' })); n != want || !strings.Contains(got, about) {
				t.Errorf("after %v: %d lines, want %d with %q:\n%s", time.Since(now), n, want, about, got)
			}
			log.Reset()
		}
		lines(0, "")
		time.Sleep(2*day + time.Minute) // two looks, 30 days and an hour before the end
		lines(0, "")
		time.Sleep(30 * day)
		lines(30, `"a client certificate ends soon" webhook_id=3`)
		time.Sleep(day)
		lines(1, `"a client certificate has expired" webhook_id=3`)
		failure = errors.New("no storage")
		time.Sleep(day)
		lines(1, "no storage")
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
