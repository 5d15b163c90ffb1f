package metrics

import (
	"context"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// The values of labels. A success has no error class; it is one here.
const (
	success = "success"

	live   = "live"
	replay = "replay" // a job, or asked for by hand

	delivered = "delivered"
	dead      = "dead"
	expired   = "expired"
)

func classes() []delivery.Class {
	return []delivery.Class{success, delivery.ClassDNS, delivery.ClassConnect, delivery.ClassTLS, delivery.ClassTimeout, delivery.ClassReset,
		delivery.ClassProtocol, delivery.ClassAddressRefused, delivery.ClassRedirect, delivery.ClassRefused, delivery.ClassDenied,
		delivery.ClassThrottled, delivery.ClassGone, delivery.ClassServerError, delivery.ClassLocal}
}

func (m *Metrics) makeDeliveries() {
	m.attempts = m.counters("wapost_delivery_attempts_total", "Requests to webhooks by what became of them: success, or the error class of the API.", "class", "kind")
	for _, c := range classes() {
		m.attempts.WithLabelValues(string(c), live)
		m.attempts.WithLabelValues(string(c), replay)
	}
	m.attemptTime = m.histogram("wapost_delivery_attempt_seconds", "Duration of a request to a webhook, until the headers of the answer or the failure.", workBuckets())
	m.deliveryLag = m.histogram("wapost_delivery_lag_seconds", "From the commit of an event to the 2xx of a webhook; replays are not counted.", lagBuckets())
	m.deliveries = m.counters("wapost_deliveries_total", "Deliveries that ended: delivered, dead (given up after the last try), expired (too old to be sent).", "outcome")
	for _, o := range []string{delivered, dead, expired} {
		m.deliveries.WithLabelValues(o)
	}
	m.disabled = m.counters("wapost_webhooks_disabled_total", "Webhooks that were switched off because their endpoint asked for it or never answered, or because a sealed part of them is damaged.", "reason")
	for _, r := range []string{webhook.ReasonGone, webhook.ReasonNoSuccess, webhook.ReasonDamaged} {
		m.disabled.WithLabelValues(r)
	}
}

// Transport counts the attempts that go through next.
func (m *Metrics) Transport(next delivery.Transport) delivery.Transport { return transport{next, m} }

type transport struct {
	delivery.Transport
	m *Metrics
}

// Attempt implements delivery.Transport.
func (t transport) Attempt(ctx context.Context, r delivery.Request) delivery.Outcome {
	o := t.Transport.Attempt(ctx, r)
	class, kind := string(o.Class), live
	if class == "" {
		class = success
	}
	if r.Replay {
		kind = replay
	}
	t.m.attempts.WithLabelValues(class, kind).Inc()
	t.m.attemptTime.Observe(o.Duration.Seconds())
	if class == success && kind == live {
		t.m.deliveryLag.Observe(since(time.Now(), r.Event.At))
	}
	return o
}

// Store counts the outcomes that the engine stores in next, once they are on disk.
func (m *Metrics) Store(next delivery.Store) delivery.Store { return outcomes{next, m} }

type outcomes struct {
	delivery.Store
	m *Metrics
}

// Settle implements delivery.Store.
func (s outcomes) Settle(b delivery.Batch, done func(error)) {
	s.Store.Settle(b, func(err error) {
		if err == nil {
			s.m.settled(b)
		}
		done(err)
	})
}

func (m *Metrics) settled(b delivery.Batch) {
	for _, o := range b.Successes {
		switch {
		case o.Beside: // it was not the engine that delivered it
		case o.Status == 0:
			m.deliveries.WithLabelValues(expired).Inc()
		default:
			m.deliveries.WithLabelValues(delivered).Inc()
		}
	}
	for _, f := range b.Failures {
		if f.Row.Status == delivery.Dead {
			m.deliveries.WithLabelValues(dead).Inc()
		}
	}
	for _, reason := range b.Disabled {
		m.disabled.WithLabelValues(reason).Inc()
	}
}
