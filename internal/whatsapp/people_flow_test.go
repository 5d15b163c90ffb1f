package whatsapp_test

import (
	"strconv"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

func alter(t testing.TB, p *simulator.Person, c simulator.PersonChange) {
	t.Helper()
	if err := p.Change(c); err != nil {
		t.Fatal(err)
	}
}

var jpeg = []byte{0xff, 0xd8, 0xff, 0xe0, 1, 2, 3}

func TestPicturesOfPeopleGroupsAndTheAccountAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	alter(t, alice, simulator.PersonChange{Contacts: &[]string{bob.Phone()}})
	id, _ := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bob.Phone(), Participants: []string{alice.Phone()}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	alter(t, bob, simulator.PersonChange{Picture: &jpeg})
	alter(t, alice, simulator.PersonChange{Picture: &jpeg})
	if _, err := group.Change(simulator.GroupChange{Actor: bob.Phone(), Action: simulator.GroupPicture, Value: "/9j/4AAQ"}); err != nil {
		t.Fatal(err)
	}
	_, lid := bob.JIDs()
	kind := func(k string) func(logged) bool {
		return func(l logged) bool { return l.field("target_kind") == k }
	}
	user := g.await(id, event.PictureChange, kind("user"))
	if user.Key != id+"|c|"+lid.String() || user.field("picture_id") != bob.Info().PictureID || user.field("author", "lid") != lid.String() {
		t.Errorf("%s %s", user.Key, user.Data)
	}
	self := g.await(id, event.PictureChange, kind("self"))
	if self.field("target", "phone") != "+491700000001" || self.field("picture_id") != "" {
		t.Errorf("%s", self.Data)
	}
	team := g.await(id, event.PictureChange, kind("group"))
	if team.Key != id+"|c|"+group.JID().String() || team.field("target", "kind") != "group" || team.field("author", "lid") != lid.String() {
		t.Errorf("%s %s", team.Key, team.Data)
	}
	alter(t, bob, simulator.PersonChange{Picture: &[]byte{}})
	g.await(id, event.PictureChange, func(l logged) bool { return l.flag("removed") && l.field("target", "lid") == lid.String() })
}

func TestAPictureThatCannotBeStoredComesAgain(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	alter(t, alice, simulator.PersonChange{Contacts: &[]string{bob.Phone()}})
	id, dev := g.linked(alice)
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	g.sink.down.Store(true)
	alter(t, bob, simulator.PersonChange{Picture: &jpeg})
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.State.Online() })
	if len(dev.Unacked()) != 1 {
		t.Errorf("%d stanzas are not acknowledged, want the picture", len(dev.Unacked()))
	}
	g.sink.down.Store(false)
	g.await(id, event.PictureChange, nil)
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	if n := len(g.events(id, event.PictureChange)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func TestChangedNamesAndAboutTextsAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	shop, about := "Bob's", "at sea"
	alter(t, bob, simulator.PersonChange{BusinessName: &shop})
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "hi"}))
	name := "Robert"
	shop = "Robert's"
	alter(t, bob, simulator.PersonChange{Name: &name, BusinessName: &shop, About: &about})
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "hi again"})
	acked(t, d)
	if e := g.await(id, event.PushNameUpdate, nil); e.field("old") != "Bob" || e.field("new") != "Robert" || e.field("message_id") != d.ID || e.field("user", "phone") != "+491700000002" {
		t.Errorf("%s", e.Data)
	}
	if e := g.await(id, event.BusinessNameUpdate, nil); e.field("old") != "Bob's" || e.field("new") != "Robert's" {
		t.Errorf("%s", e.Data)
	}
	if e := g.await(id, event.UserAbout, nil); e.field("about") != "at sea" || e.field("user", "phone") != "+491700000002" {
		t.Errorf("%s", e.Data)
	}
	if m := g.await(id, event.MessageReceived, withID(d.ID)); m.field("verified_name") != "Robert's" {
		t.Errorf("%s", m.Data)
	}
}

