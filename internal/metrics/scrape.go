package metrics

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"wapost/internal/delivery"
	"wapost/internal/media"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/whatsapp"
)

// Sources are the rooms that are asked when somebody scrapes.
type Sources struct {
	Engine   Engine
	Sessions Sessions
	Census   func(ctx context.Context) (store.Census, error)
	Queued   func() int // callers that wait for the writer
	WhatsApp *whatsapp.Counters
	Media    func() media.Figures
	Repeats  func() uint64 // requests that were sent a second time within their attempt
	Logger   *slog.Logger
}

// Engine is delivery.Engine.
type Engine interface {
	Figures(ctx context.Context) (delivery.Figures, error)
}

// Sessions is session.Manager.
type Sessions interface {
	Census() map[session.State]int
	NotesLost() uint64
	NotesRetried() uint64
}

// askLimit bounds how long a scrape waits for one source. What does not answer is left out, and counted.
const askLimit = 2 * time.Second

// Watch has the sources asked at every scrape. Call it once, before the first scrape.
func (m *Metrics) Watch(s Sources) {
	errors := m.counters("wapost_scrape_errors_total", "Sources that did not answer a scrape; their figures were left out.", "source")
	for _, source := range []string{"deliveries", "database"} {
		errors.WithLabelValues(source)
	}
	m.registry.MustRegister(&scraper{Sources: s, errors: errors})
}

// scraper is a prometheus.Collector over snapshots.
type scraper struct {
	Sources
	errors *prometheus.CounterVec
}

// Describe sends nothing: what is collected describes itself.
func (*scraper) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (s *scraper) Collect(out chan<- prometheus.Metric) {
	p := page{out}
	p.gauge("wapost_commit_queue", "Callers that wait for the writer.", float64(s.Queued()))
	s.sessions(p)
	s.whatsapp(p)
	s.media(p)
	p.count("wapost_delivery_repeats_total", "Requests sent once more within their attempt, because the idle connection taken for them was closed without an answer.", s.Repeats())
	s.ask("deliveries", func(ctx context.Context) error { return s.engine(ctx, p) })
	s.ask("database", func(ctx context.Context) error { return s.database(ctx, p) })
}

func (s *scraper) ask(source string, f func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	if err := f(ctx); err != nil {
		s.errors.WithLabelValues(source).Inc()
		s.Logger.Warn("figures are left out of a scrape", "source", source, "error", err)
	}
}

func (s *scraper) sessions(p page) {
	for state, n := range s.Sessions.Census() {
		p.gauge("wapost_devices", "Devices by state.", float64(n), "state", string(state))
	}
	p.count("wapost_session_notes_lost_total", "States and connection events of devices that could not be written.", s.Sessions.NotesLost())
	p.count("wapost_session_notes_retried_total", "Tries to write them beyond the first.", s.Sessions.NotesRetried())
}

func (s *scraper) engine(ctx context.Context, p page) error {
	f, err := s.Engine.Figures(ctx)
	if err != nil {
		return err
	}
	oldest := 0.0
	if !f.OldestAt.IsZero() {
		oldest = since(time.Now(), f.OldestAt)
	}
	p.gauge("wapost_deliveries_waiting", "Deliveries in memory that wait; more may wait in the log (wapost_webhooks_behind).", float64(f.Waiting))
	p.gauge("wapost_deliveries_oldest_waiting_seconds", "Age of the oldest of them; 0 = none waits.", oldest)
	p.gauge("wapost_deliveries_in_flight", "Requests to webhooks under way.", float64(f.Flying))
	p.gauge("wapost_deliveries_resident_bytes", "Memory of waiting event bodies.", float64(f.Resident))
	p.gauge("wapost_webhooks_behind", "Active webhooks that read the log because they are slow, down or just started.", float64(f.Behind))
	const help = "Active webhooks by state of their breaker."
	p.gauge("wapost_breakers", help, float64(f.Webhooks-f.Open-f.HalfOpen), "state", "closed")
	p.gauge("wapost_breakers", help, float64(f.Open), "state", "open")
	p.gauge("wapost_breakers", help, float64(f.HalfOpen), "state", "half_open")
	return nil
}

func (s *scraper) database(ctx context.Context, p page) error {
	c, err := s.Census(ctx)
	if err != nil {
		return err
	}
	for _, status := range []string{"active", "paused", "disabled"} {
		p.gauge("wapost_webhooks", "Webhooks by status.", float64(c.Webhooks[status]), "status", status)
	}
	for _, state := range []string{"queued", "sending"} {
		p.gauge("wapost_outbox_messages", "Messages on their way to WhatsApp by state.", float64(c.Outbox[state]), "state", state)
	}
	p.gauge("wapost_deliveries_dead", "Deliveries that were given up and can still be replayed.", float64(c.Dead))
	return nil
}
