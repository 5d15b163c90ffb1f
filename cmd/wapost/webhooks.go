package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

type webhooksCmd struct {
	List   webhooksListCmd   `cmd:"" default:"withargs" help:"List the webhooks and how they are (default)."`
	Show   webhooksShowCmd   `cmd:"" help:"Show one webhook with its figures."`
	Create webhooksCreateCmd `cmd:"" help:"Register a webhook."`
	Pause  webhooksPauseCmd  `cmd:"" help:"Stop sending; events are held, not dropped."`
	Resume webhooksResumeCmd `cmd:"" help:"Go on sending, also to a disabled webhook."`
	Delete webhooksDeleteCmd `cmd:"" help:"Delete a webhook. What waits for it is cancelled."`
	Test   webhooksTestCmd   `cmd:"" help:"Send one signed test request now and show what came back."`
}

// output is where the commands of this family print.
type output struct {
	JSON bool `name:"json" env:"WAPOST_JSON" help:"Print JSON instead of text."`
}

// webhookRow is what the commands read of a webhook.
type webhookRow struct {
	ID          int64     `json:"id"`
	URL         string    `json:"url"`
	Events      []string  `json:"events"`
	DeviceID    *string   `json:"device_id"`
	State       string    `json:"state"`
	StateReason *string   `json:"state_reason"`
	StateSince  time.Time `json:"state_since"`
	Description string    `json:"description"`
	Ordering    string    `json:"ordering"`
	Timeout     int       `json:"timeout_seconds"`
	MaxInFlight int       `json:"max_in_flight"`
	CreatedAt   time.Time `json:"created_at"`
	TLS         *struct {
		CA     []struct{} `json:"ca"`
		Client *struct {
			Subject  string    `json:"subject"`
			NotAfter time.Time `json:"not_after"`
		} `json:"client"`
		Warning *string `json:"warning"`
	} `json:"tls"`
	Backlog struct {
		Pending  int        `json:"pending"`
		Held     int        `json:"held"`
		OldestAt *time.Time `json:"oldest_at"`
	} `json:"backlog"`
}

func (w webhookRow) events() string {
	if len(w.Events) == 0 {
		return "all"
	}
	return strings.Join(w.Events, ", ")
}

// security says whom the webhook trusts and what it shows.
func (w webhookRow) security() string {
	parts := []string{"the system's authorities"}
	if n := len(w.TLS.CA); n > 0 {
		parts[0] = fmt.Sprintf("authorities of its own (%d)", n)
	}
	if c := w.TLS.Client; c != nil {
		parts = append(parts, "shows "+c.Subject+" until "+c.NotAfter.Format(time.DateOnly))
	}
	if w.TLS.Warning != nil {
		parts = append(parts, *w.TLS.Warning)
	}
	return strings.Join(parts, "; ")
}

func (w webhookRow) how() string {
	if w.StateReason != nil {
		return w.State + " (" + *w.StateReason + ")"
	}
	return w.State
}

// tintState colours by the state in the last column.
func tintState(i ink) func([]string) func(string) string {
	return func(row []string) func(string) string {
		switch word, _, _ := strings.Cut(row[len(row)-1], " "); word {
		case "active", "delivered", "done":
			return i.good
		case "failing", "disabled", "dead", "failed", "expired":
			return i.bad
		}
		return i.warn
	}
}

type webhooksListCmd struct {
	remote
	output
	State *string `enum:"active,failing,paused,disabled" env:"-" placeholder:"STATE" help:"Only those in this state: active, failing, paused or disabled."`
}

// Run lists.
func (c *webhooksListCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	if c.State != nil {
		query.Set("state", *c.State)
	}
	list, err := api.List(ctx, "/webhooks", query, 0)
	if err != nil {
		return explain(err)
	}
	if c.JSON {
		return printJSON(os.Stdout, list)
	}
	if len(list) == 0 {
		fmt.Println("no webhooks; `wapost webhooks create https://…` registers one")
		return nil
	}
	i := inkFor(os.Stdout)
	t := table{head: []string{"ID", "URL", "EVENTS", "PENDING", "HELD", "OLDEST", "STATE"}, tint: tintState(i)}
	for _, raw := range list {
		var w webhookRow
		if err := json.Unmarshal(raw, &w); err != nil {
			return err
		}
		t.add(strconv.FormatInt(w.ID, 10), plain(w.URL, 60), plain(w.events(), 40), strconv.Itoa(w.Backlog.Pending), strconv.Itoa(w.Backlog.Held), age(w.Backlog.OldestAt), w.how())
	}
	t.print(os.Stdout, i)
	return nil
}

