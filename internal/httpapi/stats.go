package httpapi

import (
	"context"
	"net/http"
	"time"

	"wapost/internal/webhook"
)

type statsParams struct {
	webhookID
	Window string `query:"window" enum:"1h,24h,7d" default:"24h" doc:"How far back it is counted"`
}

// webhookStatsView are the figures of one webhook.
type webhookStatsView struct {
	Since           instant         `json:"since" doc:"Begin of what was counted; later than the window's when there was too much to count"`
	Delivered       int             `json:"delivered" doc:"Deliveries that the endpoint took, at once or later, by itself or because somebody asked for it; each counts once"`
	FailedAttempts  int             `json:"failed_attempts" doc:"Attempts that failed, those by hand and of replays included"`
	Dead            int             `json:"dead" doc:"Deliveries given up"`
	Expired         int             `json:"expired" doc:"Best-effort events that were too old"`
	Pending         int             `json:"pending"`
	Held            int             `json:"held"`
	OldestPendingAt *instant        `json:"oldest_pending_at" nullable:"true"`
	SuccessRate     *float64        `json:"success_rate" doc:"Of all attempts, those by hand and of replays included, 0 to 1; null = there were none"`
	LatencyMS       percentilesView `json:"latency_ms" doc:"Of the successful request, in automatic deliveries"`
	LagMS           percentilesView `json:"lag_ms" doc:"From the record of the event to the 2xx, in automatic deliveries"`
	Breaker         breakerView     `json:"breaker"`
	ByStatus        map[string]int  `json:"by_status" doc:"All attempts by HTTP status, those without an answer by error class"`
	LastSuccessAt   *instant        `json:"last_success_at" nullable:"true" doc:"Of all attempts in the window, before it of the automatic ones"`
	LastFailureAt   *instant        `json:"last_failure_at" nullable:"true"`
}

type percentilesView struct {
	P50 *int64 `json:"p50"`
	P95 *int64 `json:"p95"`
	P99 *int64 `json:"p99"`
}

type breakerView struct {
	State       string   `json:"state" enum:"closed,open,half_open"`
	OpenedAt    *instant `json:"opened_at" nullable:"true"`
	NextProbeAt *instant `json:"next_probe_at" nullable:"true"`
}

func (a *API) webhookStatsRoute() {
	mount(a, operation[statsParams, none, webhookStatsView]{
		method: http.MethodGet, path: "/webhooks/{id}/stats", tag: tagWebhooks, id: "get-stats-of-webhook", auth: everyUser,
		summary: "Figures of a webhook", message: "Statistics retrieved successfully", fallback: "Failed to read statistics", handle: a.statsOfWebhook,
	})
}

func window(name string) time.Duration {
	switch name {
	case "1h":
		return time.Hour
	case "7d":
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

func (a *API) statsOfWebhook(ctx context.Context, c *call, p statsParams, _ none) (webhookStatsView, error) {
	w, err := a.Webhooks.Get(ctx, c.webhooks(), int64(p.ID))
	if err != nil {
		return webhookStatsView{}, err
	}
	now := time.Now()
	s, err := a.History.Stats(ctx, &w, now.Add(-window(p.Window)))
	if err != nil {
		return webhookStatsView{}, err
	}
	b, err := a.Deliveries.Backlog(ctx, &w)
	if err != nil {
		return webhookStatsView{}, err
	}
	v := webhookStatsView{
		Since: instant(s.Since), Delivered: s.Delivered, FailedAttempts: s.FailedAttempts, Dead: s.Dead, Expired: s.Expired,
		Pending: b.Pending, Held: b.Held, OldestPendingAt: moment(b.OldestAt),
		LatencyMS: percentiles(s.Latency), LagMS: percentiles(s.Lag), Breaker: viewBreaker(w.Breaker, now), ByStatus: s.ByStatus,
		LastSuccessAt: moment(later(w.Breaker.LastSuccess, s.LastSuccess)), LastFailureAt: moment(later(w.Breaker.LastFailure, s.LastFailure)),
	}
	if attempts := s.Succeeded + s.FailedAttempts; attempts > 0 {
		rate := float64(s.Succeeded) / float64(attempts)
		v.SuccessRate = &rate
	}
	return v, nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// percentiles reads sorted durations.
func percentiles(sorted []time.Duration) percentilesView {
	at := func(share float64) *int64 {
		if len(sorted) == 0 {
			return nil
		}
		ms := sorted[min(len(sorted)-1, int(share*float64(len(sorted))))].Milliseconds()
		return &ms
	}
	return percentilesView{P50: at(0.50), P95: at(0.95), P99: at(0.99)}
}

func viewBreaker(b webhook.Breaker, now time.Time) breakerView {
	v := breakerView{State: "closed", OpenedAt: moment(b.OpenedAt)}
	if b.OpenedAt.IsZero() {
		return v
	}
	v.NextProbeAt = moment(b.ProbeAt)
	if v.State = "open"; !now.Before(b.ProbeAt) {
		v.State = "half_open" // a probe is due or on the wire
	}
	return v
}
