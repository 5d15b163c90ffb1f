package whatsapp_test

import (
	"strings"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
	"wapost/internal/simulator"
)

// typesSince returns the types of the events of a device behind the first n, without the offline brackets, which may come at
// any time.
func (g *gateway) typesSince(id string, n int) string {
	var list []string
	for _, l := range g.events(id)[n:] {
		name := string(l.Type)
		switch l.Type {
		case event.OfflineSyncPreview, event.OfflineSyncCompleted:
			continue
		case event.DeviceStateChanged:
			name = ">" + l.field("to")
		case event.ConnectionDisconnected:
			name += ":" + l.field("reason")
		}
		list = append(list, strings.TrimPrefix(name, "connection."))
	}
	return strings.Join(list, " ")
}

func TestEveryEndOfAConnection(t *testing.T) {
	stream := func(e simulator.StreamError) func(*testing.T, *world, *simulator.Device) {
		return func(t *testing.T, _ *world, d *simulator.Device) {
			if err := d.StreamError(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	kick := func(graceful bool) func(*testing.T, *world, *simulator.Device) {
		return func(t *testing.T, _ *world, d *simulator.Device) {
			if _, err := d.Kick(simulator.Kick{Graceful: graceful}); err != nil {
				t.Fatal(err)
			}
		}
	}
	refuse := func(r simulator.RefuseLogin) func(*testing.T, *world, *simulator.Device) {
		return func(t *testing.T, w *world, d *simulator.Device) {
			w.faults(d.ID(), func(f *simulator.Faults) { f.RefuseLogin = &r })
			kick(false)(t, w, d)
		}
	}
	const back = " >connecting >connected connected"
	for _, c := range []struct {
		name  string
		end   func(*testing.T, *world, *simulator.Device)
		state session.State
		want  string
	}{
		{"removed on the phone", func(_ *testing.T, _ *world, d *simulator.Device) { d.Unlink() }, session.LoggedOut, "disconnected:logged_out logged_out >logged_out"},
		{"replaced", stream(simulator.StreamError{Conflict: "replaced"}), session.Replaced, "disconnected:replaced >replaced stream_replaced"},
		{"stream error 503", stream(simulator.StreamError{Code: "503"}), session.Connected, "disconnected:remote >disconnected" + back},
		{"stream error 516", stream(simulator.StreamError{Code: "516"}), session.Connected, "stream_error disconnected:remote >disconnected" + back},
		{"TCP cut", kick(false), session.Connected, "disconnected:remote >disconnected" + back},
		{"close frame", kick(true), session.Connected, "disconnected:remote >disconnected" + back},
		{"login refused 401", refuse(simulator.RefuseLogin{Reason: 401}), session.LoggedOut, "disconnected:remote >disconnected >connecting logged_out >logged_out"},
		{"login refused 403", refuse(simulator.RefuseLogin{Reason: 403}), session.LoggedOut, "disconnected:remote >disconnected >connecting logged_out >logged_out"},
		{"banned", refuse(simulator.RefuseLogin{Reason: 402, Code: "101", ExpireS: 3600}), session.Banned, "disconnected:remote >disconnected >connecting >banned temporary_ban"},
		{"outdated", refuse(simulator.RefuseLogin{Reason: 405}), session.Outdated, "disconnected:remote >disconnected >connecting >outdated client_outdated"},
		{"login refused 409", refuse(simulator.RefuseLogin{Reason: 409}), session.Disconnected, "disconnected:remote >disconnected >connecting >disconnected connect_failure"},
		{"login refused 503", refuse(simulator.RefuseLogin{Reason: 503}), session.Connected, "disconnected:remote >disconnected" + back},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			g := newGateway(t, w)
			id, dev := g.linked(w.person("491700000001", "Alice"))
			g.await(id, event.ConnectionConnected, nil)
			before := len(g.events(id))
			c.end(t, w, dev)
			until(t, func() bool { return g.typesSince(id, before) == c.want },
				func() string { return "got  " + g.typesSince(id, before) + "\nwant " + c.want })
			if st := g.state(id, c.state); st.Online != (c.state == session.Connected) {
				t.Errorf("online %v in state %s", st.Online, st.State)
			}
		})
	}
}

func TestABanShowsItsEndAndIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, dev := g.linked(w.person("491700000001", "Alice"))
	w.faults(dev.ID(), func(f *simulator.Faults) {
		f.RefuseLogin = &simulator.RefuseLogin{Reason: 402, Code: "101", ExpireS: 1}
	})
	if _, err := dev.Kick(simulator.Kick{}); err != nil {
		t.Fatal(err)
	}
	e := g.await(id, event.ConnectionTemporaryBan, nil)
	if e.field("reason") == "" || e.field("expires_at") == "" {
		t.Errorf("%s", e.Data)
	}
	g.state(id, session.Connected)
}

func TestAnUnreachableWhatsAppIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool {
		st, _ := g.m.Status(t.Context(), 0, id)
		return st.State == session.Connecting && st.Error != ""
	})
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireUp })
	g.state(id, session.Connected)
	e := g.await(id, event.ConnectionConnected, func(l logged) bool { return strings.Contains(string(l.Data), `"reconnect":true`) })
	if !strings.Contains(string(e.Data), `"downtime_seconds":`) {
		t.Errorf("%s", e.Data)
	}
}

func TestThreeShortConnectionsLookLikeASecondClient(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, dev := g.linked(w.person("491700000001", "Alice"))
	for n := range 3 {
		until(t, func() bool { return dev.Info().Logins > n })
		g.state(id, session.Connected)
		if _, err := dev.Kick(simulator.Kick{}); err != nil {
			t.Fatal(err)
		}
		until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.Online || dev.Info().Logins > n+1 })
	}
	st := g.state(id, session.Disconnected)
	if st.Reason != "three_short_connections" || time.Until(st.StateUntil) < time.Minute || time.Until(st.StateUntil) > time.Hour {
		t.Errorf("a suspicion must be looked at again: reason %q, until %v", st.Reason, st.StateUntil)
	}
	// Nobody has said that it is somebody else.
	last := g.await(id, event.DeviceStateChanged, func(l logged) bool { return l.field("reason") == "three_short_connections" })
	if last.field("to") != "disconnected" {
		t.Errorf("%s", last.Data)
	}
	if n := len(g.events(id, event.ConnectionStreamReplaced)); n != 0 {
		t.Errorf("%d stream_replaced for a suspicion", n)
	}
	for _, e := range g.events(id, event.ConnectionDisconnected) {
		if e.field("reason") != "remote" {
			t.Errorf("%s", e.Data)
		}
	}
}

func TestARestartRestoresEachStateWithoutLying(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   func(*testing.T, *gateway, *world, string, *simulator.Device)
		after session.State
	}{
		{"connected", nil, session.Connected},
		{"logged out stays logged out", func(t *testing.T, g *gateway, _ *world, id string, d *simulator.Device) {
			d.Unlink()
			g.state(id, session.LoggedOut)
		}, session.LoggedOut},
		{"banned waits", func(t *testing.T, g *gateway, w *world, id string, d *simulator.Device) {
			w.faults(d.ID(), func(f *simulator.Faults) {
				f.RefuseLogin = &simulator.RefuseLogin{Reason: 402, Code: "101", ExpireS: 3600}
			})
			_, _ = d.Kick(simulator.Kick{}) // it may be reconnecting already
			g.state(id, session.Banned)
		}, session.Banned},
		{"replaced stays replaced", func(t *testing.T, g *gateway, _ *world, id string, d *simulator.Device) {
			if err := d.StreamError(simulator.StreamError{Conflict: "replaced"}); err != nil {
				t.Fatal(err)
			}
			g.state(id, session.Replaced)
		}, session.Replaced},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			dir := t.TempDir()
			g := openGateway(t, w, dir)
			id, dev := g.linked(w.person("491700000001", "Alice"))
			if c.end != nil {
				c.end(t, g, w, id, dev)
			}
			g.stop()
			g = openGateway(t, w, dir)
			g.state(id, c.after)
			if c.after == session.Connected {
				g.await(id, event.ConnectionDisconnected, func(l logged) bool { return l.field("reason") == "shutdown" })
				until(t, func() bool { return len(g.events(id, event.ConnectionConnected)) == 2 })
				if again := g.events(id, event.ConnectionConnected)[1]; strings.Contains(string(again.Data), `"downtime_seconds":null`) {
					t.Errorf("nobody knows how long it was away: %s", again.Data)
				}
			}
			if n := dev.Info().Logins; c.after != session.Connected && n > 1 {
				t.Errorf("%d logins: it connected although it should not", n)
			}
		})
	}
}

func TestADeviceThatWasBeingPairedIsNewAfterARestart(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	g := openGateway(t, w, dir)
	id := g.device(1).ID
	if _, err := g.m.StartPairing(t.Context(), 0, id); err != nil {
		t.Fatal(err)
	}
	g.stop()
	g = openGateway(t, w, dir)
	g.state(id, session.New)
}

func TestMessagesHandledButNotAcknowledgedComeAgainAndAreRecognised(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	g := openGateway(t, w, dir)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	w.faults(dev.ID(), func(f *simulator.Faults) { f.DropAcks = true })
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "once"})
	g.await(id, event.MessageReceived, withID(d.ID))
	g.stop()
	w.faults(dev.ID(), func(f *simulator.Faults) { f.DropAcks = false })
	g = openGateway(t, w, dir)
	acked(t, d)
	if n := len(g.events(id, event.MessageReceived)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}
