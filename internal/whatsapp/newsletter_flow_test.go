package whatsapp_test

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow/types"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

// channel makes a newsletter of Bob's.
func channel(t testing.TB, w *world, bob *simulator.Person) *simulator.Newsletter {
	t.Helper()
	l, err := w.CreateNewsletter(simulator.NewsletterSpec{Name: "Harbour news", Owner: bob.Phone(), Description: "What goes on", Verified: true})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func publish(t testing.TB, l *simulator.Newsletter, m simulator.Message) simulator.PostInfo {
	t.Helper()
	info, delivery, err := l.Publish(simulator.Post{Message: m})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if delivery.Wait(ctx) != nil || !delivery.Acked() {
		t.Fatalf("%s is not acknowledged", info.ID)
	}
	return info
}

func TestFollowingMutingAndLeavingANewsletterAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	l := channel(t, w, bob)
	for _, do := range []func() error{
		func() error { return l.Follow(alice.Phone()) },
		func() error { return l.Mute(alice.Phone(), true) },
		func() error { return l.Unfollow(alice.Phone()) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	join := g.await(id, event.NewsletterJoin, nil)
	if join.Key != id+"|c|"+l.JID().String() || join.field("newsletter", "name") != "Harbour news" || join.field("description") != "What goes on" ||
		join.field("role") != "subscriber" || join.flag("muted") || !join.flag("verified") || string(join.member("subscribers")) != "2" {
		t.Errorf("%s %s", join.Key, join.Data)
	}
	if e := g.await(id, event.NewsletterMuteChange, nil); !e.flag("muted") || e.field("newsletter", "jid") != l.JID().String() {
		t.Errorf("%s", e.Data)
	}
	if e := g.await(id, event.NewsletterLeave, nil); e.field("role") != "guest" {
		t.Errorf("%s", e.Data)
	}
}

func TestAFollowedNewsletterThatCannotBeStoredIsToldAgain(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	l := channel(t, w, bob)
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	g.sink.down.Store(true)
	if err := l.Follow(alice.Phone()); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.State.Online() })
	if n := len(dev.Unacked()); n != 1 {
		t.Errorf("%d stanzas are not acknowledged, want 1", n)
	}
	g.sink.down.Store(false)
	g.await(id, event.NewsletterJoin, nil)
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	if n := len(g.events(id, event.NewsletterJoin)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func TestPostsOfANewsletterAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	l := channel(t, w, bob)
	if err := l.Follow(alice.Phone()); err != nil {
		t.Fatal(err)
	}
	first := publish(t, l, simulator.Message{Text: "The ferry is late"})
	e := g.await(id, event.NewsletterMessageReceived, withID(first.ID))
	if e.field("text") != "The ferry is late" || e.field("chat", "kind") != "newsletter" || string(e.member("server_id")) != "1" ||
		string(e.member("from_me")) != "null" || e.Key != id+"|c|"+l.JID().String() {
		t.Errorf("%s %s", e.Key, e.Data)
	}
	publish(t, l, simulator.Message{Edit: &simulator.Edit{ID: first.ID, Text: "The ferry is here"}})
	if e := g.await(id, event.NewsletterMessageEdited, withID(first.ID)); e.field("text") != "The ferry is here" || e.field("edited_at") == "" ||
		string(e.member("server_id")) != "1" {
		t.Errorf("%s", e.Data)
	}
	publish(t, l, simulator.Message{Revoke: &simulator.Revoke{ID: first.ID}})
	if e := g.await(id, event.NewsletterMessageDeleted, withID(first.ID)); e.field("newsletter", "jid") != l.JID().String() {
		t.Errorf("%s", e.Data)
	}
	story, _, err := l.Publish(simulator.Post{Message: simulator.Message{Text: "a story"}, Story: true})
	if err != nil {
		t.Fatal(err)
	}
	if e := g.await(id, event.NewsletterMessageReceived, withID(story.ID)); !e.flag("story") {
		t.Errorf("%s", e.Data)
	}
}

// The gateway has no way yet to ask for live updates: the simulator sends one as if it had.
func TestCountersOfANewsletterAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	l := channel(t, w, bob)
	if err := l.Follow(alice.Phone()); err != nil {
		t.Fatal(err)
	}
	publish(t, l, simulator.Message{Text: "The ferry is late"})
	views := 12
	if _, err := l.Counters(1, &views, "👍", 3); err != nil {
		t.Fatal(err)
	}
	if err := l.TellCounters(dev, 1); err != nil {
		t.Fatal(err)
	}
	e := g.await(id, event.NewsletterLiveUpdate, nil)
	var posts []event.NewsletterPost
	e.read("messages", &posts)
	if len(posts) != 1 || posts[0].ServerID != 1 || *posts[0].Views != 12 || posts[0].Reactions["👍"] != 3 || e.field("newsletter", "jid") != l.JID().String() {
		t.Errorf("%s", e.Data)
	}
	if e.Key != id+"|c|"+l.JID().String() || l.JID().Server != types.NewsletterServer {
		t.Errorf("key %s", e.Key)
	}
}
