package whatsapp_test

import (
	"encoding/json"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

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

// inGroup makes a gateway whose number is a member of Bob's group.
func inGroup(t *testing.T, spec simulator.GroupSpec) (g *gateway, id string, dev *simulator.Device, group *simulator.Group) {
	t.Helper()
	w := newWorld(t)
	g = newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	w.person("491700000003", "Carol")
	id, dev = g.linked(alice)
	spec.Subject, spec.Owner, spec.Participants, spec.Quiet = "Team", bob.Phone(), []string{alice.Phone()}, true
	group, err := w.CreateGroup(spec)
	if err != nil {
		t.Fatal(err)
	}
	return g, id, dev, group
}

// does makes changes of a group by Bob and waits until the gateway has acknowledged them.
func does(t *testing.T, dev *simulator.Device, group *simulator.Group, changes ...simulator.GroupChange) {
	t.Helper()
	for _, c := range changes {
		if c.Actor == "" {
			c.Actor = "491700000002"
		}
		if _, err := group.Change(c); err != nil {
			t.Fatalf("%s: %v", c.Action, err)
		}
	}
	until(t, func() bool { return len(dev.Unacked()) == 0 })
}

const (
	aliceNumber, bobNumber, carolNumber = "491700000001", "491700000002", "491700000003"
)

func TestWhoJoinsByTheLinkIsNamed(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{})
	does(t, dev, group, simulator.GroupChange{Actor: carolNumber, Action: simulator.GroupJoin})
	var data event.ParticipantUpdate
	g.await(id, event.GroupParticipantUpdate, nil).open(t, &data)
	if data.Action != "add" || data.Reason == nil || *data.Reason != "invite" || len(data.Participants) != 1 || data.Participants[0].Phone == nil ||
		*data.Participants[0].Phone != "+"+carolNumber || data.Actor == nil || *data.Actor.Name != "Carol" {
		t.Errorf("%+v", data)
	}
}

func TestComingBackIntoAGroupIsAnEventOfItsOwn(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{})
	out := simulator.GroupChange{Action: simulator.GroupRemove, Participants: []string{aliceNumber}}
	in := simulator.GroupChange{Action: simulator.GroupAdd, Participants: []string{aliceNumber}}
	does(t, dev, group, out, in, out, in)
	if n := len(g.events(id, event.GroupJoined)); n != 2 {
		t.Errorf("joined %d times, want 2: %s", n, g.names(id))
	}
	if e := g.await(id, event.GroupJoined, nil); e.field("reason") != "" || e.field("actor", "phone") != "+"+bobNumber {
		t.Errorf("%s", e.Data)
	}
	if left := g.events(id, event.GroupLeft); len(left) != 2 || left[0].field("reason") != "removed" {
		t.Errorf("%+v", left)
	}
}

func TestLeavingByTheOwnPhoneIsNoRemoval(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{})
	does(t, dev, group, simulator.GroupChange{Actor: aliceNumber, Action: simulator.GroupLeave})
	if e := g.await(id, event.GroupLeft, nil); e.field("reason") != "left" || e.field("actor", "phone") != "+"+aliceNumber {
		t.Errorf("%s", e.Data)
	}
}

func TestEverySettingOfAGroupIsToldWithItsValue(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{})
	for _, c := range []struct{ action, value, want string }{
		{simulator.GroupSubject, "New", `{"subject":"New"}`},
		{simulator.GroupTopic, "words", `{"description":"words"}`},
		{simulator.GroupTopic, "", `{"description":null}`},
		{simulator.GroupAnnounce, "on", `{"announce":true}`},
		{simulator.GroupAnnounce, "off", `{"announce":false}`},
		{simulator.GroupLocked, "on", `{"locked":true}`},
		{simulator.GroupEphemeral, "86400", `{"disappearing_seconds":86400}`},
		{simulator.GroupEphemeral, "0", `{"disappearing_seconds":0}`},
		{simulator.GroupApproval, "on", `{"join_approval":null}`},
		{simulator.GroupMemberAdd, "all", `{"member_add_mode":"all"}`},
		{simulator.GroupSuspended, "on", `{"suspended":true}`},
		{simulator.GroupSuspended, "off", `{"suspended":false}`},
	} {
		before := len(g.events(id, event.GroupInfoUpdate))
		does(t, dev, group, simulator.GroupChange{Action: c.action, Value: c.value})
		list := g.events(id, event.GroupInfoUpdate)
		if len(list) != before+1 {
			t.Fatalf("%s %s: %d events: %s", c.action, c.value, len(list)-before, g.names(id))
		}
		var data struct{ Changes json.RawMessage }
		if list[before].open(t, &data); string(data.Changes) != c.want {
			t.Errorf("%s %s: %s, want %s", c.action, c.value, data.Changes, c.want)
		}
	}
	does(t, dev, group, simulator.GroupChange{Action: simulator.GroupResetInvite})
	if e := g.await(id, event.GroupInfoUpdate, func(l logged) bool { return l.field("changes", "invite_link") != "" }); e.field("changes", "invite_link") != group.Info().InviteLink {
		t.Errorf("%s", e.Data)
	}
}

