package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"
)

type deliveriesCmd struct {
	List  deliveriesListCmd  `cmd:"" default:"withargs" help:"List the deliveries of a webhook, newest first (default)."`
	Show  deliveriesShowCmd  `cmd:"" help:"Show one delivery with its attempts and its event."`
	Retry deliveriesRetryCmd `cmd:"" help:"Try deliveries now, whatever became of them."`
}

// deliveryRow is what the commands read of a delivery.
type deliveryRow struct {
	ID            string          `json:"id"`
	Type          string          `json:"type"`
	DeviceID      *string         `json:"device_id"`
	Status        string          `json:"status"`
	AttemptsMade  int             `json:"attempts_made"`
	NextAttemptAt *time.Time      `json:"next_attempt_at"`
	DeliveredAt   *time.Time      `json:"delivered_at"`
	CreatedAt     time.Time       `json:"created_at"`
	Attempts      []attemptRow    `json:"attempts"`
	Event         json.RawMessage `json:"event"`
}

type attemptRow struct {
	N          int       `json:"n"`
	Trigger    string    `json:"trigger"`
	At         time.Time `json:"at"`
	DurationMS int64     `json:"duration_ms"`
	StatusCode *int      `json:"status_code"`
	ErrorClass *string   `json:"error_class"`
	Error      *string   `json:"error"`
	Excerpt    *string   `json:"response_excerpt"`
}

// said is the answer of an attempt in short.
func (a attemptRow) said() string {
	text := "no answer"
	if a.StatusCode != nil {
		text = strconv.Itoa(*a.StatusCode)
	}
	if a.ErrorClass != nil {
		text += " " + *a.ErrorClass
	}
	if a.Error != nil {
		text += ": " + plain(*a.Error, 100)
	}
	return text
}

// lastFailure is the answer of the newest attempt that failed, "-" when none did.
func (d deliveryRow) lastFailure() string {
	for _, a := range slices.Backward(d.Attempts) {
		if a.ErrorClass != nil {
			return a.said()
		}
	}
	return "-"
}

type deliveriesListCmd struct {
	remote
	output
	oneWebhook
	Status *string `enum:"pending,retrying,delivered,dead,held,skipped,expired,cancelled" env:"-" placeholder:"STATUS" help:"Only those: pending, retrying, delivered, dead, held, skipped, expired or cancelled."`
	Type   string  `placeholder:"TYPE" env:"-" help:"Only events of this type or pattern."`
	Since  moment  `placeholder:"TIME|AGE" env:"-" help:"Recorded at or after this time, or not longer ago than 15m, 2h, 3d."`
	Until  moment  `placeholder:"TIME|AGE" env:"-" help:"Recorded before."`
	Limit  int     `default:"50" env:"-" help:"At most so many; 0 = all."`
}

// Run lists.
func (c *deliveriesListCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"status": given(c.Status), "type": c.Type, "since": stamp(c.Since), "until": stamp(c.Until)} {
		if value != "" {
			query.Set(name, value)
		}
	}
	list, err := api.List(ctx, c.path("/deliveries"), query, c.Limit)
	if err != nil {
		return explain(err)
	}
	if c.JSON {
		return printJSON(os.Stdout, list)
	}
	if len(list) == 0 {
		fmt.Println("no deliveries match")
		return nil
	}
	return showDeliveries(os.Stdout, inkFor(os.Stdout), list, c.ID)
}

func stamp(m moment) string {
	if m.IsZero() {
		return ""
	}
	return m.Format(time.RFC3339Nano)
}

func showDeliveries(w io.Writer, i ink, list []json.RawMessage, webhook int64) error {
	t := table{head: []string{"RECORDED", "EVENT", "TYPE", "TRIES", "NEXT TRY", "LAST FAILURE", "STATUS"}, tint: tintState(i)}
	dead := 0
	for _, raw := range list {
		var d deliveryRow
		if err := json.Unmarshal(raw, &d); err != nil {
			return err
		}
		next := "-"
		if d.NextAttemptAt != nil {
			next = d.NextAttemptAt.Local().Format(time.DateTime)
		}
		if d.Status == "dead" {
			dead++
		}
		t.add(d.CreatedAt.Local().Format(time.DateTime), d.ID, d.Type, strconv.Itoa(d.AttemptsMade), next, plain(d.lastFailure(), 60), d.Status)
	}
	t.print(w, i)
	if dead > 0 {
		fmt.Fprintf(w, "\n%d dead: `wapost replay %d --since …` sends them again\n", dead, webhook)
	}
	return nil
}

type deliveriesShowCmd struct {
	remote
	output
	oneWebhook
	Event string `arg:"" help:"Id of the event (evt_…)."`
}

// Run shows.
func (c *deliveriesShowCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	var d deliveryRow
	a, err := api.Do(ctx, http.MethodGet, c.path("/deliveries/", url.PathEscape(c.Event)), nil, nil, &d)
	if err != nil {
		return explain(err)
	}
	if c.JSON {
		return printJSON(os.Stdout, a.Data)
	}
	return showDelivery(os.Stdout, inkFor(os.Stdout), d, c.ID)
}

func showDelivery(w io.Writer, i ink, d deliveryRow, webhook int64) error {
	fmt.Fprintf(w, "%s  %s  %s, %d attempts\n", d.ID, d.Type, tintState(i)([]string{d.Status})(d.Status), d.AttemptsMade)
	fmt.Fprintf(w, "recorded  %s\n", d.CreatedAt.Local().Format(time.DateTime))
	if d.DeliveredAt != nil {
		fmt.Fprintf(w, "delivered %s\n", d.DeliveredAt.Local().Format(time.DateTime))
	}
	if d.NextAttemptAt != nil {
		fmt.Fprintf(w, "next try  %s\n", d.NextAttemptAt.Local().Format(time.DateTime))
	}
	for _, a := range d.Attempts {
		fmt.Fprintf(w, "  %2d  %s  %-6s %6d ms  %s\n", a.N, a.At.Local().Format(time.DateTime), a.Trigger, a.DurationMS, a.said())
		if a.Excerpt != nil && *a.Excerpt != "" {
			fmt.Fprintf(w, "      %s\n", i.faint(plain(*a.Excerpt, 300)))
		}
	}
	if len(d.Event) > 0 {
		fmt.Fprintln(w)
		if err := printJSON(w, d.Event); err != nil {
			return err
		}
	}
	if d.Status == "dead" {
		fmt.Fprintf(w, "\n`wapost deliveries retry %d %s` tries it now\n", webhook, d.ID)
	}
	return nil
}

type deliveriesRetryCmd struct {
	remote
	oneWebhook
	Events []string `arg:"" help:"Ids of the events (evt_…)."`
}

// Run queues the retries, one by one, and stops at the first that is refused.
func (c *deliveriesRetryCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	for _, id := range c.Events {
		if _, err := api.Do(ctx, http.MethodPost, c.path("/deliveries/", url.PathEscape(id), "/retry"), nil, nil, nil); err != nil {
			return fmt.Errorf("%s: %w", id, explainPaused(err, c.ID))
		}
		fmt.Printf("%s will be tried now; `wapost deliveries show %d %s` tells how it went\n", id, c.ID, id)
	}
	return nil
}
