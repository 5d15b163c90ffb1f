package simulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"
)

func TestARestartedClientLogsInAgain(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked("4915100000001", "Owner", nil)
	keys := d.Info().PreKeys
	again := c.restart(nil)
	again.connect()
	await[*events.Connected](t, again, nil)
	if info := d.Info(); info.Logins != 2 || info.PreKeys != keys {
		t.Errorf("device is %+v, had %d prekeys", info, keys)
	}
}

// An idle login asks for nothing that the simulator does not know, and in this order.
func TestALoginAsksForPrekeysAndActivates(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, _ := w.linked("4915100000001", "Owner", nil)
	var asked []string
	for _, e := range w.s.Trace().Read(t.Context(), Query[TraceEntry]{Keep: func(e *TraceEntry) bool {
		return e.Direction == DirectionIn && e.Tag == "iq" && e.Device == d.jid
	}}).Entries {
		asked = append(asked, attrText(e.Node, "xmlns")+" "+attrText(e.Node, "type"))
	}
	if want := []string{"encrypt get", "encrypt set", "encrypt get", "passive set"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

// The ends of a connection: what the client reports, whether it comes back, and whether its keys are gone.
func TestStreamErrorsEndConnections(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	for i, c := range []struct {
		send    StreamError
		want    []string
		deleted bool
	}{
		{StreamError{Code: "401", Conflict: "device_removed"}, []string{"LoggedOut false 401"}, true},
		{StreamError{Conflict: "replaced"}, []string{"StreamReplaced"}, false},
		{StreamError{Code: "503"}, []string{"Disconnected", "Connected"}, false},
		{StreamError{Code: "500"}, []string{"StreamError 500", "Disconnected", "Connected"}, false},
		{StreamError{Code: "515"}, []string{"Connected"}, false},
		{StreamError{AckClass: "message", AckID: "X1"}, []string{"StreamError ", "Disconnected", "Connected"}, false},
		{StreamError{Code: "999", CloseAfter: CloseNever}, []string{"StreamError 999"}, false},
	} {
		t.Run(fmt.Sprint(c.send), func(t *testing.T) {
			_, d, cli := w.linked(fmt.Sprintf("491510000%04d", i), "Owner", nil)
			mark := cli.events.Next()
			if err := d.StreamError(c.send); err != nil {
				t.Fatal(err)
			}
			until(t, func() bool { return len(cli.names(mark)) >= len(c.want) })
			if got := cli.names(mark); !slices.Equal(got, c.want) {
				t.Errorf("the client reports %q, want %q", got, c.want)
			}
			if c.deleted {
				until(t, func() bool { return !d.Info().Connected })
			}
		})
	}
}

func TestRefusedLoginsAreReported(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked("4915100000001", "Owner", nil)
	for _, f := range []struct {
		fault RefuseLogin
		want  []string
	}{
		{RefuseLogin{Reason: 402, Code: "101", ExpireS: 3600}, []string{"TemporaryBan 101 1h0m0s"}},
		{RefuseLogin{Reason: 405}, []string{"ClientOutdated"}},
		{RefuseLogin{Reason: 409}, []string{"ConnectFailure 409"}},
		{RefuseLogin{Reason: 503, Times: 2}, []string{"Disconnected", "Disconnected", "Connected"}},
		{RefuseLogin{Reason: 403}, []string{"LoggedOut true 403"}}, // the last: the client throws its keys away
	} {
		t.Run(fmt.Sprint(f.fault.Reason), func(t *testing.T) {
			faults(t, w.s, d.ID(), func(all *Faults) { all.RefuseLogin = &f.fault })
			c = c.restart(nil)
			c.connect()
			until(t, func() bool { return len(c.names(0)) >= len(f.want) })
			if got := c.names(0); !slices.Equal(got, f.want) {
				t.Errorf("the client reports %q, want %q", got, f.want)
			}
			if left, err := w.s.Faults(d.ID()); err != nil || left.RefuseLogin != nil {
				t.Errorf("the fault is still on: %+v %v", left.RefuseLogin, err)
			}
		})
	}
}

func TestASecondLoginReplacesTheFirst(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, first := w.linked("4915100000001", "Owner", nil)
	second := w.clientOn(first.keys, nil)
	second.connect()
	await[*events.StreamReplaced](t, first, nil)
	await[*events.Connected](t, second, nil)
	if info := d.Info(); !info.Active || info.Logins != 2 {
		t.Errorf("device is %+v", info)
	}
}

func TestAKickedClientComesBack(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked("4915100000001", "Owner", nil)
	for _, graceful := range []bool{false, true} {
		mark := c.events.Next()
		if was, err := d.Kick(Kick{Graceful: graceful}); !was || err != nil {
			t.Fatalf("kick: %v %v", was, err)
		}
		awaitAfter[*events.Disconnected](t, c, mark, nil)
		awaitAfter[*events.Connected](t, c, mark, nil)
	}
	logins := d.Info().Logins
	if _, err := d.Kick(Kick{Times: 3, Interval: 20 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return d.Info().Logins > logins })
}

func TestUnlinkingIsSeenOnlineAndOffline(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	p, d, c := w.linked("4915100000001", "Owner", nil)
	d.Unlink()
	if out := await[*events.LoggedOut](t, c, nil); out.OnConnect {
		t.Error("a connected client was told only at a login")
	}
	other := w.client(nil)
	offline := w.link(p, other)
	other = other.restart(nil)
	offline.Unlink()
	other.connect()
	if out := await[*events.LoggedOut](t, other, nil); !out.OnConnect || out.Reason != events.ConnectFailureLoggedOut {
		t.Errorf("the client was told %+v", out)
	}
	third := w.client(nil)
	w.link(p, third)
	if err := third.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(p.Devices()); n != 0 {
		t.Errorf("%d devices are left", n)
	}
}

func TestADeletedPersonsDevicesAreLoggedOut(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked("4915100000001", "Owner", nil)
	if n, err := w.s.DeletePerson("4915100000001"); n != 1 || err != nil {
		t.Errorf("delete: %d %v", n, err)
	}
	await[*events.LoggedOut](t, c, nil)
	if _, err := w.s.Person("4915100000001"); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("the person is still there: %v", err)
	}
}

func TestTheWireGoesDownAndUp(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked("4915100000001", "Owner", nil)
	address, mark := w.s.Addr(), c.events.Next()
	faults(t, w.s, "", func(f *Faults) { f.Wire = WireDown })
	awaitAfter[*events.Disconnected](t, c, mark, nil)
	if err := w.client(nil).Connect(); err == nil {
		t.Error("a client connected to a wire that is down")
	}
	faults(t, w.s, "", func(f *Faults) { f.Wire = WireUp })
	awaitAfter[*events.Connected](t, c, mark, nil)
	if w.s.Addr() != address || d.Info().Logins != 2 {
		t.Errorf("address %s, was %s; device %+v", w.s.Addr(), address, d.Info())
	}
}

func TestUnpairedConnectionsEndAfterTheTimeout(t *testing.T) {
	w := newWorld(t, Options{})
	faults(t, w.s, "", func(f *Faults) { f.PairTimeoutMS = 50 })
	c := w.client(nil)
	c.stayDown()
	c.connect()
	await[*events.QR](t, c, nil)
	await[*events.Disconnected](t, c, nil)
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "nonsense"} {
		s, err := New(Options{Authority: testAuthority})
		if err != nil {
			t.Fatal(err)
		}
		if err = s.Listen(address); !errors.Is(err, ErrNotLoopback) && !errors.Is(err, ErrInvalid) {
			t.Errorf("listen on %q: %v", address, err)
		}
	}
}

