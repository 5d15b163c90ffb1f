package whatsapp_test

import (
	"testing"

	"wapost/internal/event"
	"wapost/internal/session"
	"wapost/internal/simulator"
)

func TestAChatThatMovesFromPhoneToLIDStaysOneChat(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	g := openGateway(t, w, dir)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	say := func(text, message, addressing string) {
		t.Helper()
		acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: text, ID: message, Addressing: addressing}))
	}
	say("by phone", "ONE", simulator.AddressPNOnly)
	if e := g.await(id, event.MessageReceived, withID("ONE")); e.field("sender", "lid") != "" || e.Key != id+"|c|491700000002@s.whatsapp.net" {
		t.Errorf("key %s, %s", e.Key, e.Data)
	}
	say("by LID", "TWO", simulator.AddressLID)
	say("by phone", "ONE", simulator.AddressLID) // a resend that has moved too
	g.stop()

	g = openGateway(t, w, dir) // the key survives a restart
	g.state(id, session.Connected)
	say("by LID", "THREE", simulator.AddressLIDOnly)
	said := g.events(id, event.MessageReceived)
	if len(said) != 3 {
		t.Fatalf("%d messages, want 3: %s", len(said), g.names(id))
	}
	_, lid := bob.JIDs()
	for _, e := range said {
		if e.Key != said[0].Key {
			t.Errorf("%s has the key %s, want %s", e.field("message_id"), e.Key, said[0].Key)
		}
	}
	for _, e := range said[1:] {
		if e.field("chat", "jid") != lid.String() || e.field("chat", "phone") != "+491700000002" {
			t.Errorf("chat %s", e.Data)
		}
	}
	learnt := g.events(id, event.ContactResolved)
	if len(learnt) != 1 || learnt[0].Key != said[0].Key || *learnt[0].Sequence >= *said[1].Sequence ||
		learnt[0].field("contact", "lid") != lid.String() || learnt[0].field("contact", "phone") != "+491700000002" {
		t.Errorf("%+v", learnt)
	}
	if lost := g.events(id, event.MessageUndecryptable); len(lost) > 0 {
		t.Errorf("the session did not move with the chat: %s", lost[0].Data)
	}
}

func TestTheAddressesOfANewContactAreAnnouncedOnce(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	for range 3 {
		acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "hi"}))
	}
	_, lid := bob.JIDs()
	if learnt := g.events(id, event.ContactResolved); len(learnt) != 1 || learnt[0].Key != id+"|c|"+lid.String() {
		t.Errorf("%+v", learnt)
	}
}

func TestOurOwnAddressesAreNoNews(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bob.Phone(), Participants: []string{alice.Phone()}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{alice.Phone(), group.JID().String()} { // on the phone, to ourselves and to a group
		acked(t, send(t, alice, simulator.Message{To: to, Text: "to " + to}))
		e := g.await(id, event.MessageSent, withText("to "+to))
		if e.field("sender", "phone") != "+491700000001" || e.field("sender", "lid") == "" {
			t.Errorf("%s", e.Data)
		}
	}
	if learnt := g.events(id, event.ContactResolved); len(learnt) != 0 {
		t.Errorf("%s", learnt[0].Data)
	}
}

// Lists tell who is who, too. They give an event only for people who were met under the number alone.
func TestAddressesOfAListAreKept(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob, carol := w.person("491700000001", "Alice"), w.person("491700000002", "Bob"), w.person("491700000003", "Carol")
	id, dev := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "by phone", Addressing: simulator.AddressPNOnly}))
	_, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: carol.Phone(), Participants: []string{alice.Phone(), bob.Phone()}})
	if err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	_, lid := bob.JIDs()
	learnt := g.events(id, event.ContactResolved)
	if len(learnt) == 0 || learnt[0].field("contact", "lid") != lid.String() || learnt[0].Key != id+"|c|491700000002@s.whatsapp.net" {
		t.Errorf("%+v", learnt)
	}
	acked(t, send(t, carol, simulator.Message{To: alice.Phone(), Text: "hi", Addressing: simulator.AddressLIDOnly}))
	if e := g.await(id, event.MessageReceived, withText("hi")); e.field("sender", "phone") != "+491700000003" {
		t.Errorf("what the list said is not known: %s", e.Data)
	}
}

// The library's map of addresses belongs to all devices. What one account has learnt must not show at another.
func TestWhatOneAccountKnowsIsNotShownToAnother(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, carol, bob := w.person("491700000001", "Alice"), w.person("491700000003", "Carol"), w.person("491700000002", "Bob")
	one, _ := g.linked(alice)
	two := g.device(2).ID
	g.link(two, carol)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "hi"}))
	if e := g.await(one, event.MessageReceived, nil); e.field("sender", "phone") != "+491700000002" {
		t.Errorf("account 1 sees %s", e.Data)
	}
	acked(t, send(t, bob, simulator.Message{To: carol.Phone(), Text: "hi", Addressing: simulator.AddressLIDOnly}))
	if e := g.await(two, event.MessageReceived, nil); e.field("sender", "phone") != "" || e.field("chat", "phone") != "" {
		t.Errorf("account 2 sees %s", e.Data)
	}
	if learnt := g.events(two, event.ContactResolved); len(learnt) != 0 {
		t.Errorf("account 2 was told %+v", learnt)
	}
}

func TestAnAnswerInAChatThatBeganUnderTheNumberHasItsKey(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "by phone", Addressing: simulator.AddressPNOnly}))
	asked := g.await(id, event.MessageReceived, nil)
	answer := g.submit(id, text("491700000002", "the answer"), wait).MessageID
	if e := g.await(id, event.MessageSent, withID(answer)); e.Key != asked.Key {
		t.Errorf("the answer has the key %s, want %s", e.Key, asked.Key)
	}
	if e := g.await(id, event.MessageDelivered, nil); e.Key != asked.Key {
		t.Errorf("the receipt has the key %s, want %s", e.Key, asked.Key)
	}
	if learnt := g.events(id, event.ContactResolved); len(learnt) != 1 {
		t.Errorf("%+v", learnt)
	}
}

// Someone who wrote by number and is answered under the LID has two sessions for a moment: the one of the answer stays.
func TestTheNewerSessionStaysWhenAChatMoves(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, carol, bob := w.person("491700000001", "Alice"), w.person("491700000003", "Carol"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	other, _ := g.linked(carol) // the library keeps one map of addresses for all devices
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "by number", Addressing: simulator.AddressPNOnly}))
	acked(t, send(t, bob, simulator.Message{To: carol.Phone(), Text: "by both"}))
	g.await(other, event.MessageReceived, nil)
	g.submit(id, text(bob.Phone(), "an answer"), wait)
	for _, addressing := range []string{simulator.AddressLID, simulator.AddressPN, simulator.AddressLID} {
		d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "and on", Addressing: addressing})
		acked(t, d)
		g.await(id, event.MessageReceived, withID(d.ID))
	}
	if lost := g.events(id, event.MessageUndecryptable); len(lost) > 0 {
		t.Errorf("a session was lost: %s", lost[0].Data)
	}
}
