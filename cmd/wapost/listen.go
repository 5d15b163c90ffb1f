package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"wapost/internal/client"
	"wapost/internal/delivery"
)

type listenCmd struct {
	remote
	Forward string        `placeholder:"URL" env:"WAPOST_LISTEN_FORWARD" help:"Send each event there as a webhook does, e.g. http://localhost:3000/hook."`
	Types   []string      `placeholder:"TYPE" env:"WAPOST_LISTEN_TYPES" help:"Types and patterns, e.g. message.*; default: all but the explicit ones."`
	Device  string        `placeholder:"ID" env:"WAPOST_LISTEN_DEVICE" help:"Only events of this device."`
	Chat    string        `placeholder:"CHAT" env:"WAPOST_LISTEN_CHAT" help:"Only events of this chat: a JID or a phone number."`
	Include []string      `placeholder:"PART" env:"WAPOST_LISTEN_INCLUDE" help:"Optional parts of events: raw, thumbnail."`
	Resume  string        `type:"path" placeholder:"FILE" env:"WAPOST_LISTEN_RESUME" help:"Keep the place in this file, and go on from it at the next start."`
	Timeout time.Duration `default:"15s" env:"WAPOST_LISTEN_TIMEOUT" help:"How long the local server may take."`
	JSON    bool          `name:"json" env:"WAPOST_LISTEN_JSON" help:"Print each event as one line of JSON."`
}

// Help says what flags cannot.
func (listenCmd) Help() string {
	return `Shows the events of a gateway as they come and, with --forward, sends them to a server on your machine: no public address and
no tunnel are needed. The requests are those of a webhook, signature and webhook-id included. The signing secret comes from
WAPOST_LISTEN_SECRET or the file that WAPOST_LISTEN_SECRET_FILE names; else one is made and printed.

The credential is WAPOST_API_KEY, or the file that WAPOST_API_KEY_FILE names: an API key, or a device token for one device.

After a break of the connection it goes on without a loss. While the local server is not there it waits for it, so a restart
of yours loses nothing; an answer of any status is shown and counts as an answer. Without --resume each start begins with
what happens from then on.

Examples:
  export WAPOST_API_KEY=wapost_…
  wapost listen
  wapost listen --types message.received --forward http://localhost:3000/hook
  wapost listen --resume ~/.wapost-place --forward http://localhost:3000/hook`
}

// Run shows and forwards until it is told to stop.
func (c *listenCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	l := &listener{cmd: c, out: os.Stdout, notes: os.Stderr, ink: inkFor(os.Stdout)}
	if err := l.openPlace(); err != nil {
		return err
	}
	if err := l.openForward(); err != nil {
		return err
	}
	err = api.Stream(ctx, client.Follow{
		Query: c.query(), After: l.place.After,
		Opened: func() { l.note("connected to %s", c.URL) },
		Lost:   func(err error, wait time.Duration) { l.note("connection lost: %v; trying again in %v", err, wait) },
	}, func(m client.Message) error { return l.take(ctx, m) })
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return explain(err)
}

func (c *listenCmd) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"types": strings.Join(c.Types, ","), "device_id": c.Device, "chat": c.Chat, "include": strings.Join(c.Include, ",")} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// listener is a running listen.
type listener struct {
	cmd     *listenCmd
	out     io.Writer
	notes   io.Writer
	ink     ink
	place   place
	forward *forward // nil = events are only shown
}

func (l *listener) note(format string, args ...any) {
	fmt.Fprintln(l.notes, l.ink.faint("· "+fmt.Sprintf(format, args...)))
}

// openForward makes the sender and tells the secret when it was made here.
func (l *listener) openForward() error {
	if l.cmd.Forward == "" {
		return nil
	}
	secret, err := secretFromEnvironment("WAPOST_LISTEN_SECRET")
	if err != nil {
		return err
	}
	given := secret != ""
	if !given {
		b := make([]byte, 24)
		_, _ = rand.Read(b) // never fails
		secret = "whsec_" + base64.StdEncoding.EncodeToString(b)
	}
	if l.forward, err = newForward(l.cmd.Forward, secret, l.cmd.Timeout); err != nil {
		return err
	}
	l.note("forwarding to %s", l.cmd.Forward)
	if !given {
		l.note("signing secret of this run: %s", secret)
	}
	return nil
}

// take shows one message, forwards it and keeps the place.
func (l *listener) take(ctx context.Context, m client.Message) error {
	if m.ID == "" {
		if m.Name == "gap" {
			fmt.Fprintln(l.notes, l.ink.warn("! events were lost: the place to go on from is older than the log; it goes on with the oldest event"))
		}
		return nil
	}
	e, err := readHeard(m.Data)
	if err != nil {
		return fmt.Errorf("understand %s: %w", m.ID, err)
	}
	l.show(m, e)
	if l.forward != nil {
		if err := l.send(ctx, m, e); err != nil {
			return err
		}
	}
	return l.keep(m.ID)
}

// heard is an event of the stream.
type heard struct {
	deviceID string
	envelope
}

func readHeard(b []byte) (h heard, err error) {
	var head struct {
		Type     string  `json:"type"`
		DeviceID *string `json:"device_id"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return h, err
	}
	_ = json.Unmarshal(b, &h.envelope) // a type whose data has other forms is shown without a summary
	h.Type = head.Type
	if head.DeviceID != nil {
		h.deviceID = *head.DeviceID
	}
	return h, nil
}

func (l *listener) show(m client.Message, e heard) {
	if l.cmd.JSON {
		fmt.Fprintf(l.out, "%s\n", m.Data)
		return
	}
	kind := l.ink.bold(fmt.Sprintf("%-26s", e.Type))
	fmt.Fprintf(l.out, "%s  #%-5s %s %s\n", l.ink.faint(time.Now().Format(time.TimeOnly)), e.number(), kind, plain(e.summary(), 160))
}

// send forwards until somebody answers.
func (l *listener) send(ctx context.Context, m client.Message, e heard) error {
	waiting := false
	for attempt := 1; ; attempt++ {
		x := l.forward.attempt(ctx, m, e, attempt)
		if err := ctx.Err(); err != nil {
			return err
		}
		if !absent(x.Outcome) {
			l.answered(x)
			return nil
		}
		if !waiting {
			waiting = true
			l.note("%s is not there (%s); waiting for it", l.cmd.Forward, x.Outcome.Err)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// absent reports whether nobody was there to answer.
func absent(o delivery.Outcome) bool {
	switch o.Class {
	case delivery.ClassConnect, delivery.ClassDNS, delivery.ClassReset:
		return true
	}
	return false
}
