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
	"strings"
	"time"

	"wapost/internal/client"
)

// lookAgain is the interval of asking how far a replay is.
const lookAgain = 500 * time.Millisecond

// watcher shows the progress of one replay.
type watcher struct {
	api    *client.Client
	hook   oneWebhook
	json   bool
	out    io.Writer // for the result
	screen io.Writer // for the progress
	live   bool      // the screen can show one line again and again
	every  time.Duration
	shown  string
	raw    json.RawMessage // the replay as the gateway showed it last
}

func newWatcher(api *client.Client, hook oneWebhook, o output) *watcher {
	return &watcher{api: api, hook: hook, json: o.JSON, out: os.Stdout, screen: os.Stderr, live: isTerminal(os.Stderr), every: lookAgain}
}

func (w *watcher) look(ctx context.Context, id string) (r replayRow, err error) {
	a, err := w.api.Do(ctx, http.MethodGet, w.hook.path("/replays/", url.PathEscape(id)), nil, nil, &r)
	if err == nil {
		w.raw = a.Data
	}
	return r, err
}

// run shows until the replay is over. The end of ctx ends the watching alone.
func (w *watcher) run(ctx context.Context, r replayRow) error {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for !r.over() {
		w.show(r)
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.endLine()
			fmt.Fprintf(w.screen, "%s goes on at the gateway: `wapost replay watch %d %s` shows it, `wapost replay cancel %d %s` ends it\n", r.ID, w.hook.ID, r.ID, w.hook.ID, r.ID)
			return nil
		}
		now, err := w.look(ctx, r.ID)
		var down *client.Unreachable
		switch {
		case err == nil:
			r = now
		case ctx.Err() != nil, errors.As(err, &down): // asked again; the job does not need us
		default:
			w.endLine()
			return explain(err)
		}
	}
	w.show(r)
	w.endLine()
	return w.result(r)
}

var errFailedReplay = errors.New("the replay failed")

func (w *watcher) result(r replayRow) error {
	if w.json {
		if err := printJSON(w.out, w.raw); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(w.out, "%s: %d delivered, %d failed\n", r.State, r.Delivered, r.Failed)
	}
	if r.Failed > 0 {
		fmt.Fprintf(w.screen, "`wapost deliveries %d` shows the attempts\n", w.hook.ID)
	}
	if r.State == "failed" {
		return fmt.Errorf("%w; the gateway's log tells why (%s)", errFailedReplay, r.ID)
	}
	return nil
}

// show draws the progress: in place on a terminal, else a line whenever it has moved.
func (w *watcher) show(r replayRow) {
	line := progress(r)
	if line == w.shown {
		return
	}
	w.shown = line
	if w.live {
		fmt.Fprint(w.screen, "\r\x1b[K", line)
		return
	}
	fmt.Fprintln(w.screen, line)
}

func (w *watcher) endLine() {
	if w.live && w.shown != "" {
		fmt.Fprintln(w.screen)
	}
}

const barWidth = 30

func progress(r replayRow) string {
	if r.Matched == nil {
		return fmt.Sprintf("%s  %s", r.ID, r.State)
	}
	done, share := r.Delivered+r.Failed, 1.0
	if *r.Matched > 0 {
		share = min(1, float64(done)/float64(*r.Matched))
	}
	full := int(share * barWidth)
	return fmt.Sprintf("%s [%s%s] %3.0f %%  %d of %d, %d failed", r.State, strings.Repeat("#", full), strings.Repeat("·", barWidth-full), 100*share, done, *r.Matched, r.Failed)
}
