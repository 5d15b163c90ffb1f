package whatsapp_test

import (
	"fmt"
	"testing"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

// forgeries are what somebody can write who wants to have said what another one said, or that it was never said.
func forgeries(t *testing.T, id, participant string) map[string]simulator.Message {
	t.Helper()
	key := fmt.Sprintf(`{"fromMe":false,"participant":%q,"ID":%q}`, participant, id)
	raw := func(json string) simulator.Message { return simulator.Message{Raw: asProto(t, json)} }
	return map[string]simulator.Message{
		"an edit":         raw(`{"protocolMessage":{"type":"MESSAGE_EDIT","key":` + key + `,"editedMessage":{"conversation":"forged"}}}`),
		"a wrapped edit":  raw(`{"editedMessage":{"message":{"protocolMessage":{"type":"MESSAGE_EDIT","key":` + key + `,"editedMessage":{"conversation":"forged"}}}}}`),
		"a deletion":      raw(`{"protocolMessage":{"type":"REVOKE","key":` + key + `}}`),
		"an own deletion": raw(fmt.Sprintf(`{"protocolMessage":{"type":"REVOKE","key":{"fromMe":true,"ID":%q}}}`, id)),
	}
}

func TestNobodyEditsOrDeletesInAGroupWhatAnotherOneWrote(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob, carol := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob"), w.person(carolNumber, "Carol")
	id, _ := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: alice.Phone(), Participants: []string{bob.Phone(), carol.Phone()}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	to := group.JID().String()
	said := send(t, carol, simulator.Message{To: to, Text: "I owe you 5"})
	acked(t, said)
	list := forgeries(t, said.ID, hiddenIDOf(carol))
	delete(list, "a deletion") // goes as one by an admin: whether Bob is one is the server's business
	for name, m := range list {
		m.To = to
		forged := send(t, bob, m)
		acked(t, forged)
		e := g.await(id, event.MessageProtocol, withID(forged.ID))
		if e.field("refused") != "not_the_author" || e.field("target_message_id") != said.ID || len(e.Raw) == 0 {
			t.Errorf("%s: %s, raw %s", name, e.Data, e.Raw)
		}
	}
	edit := send(t, carol, simulator.Message{To: to, Edit: &simulator.Edit{ID: said.ID, Text: "I owe you 6"}})
	acked(t, edit)
	e := g.await(id, event.MessageEdited, withID(said.ID))
	if e.field("text") != "I owe you 6" || e.field("previous_text") != "I owe you 5" || !e.flag("original_known") {
		t.Errorf("an edit by the author: %s", e.Data)
	}
	gone := send(t, carol, simulator.Message{To: to, Revoke: &simulator.Revoke{ID: said.ID}})
	acked(t, gone)
	if e := g.await(id, event.MessageDeleted, withID(said.ID)); e.flag("by_admin") || !e.flag("original_known") {
		t.Errorf("a deletion by the author: %s", e.Data)
	}
	if n := len(g.events(id, event.MessageEdited, event.MessageDeleted)); n != 2 {
		t.Errorf("%d edits and deletions, want 2: %s", n, g.names(id))
	}
}

// Our own message is the most valuable one to forge: a bot believes what it said itself.
func TestThePeerNeitherEditsNorDeletesWhatWeWrote(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob")
	id, _ := g.linked(alice)
	ours := send(t, alice, simulator.Message{To: bob.Phone(), Text: "I owe you 5"})
	g.await(id, event.MessageSent, withID(ours.ID))
	list := forgeries(t, ours.ID, hiddenIDOf(alice))
	list["a deletion by an admin"] = simulator.Message{Raw: asProto(t, fmt.Sprintf(`{"protocolMessage":{"type":"REVOKE","key":{"fromMe":false,"ID":%q}}}`, ours.ID))}
	for name, m := range list {
		m.To = alice.Phone()
		forged := send(t, bob, m)
		acked(t, forged)
		if e := g.await(id, event.MessageProtocol, withID(forged.ID)); e.field("refused") != "not_the_author" {
			t.Errorf("%s: %s", name, e.Data)
		}
	}
	if n := len(g.events(id, event.MessageEdited, event.MessageDeleted)); n != 0 {
		t.Errorf("%d edits and deletions: %s", n, g.names(id))
	}
}

// What is not known here may be anybody's: the event says so.
func TestAnEditOfWhatIsNotKnownSaysSo(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob")
	id, _ := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Raw: asProto(t, `{"protocolMessage":{"type":"MESSAGE_EDIT","key":{"fromMe":true,"ID":"3EB0UNHEARDOF"},"editedMessage":{"conversation":"new"}}}`)}))
	e := g.await(id, event.MessageEdited, withID("3EB0UNHEARDOF"))
	if e.flag("original_known") || !e.holds(`"previous_text":null`) || e.field("text") != "new" {
		t.Errorf("%s", e.Data)
	}
}

func hiddenIDOf(p *simulator.Person) string {
	_, lid := p.JIDs()
	return lid.String()
}