func TestRolesAreToldOnePerList(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{})
	for _, action := range []string{simulator.GroupPromote, simulator.GroupDemote} {
		does(t, dev, group, simulator.GroupChange{Action: action, Participants: []string{aliceNumber}})
		var data event.ParticipantUpdate
		g.await(id, event.GroupParticipantUpdate, func(l logged) bool { return l.field("action") == action }).open(t, &data)
		if len(data.Participants) != 1 || *data.Participants[0].Phone != "+"+aliceNumber {
			t.Errorf("%s: %+v", action, data)
		}
	}
}

func TestRequestsToJoinAreTold(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{Approval: true})
	does(t, dev, group, simulator.GroupChange{Action: simulator.GroupPromote, Participants: []string{aliceNumber}},
		simulator.GroupChange{Actor: carolNumber, Action: simulator.GroupRequest, Value: simulator.JoinByCommunity},
		simulator.GroupChange{Actor: carolNumber, Action: simulator.GroupWithdraw},
		simulator.GroupChange{Actor: carolNumber, Action: simulator.GroupRequest},
		simulator.GroupChange{Action: simulator.GroupReject, Participants: []string{carolNumber}})
	got := ""
	for _, e := range g.events(id, event.GroupJoinRequested) {
		var data event.GroupJoinRequest
		e.open(t, &data)
		got += data.State + "(" + e.field("method") + ") "
		if len(data.Users) != 1 || *data.Users[0].Phone != "+"+carolNumber {
			t.Errorf("%s", e.Data)
		}
	}
	if want := "created(linked_group_join) withdrawn() created(invite_link) rejected() "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestACommunityGainsAndLosesGroups(t *testing.T) {
	g, id, dev, school := inGroup(t, simulator.GroupSpec{Community: true})
	choir, err := g.w.CreateGroup(simulator.GroupSpec{Subject: "Choir", Owner: bobNumber, Participants: []string{aliceNumber}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	does(t, dev, school, simulator.GroupChange{Action: simulator.GroupLink, Group: choir.JID().String()},
		simulator.GroupChange{Action: simulator.GroupUnlink, Group: choir.JID().String()})
	at := func(group *simulator.Group) func(logged) bool {
		return func(l logged) bool { return l.field("group", "jid") == group.JID().String() }
	}
	for _, c := range []struct {
		kind                event.Type
		at                  *simulator.Group
		link, other, reason string
	}{
		{event.GroupLinked, school, "sub", "Choir", ""}, {event.GroupLinked, choir, "parent", "Team", ""},
		{event.GroupUnlinked, school, "sub", "Choir", "unlink_group"}, {event.GroupUnlinked, choir, "parent", "Team", "unlink_group"},
	} {
		e := g.await(id, c.kind, at(c.at))
		if e.field("link_type") != c.link || e.field("other", "name") != c.other || e.field("reason") != c.reason || e.Key != id+"|c|"+c.at.JID().String() {
			t.Errorf("%s of %s: %s", c.kind, c.at.JID(), e.Data)
		}
	}
	does(t, dev, school, simulator.GroupChange{Action: simulator.GroupDelete})
	if e := g.await(id, event.GroupGone, at(school)); e.field("reason") != "admin" {
		t.Errorf("%s", e.Data)
	}
	if unknown := g.events(id, event.Unknown); len(unknown) > 0 {
		t.Errorf("%s", unknown[0].Data)
	}
}

// The simulator's people keep their numbers, so these notices are written by hand, as WhatsApp sends them.
func TestWhatTheLibraryPassesOnAsItCameIsRead(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{})
	bob, err := g.w.Person(bobNumber)
	if err != nil {
		t.Fatal(err)
	}
	pn, lid := bob.JIDs()
	notice := func(stanza string, change waBinary.Node) {
		t.Helper()
		n := waBinary.Node{Tag: "notification", Content: []waBinary.Node{change}, Attrs: waBinary.Attrs{"from": group.JID(), "type": "w:gp2", "id": stanza,
			"t": "1765967398", "participant": lid, "participant_pn": pn}}
		if err := dev.SendNode(n, true); err != nil {
			t.Fatal(err)
		}
	}
	changed := types.NewJID("491700000099", types.DefaultUserServer)
	notice("N1", waBinary.Node{Tag: "modify", Content: []waBinary.Node{{Tag: "participant", Attrs: waBinary.Attrs{"jid": changed}}}})
	notice("N2", waBinary.Node{Tag: "growth_locked", Attrs: waBinary.Attrs{"type": "invite"}})
	until(t, func() bool { return len(dev.Unacked()) == 0 })
	var members event.ParticipantUpdate
	g.await(id, event.GroupParticipantUpdate, nil).open(t, &members)
	if members.Action != "change_number" || len(members.Participants) != 1 || *members.Participants[0].Phone != "+491700000099" {
		t.Errorf("%+v", members)
	}
	var settings event.GroupUpdate
	g.await(id, event.GroupInfoUpdate, nil).open(t, &settings)
	if len(settings.Changes.Unknown) != 1 || settings.Changes.Unknown[0] != "growth_locked" {
		t.Errorf("%+v", settings)
	}
}
