package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"
)

func (a *API) metricsRoutes() {
	mount(a, operation[none, none, none]{
		method: http.MethodGet, path: "/metrics", tag: tagSystem, id: "get-metrics", auth: admins, summary: "Figures for Prometheus",
		description: "Text format 0.0.4. A listener for scrapers alone can be had with --metrics-listen.",
		message:     "Metrics", fallback: "Failed to collect metrics", contents: []string{"text/plain"}, handle: a.metrics,
	})
}

func (a *API) metrics(_ context.Context, c *call, _ none, _ none) (none, error) {
	c.raw = &raw{write: func(w http.ResponseWriter) { a.Metrics.ServeHTTP(w, c.r) }}
	return none{}, nil
}

// observe tells who measures about a request. A stream lasts as long as its reader likes, which says nothing about us.
func (a *API) observe(w *watched, route string, start time.Time) {
	if a.Observe == nil || strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
		return
	}
	a.Observe(route, w.status, time.Since(start))
}

// Guarded lets only the admin secret through to h: for a listener of its own that more than this machine can reach.
func (a *API) Guarded(h http.Handler) http.Handler {
	return a.withRequestID(a.withRecover(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := a.Gate.Admin(r.Header); err != nil {
			sendFailure(w, fail(err, "Failed to check the secret"))
			return
		}
		h.ServeHTTP(w, r)
	})))
}
