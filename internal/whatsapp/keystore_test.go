package whatsapp_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"wapost/internal/event"
	"wapost/internal/outbox"
	"wapost/internal/simulator"
	"wapost/internal/whatsapp"
)

// Nothing leaves before what it was encrypted with is on disk: a power cut must never make us use a key twice.
func TestNothingLeavesBeforeItsRatchetIsOnDisk(t *testing.T) {
	w := newWorld(t)
	var down atomic.Bool
	var syncs atomic.Int64
	g := newGateway(t, w, func(o *whatsapp.Options) {
		inner := o.Sync
		o.Sync = func(ctx context.Context) error {
			syncs.Add(1)
			if down.Load() {
				return errors.New("input/output error")
			}
			return inner(ctx)
		}
	})
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	inbox(t, bob, g.submit(id, text("+491700000002", "before"), wait).MessageID)

	before := syncs.Load()
	for range 5 { // what only comes in is not worth a sync
		acked(t, send(t, bob, simulator.Message{To: "491700000001", Text: "in"}))
	}
	if n := syncs.Load() - before; n > 0 {
		t.Errorf("5 incoming messages took %d syncs", n)
	}

	down.Store(true)
	r := g.submit(id, text("+491700000002", "during"), outbox.Options{})
	until(t, func() bool { return g.dialer.Counters.StoreErrors.Load() > 0 })
	if copies(bob, r.MessageID) != 0 {
		t.Error("the message left although the disk did not take its ratchet")
	}
	down.Store(false)
	if e := inbox(t, bob, r.MessageID); e.Text != "during" {
		t.Errorf("%+v", e)
	}
}

// What a power cut may take from the key store is what came in since the last sync. The key store is put back to such a
// moment; then everybody goes on writing, and nothing that was said after it is lost or comes twice.
func TestAKeyStoreThatLostWhatCameInGoesOn(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	g := openGateway(t, w, dir)
	alice, bob, carol := w.person("491700000001", "Alice"), w.person("491700000002", "Bob"), w.person("491700000003", "Carol")
	id, _ := g.linked(alice)
	team, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bob.Phone(), Participants: []string{alice.Phone(), carol.Phone()}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	group := team.JID().String()
	for _, m := range []simulator.Message{{To: alice.Phone(), Text: "1"}, {To: group, Text: "2"}} {
		acked(t, send(t, bob, m))
	}
	inbox(t, bob, g.submit(id, text("+491700000002", "answer"), wait).MessageID)

	then := filepath.Join(dir, "then.db")
	if _, err := g.keys.DB.ExecContext(t.Context(), `VACUUM INTO $1`, then); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"3", "4", "5"} { // handled, receipted, and about to be forgotten by the key store
		acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: text}))
		acked(t, send(t, bob, simulator.Message{To: group, Text: text + " in the group"}))
	}
	acked(t, send(t, carol, simulator.Message{To: alice.Phone(), Text: "carol begins"})) // a session and a prekey
	acked(t, send(t, carol, simulator.Message{To: group, Text: "carol's sender key"}))
	g.stop()
	putBack(t, then, filepath.Join(dir, "whatsapp.db"))

	g = openGateway(t, w, dir)
	g.await(id, event.ConnectionConnected, nil)
	want := []string{"1", "2", "3", "3 in the group", "4", "4 in the group", "5", "5 in the group", "carol begins", "carol's sender key",
		"6", "6 in the group", "carol again", "carol in the group"}
	for _, m := range []struct {
		from *simulator.Person
		to   string
		text string
	}{{bob, alice.Phone(), "6"}, {bob, group, "6 in the group"}, {carol, alice.Phone(), "carol again"}, {carol, group, "carol in the group"}} {
		acked(t, send(t, m.from, simulator.Message{To: m.to, Text: m.text}))
	}
	got := func() []string { return texts(g.events(id, event.MessageReceived)) }
	until(t, func() bool { return len(got()) >= len(want) }, func() string { return "there are only " + join(got()) })
	sorted := got()
	slices.Sort(sorted)
	slices.Sort(want)
	if !slices.Equal(sorted, want) {
		t.Errorf("got %q", sorted)
	}
	for _, to := range []string{"+491700000002", "+491700000003"} {
		r := g.submit(id, text(to, "still here"), wait)
		if e := inbox(t, map[string]*simulator.Person{"+491700000002": bob, "+491700000003": carol}[to], r.MessageID); e.Text != "still here" {
			t.Errorf("%s got %+v", to, e)
		}
	}
}

func join(list []string) string {
	s := ""
	for _, x := range list {
		s += x + "; "
	}
	return s
}

func putBack(t *testing.T, from, to string) {
	t.Helper()
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(to + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
