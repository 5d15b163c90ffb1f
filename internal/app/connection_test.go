package app_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"wapost/simclient"
)

// recorded returns the account's events of some families, such as "connection.", oldest first.
func (c customer) recorded(families ...string) (events []envelope) {
	c.t.Helper()
	after := ""
	for {
		page, next := (&side{customer: c}).page(after)
		if len(page) == 0 {
			return events
		}
		for _, e := range page {
			if slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(e.Type, f) }) {
				events = append(events, e)
			}
		}
		after = next
	}
}

// life tells events of a connection in short.
func life(events []envelope) string {
	var words []string
	for _, e := range events {
		word := strings.TrimPrefix(e.Type, "connection.")
		if e.Type == "device.state_changed" {
			word = ">" + e.Data["to"].(string)
		}
		if reason, _ := e.Data["reason"].(string); reason != "" {
			word += ":" + reason
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// No longer connected, whatever the cause: a killed process tells of it when it starts again, and once.
func TestAKilledGatewayTellsThatItWasNotConnected(t *testing.T) {
	w := newWorld(t)
	g := newChild(t, w)
	g.start("")
	g.ready()
	c := newCustomer(t, admin(t, g.dir, "http://"+g.listen))
	w.person(ownPhone, "Own")
	c.link(w, ownPhone)
	connects := func() int { return strings.Count(life(c.recorded("connection.connected")), "connected") }
	eventually(t, "the connection is recorded", func() bool { return connects() == 1 })
	before := len(c.recorded("connection.", "device.state_changed"))
	g.kill()
	g.start("")
	g.ready()
	eventually(t, "connected again", func() bool { return connects() == 2 })
	events := c.recorded("connection.", "device.state_changed")[before:]
	if got, want := life(events), "disconnected:restart >connecting:restart >connected connected"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if events[0].at("will_reconnect") != true || events[len(events)-1].at("downtime_seconds") == nil {
		t.Errorf("%s\n%s", events[0].body, events[len(events)-1].body)
	}
}

// Three short connections may have any cause. Nobody has said that somebody else uses the keys.
func TestThreeShortConnectionsAreNotCalledSomebodyElse(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := newCustomer(t, g.admin())
	w.person(ownPhone, "Own")
	device := c.link(w, ownPhone)
	if _, err := w.Kick(t.Context(), device, simclient.Kick{Times: 3, IntervalMS: 1500}); err != nil {
		t.Fatal(err)
	}
	var status struct{ State, Reason string }
	eventually(t, "it steps back", func() bool {
		c.must("GET", "/devices/me/status", nil, &status)
		return status.Reason == "three_short_connections"
	})
	if status.State != "disconnected" {
		t.Errorf("state %s", status.State)
	}
	end := "disconnected:remote >disconnected:three_short_connections"
	eventually(t, "the end is recorded", func() bool {
		return strings.HasSuffix(life(c.recorded("connection.", "device.state_changed")), end)
	})
	if all := life(c.recorded("connection.", "device.state_changed")); strings.Contains(all, "replaced") {
		t.Errorf("%s", all)
	}
	if code := c.call("POST", "/chats/"+url.PathEscape("+4915100000002")+"/messages?wait=0", map[string]any{"text": "later"}, nil); code != 202 && code != 200 {
		t.Errorf("a message for later: status %d", code)
	}
	c.must("POST", "/devices/me/reconnect", nil, nil)
	c.connected(w)
}
