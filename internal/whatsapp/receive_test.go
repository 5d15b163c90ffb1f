package whatsapp_test

import (
	"testing"

	"wapost/internal/event"
	"wapost/internal/session"
	"wapost/internal/simulator"
)

func TestADirectTextBecomesOneEventAndIsThenAcknowledged(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "hello"})
	acked(t, d)
	got := g.events(id, event.MessageReceived)
	if len(got) != 1 {
		t.Fatalf("%d events after the acknowledgement, want 1: %s", len(got), g.names(id))
	}
	e := got[0]
	_, lid := bob.JIDs()
	for _, c := range []struct{ what, got, want string }{
		{"message_id", e.field("message_id"), d.ID},
		{"text", e.field("text"), "hello"},
		{"kind", e.field("kind"), "text"},
		{"chat kind", e.field("chat", "kind"), "direct"},
		{"chat phone", e.field("chat", "phone"), "+491700000002"},
		{"sender lid", e.field("sender", "lid"), lid.String()},
		{"sender phone", e.field("sender", "phone"), "+491700000002"},
		{"sender name", e.field("sender", "name"), "Bob"},
		{"push_name", e.field("push_name"), "Bob"},
		{"addressing", e.field("addressing_mode"), "lid"},
		{"key", e.Key, id + "|c|" + lid.String()},
		{"account", *e.Account.Phone, "+491700000001"},
		{"account jid", *e.Account.JID, "491700000001@s.whatsapp.net"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.what, c.got, c.want)
		}
	}
	if len(e.Raw) == 0 {
		t.Error("the raw form is missing")
	}
}

func TestTheFirstGroupMessageOfASenderIsOneEvent(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bob.Phone(), Participants: []string{alice.Phone()}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "second"} {
		acked(t, send(t, bob, simulator.Message{To: group.JID().String(), Text: text}))
	}
	got := g.events(id, event.MessageReceived)
	if len(got) != 2 || got[0].field("text") != "first" || got[1].field("text") != "second" {
		t.Fatalf("got %s", g.names(id))
	}
	if got[0].field("chat", "kind") != "group" || got[0].Key != id+"|c|"+group.JID().String() {
		t.Errorf("chat %s, key %s", got[0].field("chat", "kind"), got[0].Key)
	}
}

func TestPhoneAndLIDAddressingGiveOneChat(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "by phone", Addressing: simulator.AddressPN}))
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "by lid"}))
	got := g.events(id, event.MessageReceived)
	if len(got) != 2 {
		t.Fatal(g.names(id))
	}
	if got[0].Key != got[1].Key {
		t.Errorf("keys differ: %s and %s", got[0].Key, got[1].Key)
	}
	if jid := got[0].field("chat", "jid"); jid != "491700000002@s.whatsapp.net" {
		t.Errorf("the address that WhatsApp used is lost: %s", jid)
	}
	if got[0].field("sender", "lid") != got[1].field("sender", "lid") || got[1].field("sender", "lid") == "" {
		t.Error("the LID is not the same")
	}
}

func TestASendersResendIsNoSecondEvent(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	for range 2 {
		acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "again", ID: "SAMEID"}))
	}
	if n := len(g.events(id, event.MessageReceived)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func TestADamagedMessageIsAnnouncedAndThenArrives(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "readable after a retry", Corrupt: true})
	e := g.await(id, event.MessageUndecryptable, withID(d.ID))
	if e.field("recovery") != "sender" {
		t.Errorf("recovery %q", e.field("recovery"))
	}
	m := g.await(id, event.MessageReceived, withID(d.ID))
	if m.field("recovered") != "sender" {
		t.Errorf("recovered %q", m.field("recovered"))
	}
}

func TestAPictureIsAnEventWithItsFile(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	d := send(t, bob, simulator.Message{To: alice.Phone(), Media: &simulator.Media{Kind: simulator.MediaImage, Data: []byte("jpeg"), Mimetype: "image/jpeg", Caption: "look"}})
	acked(t, d)
	e := g.await(id, event.MessageReceived, withID(d.ID))
	if id := e.field("image", "id"); e.field("kind") != "image" || e.field("text") != "look" || e.field("image", "url") != "/media/"+id || id == "" {
		t.Errorf("%s", e.Data)
	}
	if len(e.Raw) == 0 {
		t.Error("the raw form is missing")
	}
}

func TestReactionsEditsAndRevokesHaveTypesOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "hte text"})
	acked(t, d)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Reaction: &simulator.Reaction{ID: d.ID, Emoji: "👍"}}))
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Edit: &simulator.Edit{ID: d.ID, Text: "the text"}}))
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Revoke: &simulator.Revoke{ID: d.ID}}))
	if e := g.await(id, event.MessageReaction, withID(d.ID)); e.field("emoji") != "👍" || e.field("by", "phone") != "+491700000002" {
		t.Errorf("reaction %s", e.Data)
	}
	if e := g.await(id, event.MessageEdited, withID(d.ID)); e.field("text") != "the text" || e.field("edit_id") == "" {
		t.Errorf("edit %s", e.Data)
	}
	if e := g.await(id, event.MessageDeleted, withID(d.ID)); e.field("sender", "phone") != "+491700000002" || e.field("deleted_by", "phone") != "+491700000002" {
		t.Errorf("revoke %s", e.Data)
	}
	if n := len(g.events(id, event.MessageReceived)); n != 1 {
		t.Errorf("%d received events, want 1", n)
	}
}

func TestWhatWasMissedIsMarkedOffline(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.State.Online() })
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "while away", At: dev.Info().LastLoginAt.Add(-60e9)})
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireUp })
	g.state(id, session.Connected)
	if e := g.await(id, event.MessageReceived, withID(d.ID)); e.Origin != event.Offline {
		t.Errorf("origin %q", e.Origin)
	}
	g.await(id, event.OfflineSyncCompleted, nil)
}

func TestChangesOfAGroupAreOneEventEach(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob, carol := w.person("491700000001", "Alice"), w.person("491700000002", "Bob"), w.person("491700000003", "Carol")
	id, dev := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bob.Phone(), Participants: []string{alice.Phone()}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []simulator.GroupChange{
		{Actor: bob.Phone(), Action: simulator.GroupAdd, Participants: []string{carol.Phone()}},
		{Actor: bob.Phone(), Action: simulator.GroupSubject, Value: "New team"},
		{Actor: bob.Phone(), Action: simulator.GroupRemove, Participants: []string{alice.Phone()}},
	} {
		if _, err := group.Change(c); err != nil {
			t.Fatal(err)
		}
	}
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	add := g.await(id, event.GroupParticipantUpdate, func(l logged) bool { return l.field("action") == "add" })
	if add.field("actor", "phone") != "+491700000002" || add.Key != id+"|c|"+group.JID().String() {
		t.Errorf("%s %s", add.Key, add.Data)
	}
	if e := g.await(id, event.GroupInfoUpdate, nil); e.field("changes", "subject") != "New team" {
		t.Errorf("%s", e.Data)
	}
	if e := g.await(id, event.GroupLeft, nil); e.field("reason") != "removed" {
		t.Errorf("%s", e.Data)
	}
}