func TestHostsAreToldApart(t *testing.T) {
	w := newWorld(t, Options{})
	h := w.http()
	version, err := whatsmeow.GetLatestVersion(t.Context(), h)
	if err != nil || *version != store.GetWAVersion() {
		t.Errorf("version page: %v %v", version, err)
	}
	for url, want := range map[string]int{
		"https://mmg.whatsapp.net/v/nothing": http.StatusNotFound,
		"https://example.com/x":              http.StatusNotFound,
		"https://web.whatsapp.com/other":     http.StatusNotFound,
	} {
		resp, err := h.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d %s", url, resp.StatusCode, body)
		}
	}
	var listed []string
	for _, r := range w.s.Unhandled().Requests {
		listed = append(listed, r.Host+r.Path)
	}
	if got := strings.Join(listed, " "); got != "example.com/x web.whatsapp.com/other" {
		t.Errorf("unhandled requests: %s", got)
	}
}

func TestUnknownQueriesAreAnsweredAndListed(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked("4915100000001", "Owner", nil)
	_, err := c.GetContactQRLink(t.Context(), false)
	var iq *whatsmeow.IQError
	if !errors.As(err, &iq) || iq.Code != 501 {
		t.Errorf("the client got %v", err)
	}
	if u := w.s.Unhandled(); len(u.Queries) != 1 || u.Queries[0].XMLNS != "w:qr" || u.Queries[0].Count != 1 {
		t.Errorf("unhandled: %+v", u)
	}
}

func TestQueriesFailOnDemand(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked("4915100000001", "Owner", nil)
	faults(t, w.s, d.ID(), func(f *Faults) { f.QueryError = &QueryFault{XMLNS: "privacy", Code: 429} })
	var iq *whatsmeow.IQError
	if _, err := c.TryFetchPrivacySettings(t.Context(), true); !errors.As(err, &iq) || iq.Code != 429 {
		t.Errorf("the client got %v", err)
	}
	if _, err := c.TryFetchPrivacySettings(t.Context(), true); err != nil {
		t.Errorf("the fault is still on: %v", err)
	}
}

func TestResetForgetsEverything(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked("4915100000001", "Owner", nil)
	closed, removed := w.s.Reset()
	if closed != 1 || removed != 1 || len(w.s.Persons()) != 0 || len(w.s.Devices()) != 0 {
		t.Errorf("reset closed %d, removed %d, left %v", closed, removed, w.s.Persons())
	}
	await[*events.LoggedOut](t, c, nil) // it comes back, and nobody knows it
}

func TestARunCanBeFollowedByAnother(t *testing.T) {
	s, err := New(Options{Authority: testAuthority, QuietLink: true})
	if err != nil {
		t.Fatal(err)
	}
	if err = s.Run(t.Context()); !errors.Is(err, ErrInvalid) {
		t.Errorf("run without a wire: %v", err)
	}
	w := &world{t, s}
	var c *client
	for range 2 {
		if err = s.Listen("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		stop := w.run()
		if c == nil {
			_, _, c = w.linked("4915100000001", "Owner", nil)
		} else {
			c = c.restart(nil)
			c.connect()
			await[*events.Connected](t, c, nil)
		}
		if err = s.Listen("127.0.0.1:0"); !errors.Is(err, ErrInvalid) {
			t.Errorf("a second wire: %v", err)
		}
		c.Disconnect()
		stop()
	}
	if _, err = w.person("4915100000002", "Anna").StartBurst(Burst{To: "4915100000001", Count: 1}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("a burst without a run: %v", err)
	}
}
