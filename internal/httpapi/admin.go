package httpapi

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

type statsView struct {
	TotalAPIKeys   int            `json:"total_api_keys"`
	ActiveAPIKeys  int            `json:"active_api_keys"`
	TotalDevices   int            `json:"total_devices"`
	Devices        map[string]int `json:"devices" doc:"Number of devices per state"`
	TotalWebhooks  int            `json:"total_webhooks"`
	ActiveWebhooks int            `json:"active_webhooks"`
	Events24h      int            `json:"events_24h"`
}

type healthView struct {
	Status          string     `json:"status" enum:"ok,degraded,down"`
	Database        string     `json:"database" doc:"ok, or what is wrong"`
	WhatsAppClients int        `json:"whatsapp_clients" doc:"Connected devices"`
	Memory          memoryView `json:"memory"`
	Goroutines      int        `json:"goroutines"`
	UptimeSeconds   int64      `json:"uptime_seconds"`
	Version         string     `json:"version"`
	GoVersion       string     `json:"go_version"`
}

type memoryView struct {
	HeapBytes  uint64 `json:"heap_bytes"`
	TotalBytes uint64 `json:"total_bytes" doc:"Taken from the operating system"`
}

type webhookStats struct {
	Total           int      `json:"total"`
	Active          int      `json:"active"`
	Paused          int      `json:"paused"`
	Disabled        int      `json:"disabled"`
	SuccessRate     *float64 `json:"success_rate" doc:"Of the attempts of the last 24 h, 0 to 1; null = there were none"`
	Pending         int      `json:"pending"`
	Held            int      `json:"held"`
	Dead            int      `json:"dead"`
	OldestPendingAt *instant `json:"oldest_pending_at" nullable:"true"`
}

func (a *API) adminRoutes() {
	mount(a, operation[none, none, statsView]{
		method: http.MethodGet, path: "/admin/stats", tag: tagAdmin, id: "get-stats", auth: admins,
		summary: "Totals", message: "Statistics retrieved successfully", fallback: "Failed to read statistics", handle: a.stats,
	})
	mount(a, operation[none, none, healthView]{
		method: http.MethodGet, path: "/admin/health", tag: tagAdmin, id: "get-health", auth: admins,
		summary: "How the instance is", message: "Health retrieved successfully", fallback: "Failed to read health", handle: a.health,
	})
	mount(a, operation[none, none, webhookStats]{
		method: http.MethodGet, path: "/admin/webhooks/stats", tag: tagAdmin, id: "get-webhook-stats", auth: admins,
		summary: "Totals of all webhooks", message: "Webhook statistics retrieved successfully",
		fallback: "Failed to read webhook statistics", handle: a.webhookStats,
	})
}

func (a *API) totals(ctx context.Context) (store.Totals, error) {
	return a.Figures.Totals(ctx, time.Now())
}

func (a *API) stats(ctx context.Context, c *call, _ none, _ none) (statsView, error) {
	t, err := a.totals(ctx)
	if err != nil {
		return statsView{}, err
	}
	return statsView{
		TotalAPIKeys: t.Accounts, ActiveAPIKeys: t.ActiveAccounts, TotalDevices: summarise(t).Total, Devices: t.Devices,
		TotalWebhooks: sum(t.Webhooks), ActiveWebhooks: t.Webhooks[string(webhook.Active)], Events24h: t.Events24h,
	}, nil
}

func sum(counts map[string]int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}

// health answers 200 whatever it finds: the finding is the answer.
func (a *API) health(ctx context.Context, c *call, _ none, _ none) (healthView, error) {
	v := healthView{
		Status: "ok", Database: "ok", Goroutines: runtime.NumGoroutine(), Version: a.Version, GoVersion: runtime.Version(),
		UptimeSeconds: int64(time.Since(a.started) / time.Second),
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	v.Memory = memoryView{HeapBytes: m.HeapAlloc, TotalBytes: m.Sys}
	for name, err := range a.Checks(ctx) {
		if err == nil {
			continue
		}
		if v.Status == "ok" {
			v.Status = "degraded"
		}
		if name == "database" || name == "writer" {
			v.Status, v.Database = "down", fail(err, "failed").sentence
		}
	}
	if t, err := a.totals(ctx); err == nil {
		v.WhatsAppClients = t.Devices[string(session.Connected)] + t.Devices[string(session.Degraded)]
	}
	return v, nil
}

func (a *API) webhookStats(ctx context.Context, c *call, _ none, _ none) (webhookStats, error) {
	t, err := a.totals(ctx)
	if err != nil {
		return webhookStats{}, err
	}
	v := webhookStats{
		Total: sum(t.Webhooks), Active: t.Webhooks[string(webhook.Active)], Paused: t.Webhooks[string(webhook.Paused)],
		Disabled: t.Webhooks[string(webhook.Disabled)], Dead: t.Dead,
	}
	if attempts := t.Successes24h + t.Failures24h; attempts > 0 {
		rate := float64(t.Successes24h) / float64(attempts)
		v.SuccessRate = &rate
	}
	return v, a.addBacklogs(ctx, &v)
}

// addBacklogs sums up what waits for the webhooks of all accounts.
func (a *API) addBacklogs(ctx context.Context, v *webhookStats) error {
	var oldest time.Time
	for o := (webhook.ListOptions{Limit: pageOfAll}); ; {
		page, next, err := a.Webhooks.List(ctx, webhook.Scope{}, o)
		if err != nil {
			return err
		}
		for i := range page {
			b, err := a.Deliveries.Backlog(ctx, &page[i])
			if err != nil {
				return err
			}
			v.Pending, v.Held = v.Pending+b.Pending, v.Held+b.Held
			if b.Pending > 0 && (oldest.IsZero() || b.OldestAt.Before(oldest)) {
				oldest = b.OldestAt
			}
		}
		if o.After = next; next == "" {
			v.OldestPendingAt = moment(oldest)
			return nil
		}
	}
}
