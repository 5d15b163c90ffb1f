package httpapi

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

func TestLinesOfARequestTellItsID(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(WithRequestID(slog.NewTextHandler(&out, nil)))
	ctx := context.WithValue(t.Context(), requestIDKey{}, "r-1")
	for want, write := range map[string]func(){
		"msg=plain a=1 request_id=r-1":   func() { log.InfoContext(ctx, "plain", "a", 1) },
		"msg=with room=x request_id=r-1": func() { log.With("room", "x").InfoContext(ctx, "with") },
		"msg=in a.b=1 a.request_id=r-1":  func() { log.WithGroup("a").InfoContext(ctx, "in", "b", 1) },
		"msg=nobody\n":                   func() { log.Info("nobody") },
	} {
		out.Reset()
		write()
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %q", want, out.String())
		}
	}
}

// What a request does is logged by rooms that know nothing of HTTP.
func TestRoomsLogTheIDOfTheRequest(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	hook := r.webhook(key)
	for _, c := range []struct {
		method, path, line string
		body               any
		status             int
	}{
		{"POST", "/webhooks", "webhook created", map[string]any{"url": hookURL}, http.StatusCreated},
		{"PATCH", hook, "webhook changed", map[string]any{"description": "x"}, http.StatusOK},
		{"POST", hook + "/rotate-secret", "webhook secret rotated", map[string]any{}, http.StatusOK},
		{"POST", hook + "/replay", "replay started", replayOfAll(), http.StatusAccepted},
		{"DELETE", hook, "webhook deleted", nil, http.StatusOK},
	} {
		r.log.Reset()
		r.call(key, c.method, c.path, c.body, "X-Request-ID", "my-trace-1").ok(c.status)
		if s := r.log.String(); !strings.Contains(s, c.line) || strings.Count(s, "request_id=my-trace-1") != strings.Count(s, "\n") {
			t.Errorf("%s %s: %s", c.method, c.path, s)
		}
	}
}
