package whatsapp_test

import (
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

func TestEveryStepOfACallIsTold(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob")
	id, dev := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bobNumber, Participants: []string{aliceNumber}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	_, lid := bob.JIDs()
	direct, inGroup := id+"|c|"+lid.String(), id+"|c|"+group.JID().String()
	for _, c := range []struct {
		call   simulator.Call
		kind   event.Type
		key    string
		member string
		want   string
	}{
		{simulator.Call{State: simulator.CallOffer, Video: true}, event.CallOffer, direct, "platform", "android"},
		{simulator.Call{State: simulator.CallPreAccept}, event.CallPreAccept, direct, "platform", "android"},
		{simulator.Call{State: simulator.CallAccept}, event.CallAccept, direct, "version", "2.26.1"},
		{simulator.Call{State: simulator.CallTerminate, Reason: "busy"}, event.CallTerminate, direct, "reason", "busy"},
		{simulator.Call{State: simulator.CallReject}, event.CallReject, direct, "call_id", "CALL1"},
		{simulator.Call{State: simulator.CallOfferNotice, Group: group.JID().String(), Video: true}, event.CallOfferNotice, inGroup, "media", "video"},
		{simulator.Call{State: simulator.CallTransport}, event.CallTransport, direct, "call_id", "CALL1"},
		{simulator.Call{State: simulator.CallLatency}, event.CallLatency, direct, "call_id", "CALL1"},
	} {
		c.call.To, c.call.ID = aliceNumber, "CALL1"
		if _, err := bob.Call(c.call); err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		until(t, func() bool { return len(dev.Unacked()) == 0 })
		list := g.events(id, c.kind)
		if len(list) != 1 {
			t.Fatalf("%s: %d events: %s", c.kind, len(list), g.names(id))
		}
		e := list[0]
		if e.field(c.member) != c.want || e.Key != c.key || e.field("call_id") != "CALL1" || e.field("creator", "phone") != "+"+bobNumber || e.field("from", "lid") != lid.String() {
			t.Errorf("%s: key %s, %s", c.kind, e.Key, e.Data)
		}
		if plumbing := c.kind == event.CallTransport || c.kind == event.CallLatency; plumbing != (e.Sequence == nil) {
			t.Errorf("%s has the sequence %v", c.kind, e.Sequence)
		}
	}
	if e := g.await(id, event.CallOfferNotice, nil); e.field("group", "jid") != group.JID().String() || e.field("type") != "group" {
		t.Errorf("%s", e.Data)
	}
}

func TestACallSignalThatNobodyKnowsIsKept(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob")
	id, dev := g.linked(alice)
	_, lid := bob.JIDs()
	signal := waBinary.Node{Tag: "screen_share", Attrs: waBinary.Attrs{"call-id": "CALL1", "call-creator": lid}}
	for _, n := range []waBinary.Node{
		{Tag: "call", Attrs: waBinary.Attrs{"from": lid, "id": "C1", "t": "1765967398"}, Content: []waBinary.Node{signal}},
		{Tag: "call", Attrs: waBinary.Attrs{"from": lid, "id": "C2", "t": "1765967398"}},
	} {
		if err := dev.SendNode(n, true); err != nil {
			t.Fatal(err)
		}
	}
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	got := g.events(id, event.CallUnknown)
	if len(got) != 2 || got[0].field("tag") != "screen_share" || got[0].field("call_id") != "CALL1" || got[0].field("creator", "lid") != lid.String() ||
		got[1].field("tag") != "" || len(got[0].Raw) == 0 {
		t.Errorf("%+v", got)
	}
}
