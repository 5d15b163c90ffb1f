package control_test

import (
	"testing"

	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestDevicesAreListed(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	devices, err := r.Devices(t.Context())
	must(t, err)
	if len(devices) != 1 {
		t.Fatalf("devices are %+v", devices)
	}
	d := devices[0]
	if d.JID != owner+":1@s.whatsapp.net" || d.Phone != owner || !d.Connected || d.Held || d.Logins != 1 || d.PreKeys < 800 || d.LinkedAt.IsZero() || d.LastLoginAt.IsZero() {
		t.Errorf("device is %+v", d)
	}
	for _, id := range []string{g.device, d.JID, d.LID} {
		if got, err := r.Device(t.Context(), id); err != nil || got.JID != d.JID {
			t.Errorf("%s: %+v %v", id, got, err)
		}
	}
}

func TestUnknownDevicesAreToldEverywhere(t *testing.T) {
	r := newRig(t)
	ctx, id := t.Context(), owner+":1"
	_, device := r.Device(ctx, id)
	_, unacked := r.Unacked(ctx, id)
	_, kick := r.Kick(ctx, id, simclient.Kick{})
	_, hold := r.Hold(ctx, id)
	_, release := r.Release(ctx, id, 0)
	_, preKeys := r.SetPreKeys(ctx, id, 0)
	_, faults := r.Faults(ctx, simclient.Scope{Device: id})
	for name, err := range map[string]error{"get": device, "unacked": unacked, "kick": kick, "hold": hold, "release": release, "prekeys": preKeys,
		"faults": faults, "stream-error": r.StreamError(ctx, id, simclient.StreamError{}), "unlink": r.Unlink(ctx, id),
		"corrupt": r.CorruptNext(ctx, id, 1, "session"), "stanzas": r.SendStanza(ctx, id, simclient.Node{Tag: "ib"}, false)} {
		if simclient.CodeOf(err) != "unknown_device" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKickedGatewayComesBack(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	for n, k := range []simclient.Kick{{}, {Graceful: true}} {
		if was, err := r.Kick(t.Context(), g.device, k); err != nil || !was {
			t.Fatalf("was connected: %v, %v", was, err)
		}
		await[*events.Disconnected](g, nil)
		await[*events.Connected](g, nil)
		if d, err := r.Device(t.Context(), g.device); err != nil || d.Logins != n+2 {
			t.Errorf("device is %+v, %v", d, err)
		}
	}
	if _, err := r.Kick(t.Context(), g.device, simclient.Kick{Times: 2, IntervalMS: 1}); err != nil {
		t.Error(err)
	}
	_, err := r.Kick(t.Context(), g.device, simclient.Kick{Times: -1})
	fails(t, err, 400, "invalid_request")
}

func TestAStreamErrorReachesTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	must(t, r.StreamError(t.Context(), g.device, simclient.StreamError{Code: "599", CloseAfterMS: new(-1)}))
	await(g, func(e *events.StreamError) bool { return e.Code == "599" })
	must(t, r.StreamError(t.Context(), g.device, simclient.StreamError{Conflict: "replaced"}))
	await[*events.StreamReplaced](g, nil)
	until(t, func() bool {
		d, err := r.Device(t.Context(), g.device)
		return err == nil && !d.Connected
	})
	fails(t, r.StreamError(t.Context(), g.device, simclient.StreamError{Code: "503"}), 409, "not_connected")
	demand := &simclient.DemandedStanza{Class: "message", ID: "1"}
	fails(t, r.StreamError(t.Context(), g.device, simclient.StreamError{Ack: demand, CloseAfterMS: new(0)}), 409, "not_connected")
	fails(t, r.StreamError(t.Context(), g.device, simclient.StreamError{Ack: demand, Conflict: "replaced"}), 400, "invalid_request")
	fails(t, r.StreamError(t.Context(), g.device, simclient.StreamError{Conflict: "war"}), 400, "invalid_request")
	fails(t, r.StreamError(t.Context(), g.device, simclient.StreamError{CloseAfterMS: new(-2)}), 400, "invalid_request")
}

func TestADemandedAckIsInTheStreamError(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	before, err := r.Trace(t.Context(), simclient.TraceQuery{Limit: 1000})
	must(t, err)
	must(t, r.StreamError(t.Context(), g.device, simclient.StreamError{Ack: &simclient.DemandedStanza{Class: "message", ID: "3A01"}, CloseAfterMS: new(0)}))
	page, err := r.Trace(t.Context(), simclient.TraceQuery{After: before.Next, Tag: "stream:error", Timeout: patience, Nodes: true})
	must(t, err)
	if len(page.Entries) == 0 {
		t.Fatal("no stream error was sent")
	}
	child := page.Entries[0].Node.Content.([]simclient.Node)[0]
	if child.Tag != "ack" || child.Attrs["class"] != "message" || child.Attrs["id"] != "3A01" {
		t.Errorf("it names %+v", child)
	}
}

func TestAnUnlinkedGatewayIsLoggedOut(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	must(t, r.Unlink(t.Context(), g.device))
	awaitLogout(g)
	_, err := r.Device(t.Context(), g.device)
	fails(t, err, 404, "unknown_device")
	if u, err := r.User(t.Context(), owner); err != nil || len(u.Devices) != 0 {
		t.Errorf("user is %+v, %v", u, err)
	}
}

func TestTheNextMessagesCanBeDamaged(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	must(t, r.CorruptNext(t.Context(), g.device, 1, "ciphertext"))
	sent, err := r.Send(t.Context(), anna, simclient.Message{To: owner, Text: "x"})
	must(t, err)
	await(g, func(e *events.UndecryptableMessage) bool { return e.Info.ID == sent.ID })
	whole := r.send(anna, simclient.Message{To: owner, Text: "y"})
	await(g, withID(whole.ID))
	fails(t, r.CorruptNext(t.Context(), g.device, 1, "mood"), 400, "invalid_request")
	fails(t, r.CorruptNext(t.Context(), g.device, -1, "session"), 400, "invalid_request")
}

func TestAGatewayWithFewPreKeysBringsNewOnes(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	if left, err := r.SetPreKeys(t.Context(), g.device, 2); err != nil || left != 2 {
		t.Fatalf("%d are left, %v", left, err)
	}
	until(t, func() bool {
		d, err := r.Device(t.Context(), g.device)
		return err == nil && d.PreKeys > 2
	})
	_, err := r.SetPreKeys(t.Context(), g.device, -1)
	fails(t, err, 400, "invalid_request")
	_, err = r.Release(t.Context(), g.device, -1)
	fails(t, err, 400, "invalid_request")
}

func TestAnyStanzaCanBeSent(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	lid := r.user(anna, "Anna").LID
	typing := simclient.Node{Tag: "chatstate", Attrs: map[string]any{"from": simclient.JID(lid)}, Content: []simclient.Node{{Tag: "composing"}}}
	must(t, r.SendStanza(t.Context(), g.device, typing, false))
	await(g, func(e *events.ChatPresence) bool { return e.MessageSource.Sender.String() == lid })
	about := simclient.Node{Tag: "notification", Attrs: map[string]any{"from": simclient.JID(lid), "type": "status", "id": "about-1", "t": "1767323045"},
		Content: []simclient.Node{{Tag: "set", Content: "busy"}}}
	must(t, r.SendStanza(t.Context(), g.device, about, true))
	await(g, func(e *events.UserAbout) bool { return e.Status == "busy" })
	fails(t, r.SendStanza(t.Context(), g.device, typing, true), 400, "invalid_request") // it has no id
	_, err := r.Hold(t.Context(), g.device)
	must(t, err)
	g.Disconnect()
	until(t, func() bool {
		d, err := r.Device(t.Context(), g.device)
		return err == nil && !d.Connected
	})
	fails(t, r.SendStanza(t.Context(), g.device, typing, false), 409, "not_connected")
}
