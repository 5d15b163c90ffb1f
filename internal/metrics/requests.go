package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func (m *Metrics) makeRequests() {
	m.requests = m.counters("wapost_http_requests_total", "Answers of the API by route and class of status; route none = no such route.", "route", "status")
	m.requestTime = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "wapost_http_request_seconds", Help: "Duration of a request by route; streams are not counted.", Buckets: []float64{.001, .005, .025, .1, .5, 2.5, 10, 60},
	}, []string{"route"})
	m.registry.MustRegister(m.requestTime)
}

// Request counts an answer. route is a pattern of the mux, "" when none matched: never the path of a request.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Inc()
	m.requestTime.WithLabelValues(route).Observe(took.Seconds())
}