func TestANewPhoneOfAContactIsAnEvent(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "hi"}))
	bob.Reinstall(true)
	e := g.await(id, event.IdentityChange, nil)
	if e.field("user", "phone") != "+491700000002" || e.flag("implicit") {
		t.Errorf("%s", e.Data)
	}
	bob.Reinstall(false)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "from another phone"}))
	g.await(id, event.IdentityChange, func(l logged) bool { return l.flag("implicit") })
}

func TestPrivacyAndBlockListOfTheAccountAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "hi"}))
	alter(t, alice, simulator.PersonChange{Privacy: map[string]string{simulator.PrivacyLastSeen: "contacts"}, Block: []string{bob.Phone()}})
	e := g.await(id, event.PrivacySettings, nil)
	if e.field("settings", "last_seen") != "contacts" || e.field("settings", "group_add") != "all" || e.Key != id+"|d" ||
		string(e.member("changed")) != `["last_seen"]` {
		t.Errorf("%s %s", e.Key, e.Data)
	}
	b := g.await(id, event.BlocklistChange, nil)
	var changes []event.BlockChange
	b.read("changes", &changes)
	if b.field("action") != "changes" || len(changes) != 1 || !changes[0].Blocked || *changes[0].User.Phone != "+491700000002" {
		t.Errorf("%s", b.Data)
	}
	pn, _ := alice.JIDs()
	err := dev.SendNode(waBinary.Node{Tag: "notification", Attrs: waBinary.Attrs{"from": pn, "type": "account_sync", "id": "reload", "t": time.Now().Unix()},
		Content: []waBinary.Node{{Tag: "blocklist", Attrs: waBinary.Attrs{"action": "modify", "dhash": "x"}}}}, true)
	if err != nil {
		t.Fatal(err)
	}
	if e := g.await(id, event.BlocklistChange, func(l logged) bool { return l.field("action") == "reload" }); string(e.member("changes")) != "[]" {
		t.Errorf("%s", e.Data)
	}
}

func TestPresenceAndTypingAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	seen := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, p := range []simulator.Presence{{Available: true, To: alice.Phone()}, {LastSeen: seen, To: alice.Phone()}} {
		if n, err := bob.SetPresence(p); n != 1 || err != nil {
			t.Fatalf("presence went to %d devices, %v", n, err)
		}
	}
	if _, err := bob.SendTyping(alice.Phone(), simulator.TypingRecording); err != nil {
		t.Fatal(err)
	}
	_, lid := bob.JIDs()
	if e := g.await(id, event.PresenceChange, func(l logged) bool { return l.flag("online") }); e.Sequence != nil || e.Key != id+"|c|"+lid.String() {
		t.Errorf("%v %s", e.Sequence, e.Key)
	}
	e := g.await(id, event.PresenceChange, func(l logged) bool { return !l.flag("online") })
	if e.field("last_seen_at") != seen.UTC().Format("2006-01-02T15:04:05.000Z") {
		t.Errorf("%s", e.Data)
	}
	if e := g.await(id, event.ChatPresenceChange, nil); e.field("state") != "composing" || e.field("media") != "audio" {
		t.Errorf("%s", e.Data)
	}
}

func TestASecondDeviceOfAContactIsNamedAndGetsItsCopy(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	number, err := bob.AddCompanion()
	if err != nil {
		t.Fatal(err)
	}
	d := send(t, bob, simulator.Message{To: alice.Phone(), Text: "from my computer", FromDevice: number})
	acked(t, d)
	_, lid := bob.JIDs()
	e := g.await(id, event.MessageReceived, withID(d.ID))
	if string(e.member("sender_device")) != strconv.Itoa(int(number)) || e.field("sender", "jid") != lid.String() || e.Key != id+"|c|"+lid.String() {
		t.Errorf("%s %s", e.Key, e.Data)
	}
	sent := g.submit(id, text("491700000002", "to both"), wait)
	until(t, func() bool { return len(dev.Unacked()) == 0 }) // the receipts of both devices
	// Receipts of one second are one occurrence: the events tell of people, not of their devices.
	for _, e := range g.events(id, event.MessageDelivered) {
		if string(e.member("message_ids")) != `["`+sent.MessageID+`"]` || e.field("recipient", "lid") != lid.String() {
			t.Errorf("%s", e.Data)
		}
	}
	g.await(id, event.MessageDelivered, nil)
}
