package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"wapost/internal/client"
)

type replayCmd struct {
	Start  replayStartCmd  `cmd:"" default:"withargs" help:"Send a part of the log to a webhook again (default)."`
	Watch  replayWatchCmd  `cmd:"" help:"Show how far a replay is, until it ends."`
	List   replayListCmd   `cmd:"" help:"List the replays of a webhook."`
	Cancel replayCancelCmd `cmd:"" help:"Cancel a replay."`
}

// replayRow is what the commands read of a replay.
type replayRow struct {
	ID         string     `json:"id"`
	State      string     `json:"state"`
	Since      time.Time  `json:"since"`
	Until      time.Time  `json:"until"`
	Status     []string   `json:"status"`
	Matched    *int       `json:"matched"`
	Sent       int        `json:"sent"`
	Delivered  int        `json:"delivered"`
	Failed     int        `json:"failed"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

func (r replayRow) over() bool {
	return r.State == "done" || r.State == "cancelled" || r.State == "failed"
}

// explainPaused adds what to do when a webhook does not want anything now.
func explainPaused(err error, webhook int64) error {
	var e *client.Error
	if errors.As(err, &e) && e.Status == http.StatusConflict {
		switch {
		case strings.Contains(e.Sentence, "paused"), strings.Contains(e.Sentence, "disabled"):
			return fmt.Errorf("%w\n  `wapost webhooks resume %d` switches it on", err, webhook)
		case strings.Contains(e.Sentence, "replay"), strings.Contains(e.Sentence, "Replay"):
			return fmt.Errorf("%w\n  `wapost replay list %d` shows it; watch it or cancel it", err, webhook)
		}
	}
	return explain(err)
}

type replayStartCmd struct {
	remote
	output
	oneWebhook
	Since  moment   `required:"" placeholder:"TIME|AGE" env:"-" help:"Recorded at or after this time, or not longer ago than 15m, 2h, 3d."`
	Until  moment   `placeholder:"TIME|AGE" env:"-" help:"Recorded before; default: now."`
	Types  []string `placeholder:"TYPE" env:"-" help:"Types and patterns; default: the webhook's filter."`
	Status []string `enum:"dead,missing,delivered" default:"dead,missing" env:"-" help:"What became of them: dead (given up), missing (never tried), delivered."`
	Detach bool     `env:"-" help:"Do not wait for the end."`
}

// Help says what flags cannot.
func (replayStartCmd) Help() string {
	return `The gateway sends the chosen events once more, in recorded order, beside the live ones, under the same ids and marked
webhook-replay: true. The job is stored there: it survives restarts of both, and goes on when this command ends.

Examples:
  wapost replay 1 --since 2h                                 what was given up or never tried in the last two hours
  wapost replay 1 --since 2025-12-17T00:00:00Z --status dead,missing,delivered   everything since then
  wapost replay watch 1 rpl_…`
}

// Run starts a replay and shows it.
func (c *replayStartCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	body := map[string]any{"since": stamp(c.Since), "status": c.Status}
	if !c.Until.IsZero() {
		body["until"] = stamp(c.Until)
	}
	if len(c.Types) > 0 {
		body["types"] = c.Types
	}
	var r replayRow
	a, err := api.Do(ctx, http.MethodPost, c.path("/replay"), nil, body, &r)
	if err != nil {
		return explainPaused(err, c.ID)
	}
	if c.Detach && c.JSON {
		return printJSON(os.Stdout, a.Data)
	}
	if c.Detach {
		fmt.Printf("%s is %s; `wapost replay watch %d %s` shows it\n", r.ID, r.State, c.ID, r.ID)
		return nil
	}
	w := newWatcher(api, c.oneWebhook, c.output)
	w.raw = a.Data
	return w.run(ctx, r)
}

type oneReplay struct {
	Replay string `arg:"" help:"Id of the replay (rpl_…)."`
}

type replayWatchCmd struct {
	remote
	output
	oneWebhook
	oneReplay
}

// Run shows the rest of a replay.
func (c *replayWatchCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	w := newWatcher(api, c.oneWebhook, c.output)
	r, err := w.look(ctx, c.Replay)
	if err != nil {
		return explain(err)
	}
	return w.run(ctx, r)
}

type replayListCmd struct {
	remote
	output
	oneWebhook
}

// Run lists.
func (c *replayListCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	list, err := api.List(ctx, c.path("/replays"), url.Values{}, 0)
	if err != nil {
		return explain(err)
	}
	if c.JSON {
		return printJSON(os.Stdout, list)
	}
	if len(list) == 0 {
		fmt.Printf("no replays; `wapost replay %d --since …` starts one\n", c.ID)
		return nil
	}
	return showReplays(os.Stdout, inkFor(os.Stdout), list)
}

func showReplays(w io.Writer, i ink, list []json.RawMessage) error {
	t := table{head: []string{"REPLAY", "STARTED", "SINCE", "UNTIL", "OF", "MATCHED", "DELIVERED", "FAILED", "STATE"}, tint: tintState(i)}
	for _, raw := range list {
		var r replayRow
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		matched := "-"
		if r.Matched != nil {
			matched = strconv.Itoa(*r.Matched)
		}
		t.add(r.ID, r.CreatedAt.Local().Format(time.DateTime), r.Since.Local().Format(time.DateTime), r.Until.Local().Format(time.DateTime),
			strings.Join(r.Status, ","), matched, strconv.Itoa(r.Delivered), strconv.Itoa(r.Failed), r.State)
	}
	t.print(w, i)
	return nil
}

type replayCancelCmd struct {
	remote
	oneWebhook
	oneReplay
}

// Run cancels.
func (c *replayCancelCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	if _, err := api.Do(ctx, http.MethodDelete, c.path("/replays/", url.PathEscape(c.Replay)), nil, nil, nil); err != nil {
		return explain(err)
	}
	fmt.Printf("%s is cancelled; a request that is on its way may still arrive\n", c.Replay)
	return nil
}
