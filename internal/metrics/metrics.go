package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wapost/internal/event"
)

// Metrics are the figures of one gateway.
type Metrics struct {
	registry *prometheus.Registry

	events    map[event.Type]prometheus.Counter
	others    prometheus.Counter // events of a type that the catalogue does not list
	eventLag  prometheus.Histogram
	eventSeen prometheus.Histogram

	commitTime     prometheus.Histogram
	commitJobs     prometheus.Histogram
	commitFailures prometheus.Counter

	attempts    *prometheus.CounterVec
	attemptTime prometheus.Histogram
	deliveryLag prometheus.Histogram
	deliveries  *prometheus.CounterVec
	disabled    *prometheus.CounterVec

	requests    *prometheus.CounterVec
	requestTime *prometheus.HistogramVec
}

// New makes the figures that rooms report to, all of them zero. version is that of the build.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "wapost_build_info", Help: "Always 1; the label names the build."}, []string{"version"})
	m.registry.MustRegister(build)
	build.WithLabelValues(version).Set(1)
	m.makeEvents()
	m.makeCommits()
	m.makeDeliveries()
	m.makeRequests()
	return m
}

// The limits of an answer: a scrape asks the engine and the database.
const (
	scrapesAtOnce = 4
	scrapeLimit   = 10 * time.Second
)

// Handler shows the figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesAtOnce, Timeout: scrapeLimit})
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) histogram(name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	m.registry.MustRegister(h)
	return h
}

// Upper bounds in seconds. Lags reach from a commit's milliseconds to the days of an outage.
func lagBuckets() []float64 {
	return []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200, 259200}
}

func workBuckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
}
