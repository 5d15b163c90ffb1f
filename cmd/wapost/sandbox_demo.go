package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"wapost/simclient"
)

// demo plays a customer of the gateway, over its API alone, and the people who write to it, over the simulator's.
type demo struct {
	out    io.Writer
	people *simclient.Client
	ready  ready
	group  string
}

func trimmed(b []byte) []byte { return bytes.TrimSpace(b) }

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// The customer's name, by which a later start with the same data directory finds what an earlier one left.
const customer = "sandbox"

// setUp makes the people, an API key and a device, and links the device by scanning its QR code.
func (d *demo) setUp(ctx context.Context) error {
	for _, u := range []simclient.NewUser{
		{Phone: ownPhone, Name: new("You")},
		{Phone: echoPhone, Name: new("Echo"), Auto: &simclient.AutoChange{Read: new(true), Reply: new("echo")}},
		{Phone: miaPhone, Name: new("Mia"), Auto: &simclient.AutoChange{Read: new(true)}},
	} {
		if _, _, err := d.people.CreateUser(ctx, u); err != nil {
			return fmt.Errorf("create %s: %w", u.Phone, err)
		}
	}
	if err := d.forgetEarlier(ctx); err != nil {
		return err
	}
	d.say("1. An API key and a device, over the REST API")
	var key struct {
		APIKey string `json:"api_key"`
	}
	if err := d.admin().post(ctx, "/admin/api-keys", map[string]any{"customer_name": customer}, &key); err != nil {
		return err
	}
	d.ready.APIKey = key.APIKey
	var device struct {
		DeviceID string `json:"device_id"`
		Token    string `json:"token"`
	}
	if err := d.account().post(ctx, "/devices", map[string]any{"device_name": "sandbox"}, &device); err != nil {
		return err
	}
	d.ready.DeviceID, d.ready.Token = device.DeviceID, device.Token
	if err := d.link(ctx); err != nil {
		return err
	}
	g, err := d.people.CreateGroup(ctx, simclient.NewGroup{Subject: "Harbour crew", Owner: miaPhone, Participants: []string{ownPhone, echoPhone}})
	if err != nil {
		return fmt.Errorf("create the group: %w", err)
	}
	d.group = g.ID
	return nil
}

// forgetEarlier removes what an earlier sandbox left in this data directory: its simulator, and so its sessions, are gone.
func (d *demo) forgetEarlier(ctx context.Context) error {
	var keys []struct {
		ID       int64  `json:"id"`
		Customer string `json:"customer_name"`
	}
	if err := d.admin().do(ctx, http.MethodGet, "/admin/api-keys?limit=200", nil, &keys); err != nil {
		return err
	}
	for _, k := range keys {
		if k.Customer != customer {
			continue
		}
		if err := d.admin().do(ctx, http.MethodDelete, fmt.Sprintf("/admin/api-keys/%d?force=true", k.ID), nil, nil); err != nil {
			return err
		}
	}
	return nil
}

var errNotLinked = errors.New("the device did not connect in time; run again with --log-level debug")

func (d *demo) link(ctx context.Context) error {
	d.say("2. Pairing: the simulated phone %s scans the QR code", ownPhone)
	var login struct {
		Code string `json:"code"`
	}
	if err := d.account().post(ctx, "/devices/me/login", nil, &login); err != nil {
		return err
	}
	linked, err := d.people.Scan(ctx, ownPhone, login.Code)
	if err != nil {
		return fmt.Errorf("scan the code: %w", err)
	}
	d.say("   linked as %s", linked.Device.JID)
	return d.connected(ctx)
}

// connected waits until the gateway says that the device is usable.
func (d *demo) connected(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errNotLinked)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var status struct {
			State string `json:"state"`
		}
		if err := d.account().do(ctx, http.MethodGet, "/devices/me/status", nil, &status); err != nil {
			return err
		}
		if status.State == "connected" {
			d.say("   connected")
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w (state %s)", context.Cause(ctx), status.State)
		}
	}
}

// show registers a webhook, lets people write and answers them. What stop ends goes on showing events until then.
func (d *demo) show(ctx context.Context) (stop func(), err error) {
	sink, err := newSink(d)
	if err != nil {
		return func() {}, err
	}
	d.say("3. POST /webhooks: our own little receiver at %s", sink.url)
	var hook struct {
		ID     int64  `json:"id"`
		Secret string `json:"secret"`
	}
	if err := d.account().post(ctx, "/webhooks", map[string]any{"url": sink.url}, &hook); err != nil {
		return sink.close, err
	}
	sink.key(hook.Secret)
	d.say("   webhook %d; its generated secret is known to the receiver", hook.ID)
	d.say("4. Simulated people write; each line is a request that reached the receiver")
	for _, m := range []struct {
		phone string
		simclient.Message
	}{
		{miaPhone, simclient.Message{To: ownPhone, Text: "hello, are you open today?"}},
		{echoPhone, simclient.Message{To: ownPhone, Text: "ping"}},
		{miaPhone, simclient.Message{To: d.group, Text: "hello, crew"}},
	} {
		if _, err := d.people.SendAcked(ctx, m.phone, m.Message, 20*time.Second); err != nil {
			return sink.close, fmt.Errorf("send %q: %w", m.Text, err)
		}
	}
	return sink.close, d.answer(ctx, sink)
}

// answer replies to Mia through the REST API and waits until her simulated phone has decrypted it.
func (d *demo) answer(ctx context.Context, sink *sink) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := sink.messages(ctx, 3); err != nil {
		return err
	}
	const text = "Yes, until six. See you!"
	d.say("5. The bot answers over POST /chats/{chat}/messages")
	err := d.account().post(ctx, "/chats/"+url.PathEscape("+"+miaPhone)+"/messages", map[string]any{"text": text}, nil)
	if err != nil {
		return err
	}
	for after := uint64(0); ; {
		page, err := d.people.Inbox(ctx, miaPhone, simclient.InboxQuery{After: after, Timeout: 20 * time.Second})
		if err != nil {
			return fmt.Errorf("read Mia's inbox: %w", err)
		}
		after = page.Next
		for _, m := range page.Entries {
			if m.Content != nil && m.Content.Text == text {
				d.say("   Mia's phone decrypted: %q", m.Content.Text)
				return nil
			}
		}
	}
}
