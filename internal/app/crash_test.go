package app_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"wapost/simclient"
)

const (
	crashHooks    = 3
	hookInFlight  = 8   // max_in_flight of a webhook by default
	crashInterval = 100 // ms between two messages of a person
)

// TestKillNine kills the gateway a few times while messages flow; TestSoakKillNine does it a hundred times.
func TestKillNine(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for some seconds")
	}
	killMatrix(t, "", 4)
}

func TestSoakKillNine(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	killMatrix(t, "", 100)
}

// killMatrix: people write to a linked number, directly and in groups, three webhooks listen. The gateway is killed at random
// moments and at named points, and started again. In the end every message reached every webhook, in order, and what came
// twice came under the same id and was in flight at a kill.
func killMatrix(t *testing.T, database string, kills int) {
	w := newWorld(t)
	g := newChild(t, w)
	g.database = database
	g.start("")
	g.ready()
	c := newCustomer(t, admin(t, g.dir, "http://"+g.listen))
	w.person(ownPhone, "Own")
	device := c.link(w, ownPhone)
	var hooks []*receiver
	for range crashHooks {
		r := newReceiver(t)
		c.hook(r)
		hooks = append(hooks, r)
	}
	startTalking(t, w)

	points := []string{"", "after-decrypt", "after-commit", ""}
	for n := range kills {
		crash := ""
		if p := points[n%len(points)]; p != "" {
			crash = fmt.Sprintf("%s:%d", p, 5+rand.IntN(20))
		}
		g.kill()
		g.start(crash)
		g.someTime(crash)
	}
	g.kill()
	g.start("")
	g.ready()
	want := stopTalking(t, w)
	w.quiet(device)
	for i, r := range hooks {
		eventually(t, fmt.Sprintf("webhook %d has everything", i+1), func() bool { return r.messages() >= len(want) })
		j := r.judge(t, want)
		t.Logf("webhook %d: %d messages, %d duplicates in %d kills", i+1, j.messages, j.duplicates, kills)
		if most := (kills + 1) * hookInFlight; j.duplicates > most {
			t.Errorf("webhook %d: %d duplicates, at most %d were in flight", i+1, j.duplicates, most)
		}
	}
}

// someTime lets the gateway work until it crashes by itself, or for a moment that is different each time.
func (c *child) someTime(crash string) {
	limit := time.Duration(300+rand.IntN(900)) * time.Millisecond
	if crash != "" {
		limit = 10 * time.Second // the point may not be passed when little is left
	}
	select {
	case <-c.ended:
	case <-time.After(limit):
	}
}

type talker struct{ phone, name, group string }

func talkers() []talker {
	var list []talker
	for i := range 6 {
		p := talker{phone: fmt.Sprintf("49151000001%02d", i), name: fmt.Sprint("Person ", i)}
		if i >= 4 {
			p.group = fmt.Sprint("Group ", i)
		}
		list = append(list, p)
	}
	return list
}

// prefix begins the ids of the messages of the nth talker.
func prefix(n int) string { return fmt.Sprintf("3A%02d", n) }

// startTalking has four people write directly and two in groups, at a steady pace until they are stopped.
func startTalking(t *testing.T, w *world) {
	t.Helper()
	for i, p := range talkers() {
		w.person(p.phone, p.name)
		to := ownPhone
		if p.group != "" {
			g, err := w.CreateGroup(t.Context(), simclient.NewGroup{Subject: p.group, Owner: p.phone, Participants: []string{ownPhone}})
			if err != nil {
				t.Fatal(err)
			}
			to = g.ID
		}
		_, err := w.StartBurst(t.Context(), p.phone, simclient.NewBurst{To: to, Count: 100_000, IntervalMS: crashInterval,
			Text: prefix(i) + " {n}", IDPrefix: prefix(i)})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// stopTalking ends it and returns the ids of all messages that were sent.
func stopTalking(t *testing.T, w *world) (want []string) {
	t.Helper()
	for i, p := range talkers() {
		if _, err := w.StopBurst(t.Context(), p.phone); err != nil {
			t.Fatal(err)
		}
		var b simclient.Burst
		eventually(t, p.phone+" is silent", func() bool {
			var err error
			b, err = w.Burst(t.Context(), p.phone)
			return err == nil && !b.Running
		})
		if b.Sent == 0 {
			t.Errorf("%s sent nothing", p.phone)
		}
		want = append(want, ids(prefix(i), b.Sent)...)
	}
	return want
}
