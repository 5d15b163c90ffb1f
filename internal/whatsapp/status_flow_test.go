package whatsapp_test

import (
	"testing"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

func withText(text string) func(logged) bool {
	return func(l logged) bool { return l.field("text") == text }
}

func TestStatusUpdatesOfOthersAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	alter(t, bob, simulator.PersonChange{Contacts: &[]string{alice.Phone()}})
	id, _ := g.linked(alice)
	for _, text := range []string{"first", "second"} {
		acked(t, send(t, bob, simulator.Message{To: simulator.ToStatus, Text: text}))
	}
	posts := g.events(id, event.StatusPosted)
	if len(posts) != 2 {
		t.Fatalf("%d events, want 2: %s", len(posts), g.names(id))
	}
	first := posts[0]
	if first.field("text") != "first" || first.field("chat", "kind") != "status" || first.field("sender", "phone") != "+491700000002" ||
		!first.flag("story") || first.Key != id+"|c|status@broadcast" {
		t.Errorf("%s %s", first.Key, first.Data)
	}
	acked(t, send(t, bob, simulator.Message{To: simulator.ToStatus, Revoke: &simulator.Revoke{ID: first.field("message_id")}}))
	gone := g.await(id, event.StatusDeleted, withID(first.field("message_id")))
	if gone.field("deleted_by", "phone") != "+491700000002" || gone.field("chat", "kind") != "status" {
		t.Errorf("%s", gone.Data)
	}
}

// The library drops such stanzas. They are lost, so they are counted.
func TestAStatusUpdateThatTheLibraryDropsIsCounted(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	alter(t, bob, simulator.PersonChange{Contacts: &[]string{alice.Phone()}})
	id, _ := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: simulator.ToStatus, Text: "first", TopLevel: true}))
	if n := g.dialer.Counters.StatusDropped.Load(); n != 1 {
		t.Errorf("%d are counted, want 1", n)
	}
	if n := len(g.events(id, event.StatusPosted, event.Unknown)); n != 0 {
		t.Errorf("%d events: %s", n, g.names(id))
	}
}

func TestViewsReactionsAndAnswersToAnOwnStatusUpdateAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	alter(t, alice, simulator.PersonChange{Contacts: &[]string{bob.Phone()}})
	id, _ := g.linked(alice)
	post := send(t, alice, simulator.Message{To: simulator.ToStatus, Text: "my day"}) // on the phone
	acked(t, post)
	own := g.await(id, event.StatusPosted, withID(post.ID))
	if !own.flag("from_me") || own.field("sender", "phone") != "+491700000001" {
		t.Errorf("%s", own.Data)
	}
	if n, err := bob.SendReceipt(simulator.Receipt{To: alice.Phone(), Group: simulator.ToStatus, Type: simulator.ReceiptRead, IDs: []string{post.ID}}); n != 1 || err != nil {
		t.Fatalf("the view went to %d devices, %v", n, err)
	}
	view := g.await(id, event.StatusViewed, nil)
	_, lid := bob.JIDs()
	if view.field("recipient", "lid") != lid.String() || string(view.member("message_ids")) != `["`+post.ID+`"]` {
		t.Errorf("%s", view.Data)
	}
	acked(t, send(t, bob, simulator.Message{To: simulator.ToStatus, Reaction: &simulator.Reaction{ID: post.ID, Emoji: "👍"}}))
	if e := g.await(id, event.StatusReaction, withID(post.ID)); e.field("emoji") != "👍" || e.field("by", "phone") != "+491700000002" {
		t.Errorf("%s", e.Data)
	}
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "nice", ReplyTo: post.ID}))
	answer := g.await(id, event.MessageReceived, withText("nice"))
	if answer.field("chat", "kind") != "direct" || answer.field("quoted", "chat", "kind") != "status" || answer.field("quoted", "message_id") != post.ID {
		t.Errorf("%s", answer.Data)
	}
}

func TestAViewOnceMessageThatPhonesAloneMayShowIsAnnounced(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "once", ViewOnceMasked: true})
	e := g.await(id, event.MessageUndecryptable, withID(d.ID))
	if !e.flag("unavailable") || e.field("unavailable_type") != "view_once" {
		t.Errorf("%s", e.Data)
	}
}
