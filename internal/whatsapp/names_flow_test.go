package whatsapp_test

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/appstate"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/message"
	"wapost/internal/simulator"
)

// chatOf reads a chat as the API does.
func (g *gateway) chatOf(id, jid string) chat.Summary {
	g.t.Helper()
	c, err := g.db.Messages().Chat(g.t.Context(), 1, id, jid)
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

func nameOf(c chat.Summary) string {
	if c.Name == nil {
		return ""
	}
	return *c.Name
}

func change(t testing.TB, p *simulator.Person, c simulator.AppStateChange) {
	t.Helper()
	if err := p.ChangeAppState(c); err != nil {
		t.Fatal(err)
	}
}

func TestPeopleAreCalledAsTheAddressBookDoes(t *testing.T) {
	w := newWorldWith(t, simulator.Options{})
	dir := t.TempDir()
	g := openGateway(t, w, dir)
	alice, bob, carol := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob"), w.person("491700000033", "Carol")
	id, _ := g.linked(alice)
	for _, name := range appstate.AllPatchNames {
		g.await(id, event.AppStateSyncComplete, func(l logged) bool { return l.field("name") == string(name) })
	}
	say := func(from *simulator.Person, to, text string) logged {
		d := send(t, from, simulator.Message{To: to, Text: text})
		acked(t, d)
		return g.await(id, event.MessageReceived, withID(d.ID))
	}
	called := func(what string, l logged, want string, members ...string) {
		t.Helper()
		for _, m := range members {
			if got := l.field(m, "name"); got != want {
				t.Errorf("%s: %s.name is %q, want %q", what, m, got, want)
			}
		}
	}
	called("the first message", say(bob, aliceNumber, "hi"), "Bob", "sender", "chat")
	change(t, alice, simulator.AppStateChange{Action: simulator.StateContact, Chat: bobNumber, Name: "Bob Bee", FirstName: "Bob"})
	called("the entry", g.await(id, event.ContactUpdated, nil), "Bob Bee", "contact")
	if got := nameOf(g.chatOf(id, lidOf(bob))); got != "Bob Bee" {
		t.Errorf("the chat is called %q", got)
	}
	second := say(bob, aliceNumber, "hi again")
	called("in the address book", second, "Bob Bee", "sender", "chat")
	if second.field("push_name") != "Bob" {
		t.Errorf("%s", second.Data)
	}
	sent := g.submit(id, text("+"+bobNumber, "hi bob"), wait)
	called("sent by us", g.await(id, event.MessageSent, withID(sent.MessageID)), "Bob Bee", "chat")
	called("sent by us", g.await(id, event.MessageSent, withID(sent.MessageID)), "Alice", "sender")
	called("a receipt", g.await(id, event.MessageDelivered, nil), "Bob Bee", "recipient", "chat")
	if _, err := bob.Call(simulator.Call{To: aliceNumber}); err != nil {
		t.Fatal(err)
	}
	offer := g.await(id, event.CallOffer, nil)
	if offer.field("from", "name") != "Bob Bee" && offer.field("call", "from", "name") != "Bob Bee" {
		t.Errorf("a call: %s", offer.Data)
	}

	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Harbour crew", Owner: bobNumber, Participants: []string{aliceNumber, carol.Phone()}})
	if err != nil {
		t.Fatal(err)
	}
	jid := group.JID().String()
	g.await(id, event.GroupJoined, nil)
	called("a group", say(carol, jid, "ahoy"), "Harbour crew", "chat")
	if _, err := group.Change(simulator.GroupChange{Actor: bobNumber, Action: simulator.GroupSubject, Value: "Night crew"}); err != nil {
		t.Fatal(err)
	}
	called("the new subject", g.await(id, event.GroupInfoUpdate, nil), "Bob Bee", "actor")
	called("renamed", say(carol, jid, "still here"), "Night crew", "chat")
	list, _, err := g.db.Messages().List(t.Context(), 1, id, chat.Filter{Text: "night", Limit: 9})
	if err != nil || len(list) != 1 || nameOf(list[0]) != "Night crew" {
		t.Errorf("%+v, %v", list, err)
	}

	g.stop()
	g = openGateway(t, w, dir)
	called("after a restart", say(bob, aliceNumber, "and now"), "Bob Bee", "sender", "chat")
	late := say(carol, jid, "here too")
	called("after a restart", late, "Night crew", "chat")
	called("after a restart", late, "Carol", "sender")
	sent = g.submit(id, message.Outgoing{To: jid, Kind: message.Text, Text: "hi all"}, wait)
	called("sent to the group", g.await(id, event.MessageSent, withID(sent.MessageID)), "Night crew", "chat")

	other := g.device(2).ID
	g.link(other, carol)
	d := send(t, bob, simulator.Message{To: carol.Phone(), Text: "to another customer"})
	acked(t, d)
	called("another customer's", g.await(other, event.MessageReceived, withID(d.ID)), "Bob", "sender", "chat")
}

// What the phone knew before the link is not told by events: it is there when the synchronisation is complete.
func TestChatsAreAsThePhoneHadThem(t *testing.T) {
	w := newWorldWith(t, simulator.Options{})
	g := newGateway(t, w)
	alice, bob, carol := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob"), w.person("491700000033", "Carol")
	muted := time.Now().Add(24 * time.Hour).Truncate(time.Second)
	change(t, alice, simulator.AppStateChange{Action: simulator.StateMute, Chat: bobNumber, Until: muted})
	change(t, alice, simulator.AppStateChange{Action: simulator.StatePin, Chat: bobNumber})
	change(t, alice, simulator.AppStateChange{Action: simulator.StateContact, Chat: bobNumber, Name: "Bob Bee"})
	change(t, alice, simulator.AppStateChange{Action: simulator.StateArchive, Chat: carol.Phone()})
	change(t, alice, simulator.AppStateChange{Action: simulator.StateMute, Chat: carol.Phone()})
	id, _ := g.linked(alice)
	for _, name := range appstate.AllPatchNames {
		g.await(id, event.AppStateSyncComplete, func(l logged) bool { return l.field("name") == string(name) })
	}
	for _, p := range []*simulator.Person{bob, carol} {
		acked(t, send(t, p, simulator.Message{To: aliceNumber, Text: "hi"}))
	}
	if c := g.chatOf(id, lidOf(bob)); !c.Pinned || c.Archived || !c.MutedUntil.Equal(muted) || nameOf(c) != "Bob Bee" {
		t.Errorf("%+v is called %q", c, nameOf(c))
	}
	if c := g.chatOf(id, lidOf(carol)); c.Pinned || !c.Archived || !c.MutedUntil.Equal(chat.Forever()) || nameOf(c) != "Carol" {
		t.Errorf("%+v is called %q", c, nameOf(c))
	}
	if told := g.events(id, event.ChatMuted, event.ChatPinned, event.ChatArchived, event.ContactUpdated); len(told) > 0 {
		t.Errorf("%s", g.names(id))
	}
	change(t, alice, simulator.AppStateChange{Action: simulator.StatePin, Chat: bobNumber, Off: true})
	g.await(id, event.ChatPinned, nil)
	if c := g.chatOf(id, lidOf(bob)); c.Pinned {
		t.Error("still pinned")
	}
}

func TestADeletedChatIsGone(t *testing.T) {
	g, id, alice := synced(t)
	bob, err := g.w.Person(bobNumber)
	if err != nil {
		t.Fatal(err)
	}
	var last *simulator.Delivery
	for range 2 {
		last = send(t, bob, simulator.Message{To: aliceNumber, Text: "hi"})
		acked(t, last)
	}
	change(t, alice, simulator.AppStateChange{Action: simulator.StateDeleteMessage, Chat: bobNumber, MessageID: last.ID})
	g.await(id, event.MessageDeletedForMe, nil)
	if c := g.chatOf(id, lidOf(bob)); c.Unread != 1 || c.Last == nil || c.Last.MessageID == last.ID {
		t.Errorf("%+v", c)
	}
	change(t, alice, simulator.AppStateChange{Action: simulator.StateDelete, Chat: bobNumber})
	g.await(id, event.ChatDeleted, nil)
	list, _, err := g.db.Messages().List(t.Context(), 1, id, chat.Filter{Limit: 9})
	if err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	acked(t, send(t, bob, simulator.Message{To: aliceNumber, Text: "hi again"}))
	if c := g.chatOf(id, lidOf(bob)); c.Unread != 1 {
		t.Errorf("%+v", c)
	}
}

func TestTheDevicesNameIsTheOneOfThePhone(t *testing.T) {
	g, id, alice := synced(t)
	name := func() string {
		d, err := g.m.Get(t.Context(), 1, id)
		if err != nil {
			t.Fatal(err)
		}
		return d.PushName
	}
	if name() != "Alice" {
		t.Errorf("after linking: %q", name())
	}
	boss := "Boss"
	if err := alice.Change(simulator.PersonChange{Name: &boss}); err != nil {
		t.Fatal(err)
	}
	g.await(id, event.PushNameSet, nil)
	if name() != boss {
		t.Errorf("after the change: %q", name())
	}
	r := g.submit(id, text("+"+bobNumber, "hi"), wait)
	if e := g.await(id, event.MessageSent, withID(r.MessageID)); e.field("sender", "name") != boss || e.field("push_name") != boss {
		t.Errorf("%s", e.Data)
	}
	until(t, func() bool {
		d, err := g.db.Devices().Get(t.Context(), 1, id)
		return err == nil && d.PushName == boss
	})
}

func lidOf(p *simulator.Person) string {
	_, lid := p.JIDs()
	return lid.String()
}
