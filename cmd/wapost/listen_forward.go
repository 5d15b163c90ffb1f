package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"wapost/internal/client"
	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

// forward sends events to a server of the developer's with the sender of the gateway, so that the requests are the same.
type forward struct {
	sender *httppost.Sender
	hook   *webhook.Webhook
}

var errForward = errors.New("give --forward a URL such as http://localhost:3000/hook")

// newForward makes a sender without the guard of webhooks: the developer names the address, and it is meant to be local.
func newForward(to, secret string, timeout time.Duration) (*forward, error) {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q: %w", to, errForward)
	}
	dialer := new(net.Dialer)
	door := egress.Door{Transport: &http.Transport{Proxy: nil, DisableCompression: true},
		Dial: func(ctx context.Context, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", address)
		}}
	return &forward{sender: httppost.New(door, version), hook: &webhook.Webhook{URL: to, Timeout: timeout, Secrets: []webhook.Secret{{Text: secret}}}}, nil
}

func (f *forward) attempt(ctx context.Context, m client.Message, e heard, n int) httppost.Exchange {
	r := &event.Recorded{ID: m.ID, Type: event.Type(m.Name), Body: m.Data, DeviceID: e.deviceID}
	return f.sender.Examine(ctx, delivery.Request{Webhook: f.hook, Event: r, Body: m.Data, Attempt: n})
}

// answered shows what the local server said.
func (l *listener) answered(x httppost.Exchange) {
	o := x.Outcome
	took := o.Duration.Round(time.Millisecond / 10)
	line, paint := fmt.Sprintf("→ %d in %v", o.Status, took), l.ink.good
	switch {
	case o.Status == 0:
		line, paint = fmt.Sprintf("→ no answer after %v: %s", took, o.Err), l.ink.bad
	case o.Class != "":
		paint = l.ink.bad
	}
	if text := plain(string(x.Excerpt), 120); text != "" {
		line += ": " + text
	}
	w := l.out
	if l.cmd.JSON {
		w = l.notes // standard output is for events alone
	}
	fmt.Fprintln(w, "          "+paint(line))
}
