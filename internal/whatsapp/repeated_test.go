package whatsapp_test

import (
	"strings"
	"testing"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

// toggles are as many changes as a second holds, so that the library gives several with the same content and the same time.
const toggles = 9

// What is changed, taken back and made again within a second are three occurrences; what WhatsApp repeats because it did not hear
// from us is none.
func TestAChangeMadeTwiceIsNoCopyAndARepeatedStanzaIs(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	g := openGateway(t, w, dir)
	alice, bob := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob")
	alter(t, alice, simulator.PersonChange{Contacts: &[]string{bob.Phone()}})
	id, dev := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bob.Phone(), Participants: []string{alice.Phone()}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	change := func(from int) {
		for i := from; i < from+toggles; i++ {
			value, about := "on", "at sea"
			if i%2 == 1 {
				value, about = "off", "ashore"
			}
			if _, err := group.Change(simulator.GroupChange{Actor: bob.Phone(), Action: simulator.GroupAnnounce, Value: value}); err != nil {
				t.Fatal(err)
			}
			alter(t, bob, simulator.PersonChange{About: &about})
		}
	}
	count := func() (settings, abouts int) {
		return len(g.events(id, event.GroupInfoUpdate)), len(g.events(id, event.UserAbout))
	}
	change(0)
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	if settings, abouts := count(); settings != toggles || abouts != toggles {
		t.Fatalf("%d changes of the group and %d of the about text, want %d of each", settings, abouts, toggles)
	}
	w.faults(dev.ID(), func(f *simulator.Faults) { f.DropAcks = true })
	change(toggles)
	until(t, func() bool { settings, abouts := count(); return settings == 2*toggles && abouts == 2*toggles })
	g.stop()
	w.faults(dev.ID(), func(f *simulator.Faults) { f.DropAcks = false })
	if len(dev.Unacked()) < 2*toggles {
		t.Fatalf("%d stanzas come again, want %d", len(dev.Unacked()), 2*toggles)
	}
	g = openGateway(t, w, dir)
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	if settings, abouts := count(); settings != 2*toggles || abouts != 2*toggles {
		t.Errorf("%d changes of the group and %d of the about text, want %d of each", settings, abouts, 2*toggles)
	}
	last := g.events(id, event.GroupInfoUpdate)[2*toggles-1]
	if !strings.Contains(string(last.Data), `"announce":false`) {
		t.Errorf("the last word is %s", last.Data)
	}
}
