package whatsapp_test

import (
	"testing"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

func TestBeingPutIntoANewGroupIsOneEvent(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Topic: "work", Owner: bob.Phone(), Participants: []string{alice.Phone()}, Locked: true})
	if err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	e := g.await(id, event.GroupJoined, nil)
	for _, c := range []struct{ what, got, want string }{
		{"group", e.field("group", "jid"), group.JID().String()},
		{"subject", e.field("subject"), "Team"},
		{"description", e.field("description"), "work"},
		{"actor", e.field("actor", "phone"), "+491700000002"},
		{"owner", e.field("owner", "phone"), "+491700000002"},
		{"addressing", e.field("addressing_mode"), "lid"},
		{"key", e.Key, id + "|c|" + group.JID().String()},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.what, c.got, c.want)
		}
	}
	var data event.GroupJoin
	e.open(t, &data)
	if !data.IsNew || !data.Locked || data.Announce || data.ParticipantCount != 2 || data.CreatedAt == nil {
		t.Errorf("%s", e.Data)
	}
	if n := len(g.events(id, event.GroupJoined, event.Unknown)); n != 1 {
		t.Errorf("%d events, want 1: %s", n, g.names(id))
	}
}