// age is how long ago something was, in one unit.
func age(at *time.Time) string {
	if at == nil {
		return "-"
	}
	switch d := time.Since(*at); {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}

// oneWebhook is the argument of the commands about one.
type oneWebhook struct {
	ID int64 `arg:"" name:"webhook" help:"Id of the webhook."`
}

func (o oneWebhook) path(rest ...string) string {
	return "/webhooks/" + strconv.FormatInt(o.ID, 10) + strings.Join(rest, "")
}

type webhooksShowCmd struct {
	remote
	output
	oneWebhook
	Window string `enum:"1h,24h,7d" default:"24h" env:"-" help:"How far back the figures go: 1h, 24h or 7d."`
}

type statsRow struct {
	Delivered      int      `json:"delivered"`
	FailedAttempts int      `json:"failed_attempts"`
	Dead           int      `json:"dead"`
	SuccessRate    *float64 `json:"success_rate"`
	LatencyMS      marks    `json:"latency_ms"`
	LagMS          marks    `json:"lag_ms"`
	Breaker        struct {
		State       string     `json:"state"`
		NextProbeAt *time.Time `json:"next_probe_at"`
	} `json:"breaker"`
	ByStatus map[string]int `json:"by_status"`
}

type marks struct{ P50, P95, P99 *int64 }

func (m marks) String() string {
	if m.P50 == nil || m.P99 == nil {
		return "-"
	}
	return fmt.Sprintf("p50 %d ms, p99 %d ms", *m.P50, *m.P99)
}

// Run shows.
func (c *webhooksShowCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	var w webhookRow
	whole, err := api.Do(ctx, http.MethodGet, c.path(), nil, nil, &w)
	if err != nil {
		return explain(err)
	}
	var s statsRow
	stats, err := api.Do(ctx, http.MethodGet, c.path("/stats"), url.Values{"window": {c.Window}}, nil, &s)
	if err != nil {
		return explain(err)
	}
	if c.JSON {
		return printJSON(os.Stdout, map[string]json.RawMessage{"webhook": whole.Data, "stats": stats.Data})
	}
	showWebhook(os.Stdout, inkFor(os.Stdout), w, s, c.Window)
	return nil
}

func showWebhook(out io.Writer, i ink, w webhookRow, s statsRow, window string) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(out, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("webhook", "%d  %s", w.ID, plain(w.URL, 200))
	line("state", "%s since %s", tintState(i)([]string{w.how()})(w.how()), w.StateSince.Local().Format(time.DateTime))
	if w.Description != "" {
		line("description", "%s", plain(w.Description, 256))
	}
	line("events", "%s", plain(w.events(), 1000))
	if w.DeviceID != nil {
		line("device", "%s", *w.DeviceID)
	}
	line("sending", "%s, at most %d at once, %d s each", w.Ordering, w.MaxInFlight, w.Timeout)
	if w.TLS != nil {
		line("tls", "%s", plain(w.security(), 300))
	}
	line("waiting", "%d pending, %d held, the oldest for %s", w.Backlog.Pending, w.Backlog.Held, age(w.Backlog.OldestAt))
	probe := ""
	if s.Breaker.NextProbeAt != nil {
		probe = ", next probe " + s.Breaker.NextProbeAt.Local().Format(time.TimeOnly)
	}
	line("breaker", "%s%s", s.Breaker.State, probe)
	rate := "-"
	if s.SuccessRate != nil {
		rate = fmt.Sprintf("%.1f %%", 100**s.SuccessRate)
	}
	line("last "+window, "%d delivered, %d failed attempts, %d dead, success rate %s", s.Delivered, s.FailedAttempts, s.Dead, rate)
	line("answers", "%s", tally(s.ByStatus))
	line("answer time", "%v", s.LatencyMS)
	line("lag", "%v (recorded → 2xx)", s.LagMS)
	if w.State == "failing" || s.Dead > 0 {
		fmt.Fprintf(out, "\n`wapost deliveries %d` shows what happened; `wapost webhooks test %d` tries it now.\n", w.ID, w.ID)
	}
}
