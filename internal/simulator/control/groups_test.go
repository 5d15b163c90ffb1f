package control_test

import (
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestAGroupIsMadeAndChanged(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	r.user(ben, "Ben")
	made, err := r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: anna, Participants: []string{owner}, Topic: "work",
		Announce: true, Locked: true, Approval: true, EphemeralS: 60})
	must(t, err)
	if !strings.HasSuffix(made.ID, "@g.us") || made.Subject != "Team" || made.Topic != "work" || made.Owner != anna || !made.Announce || !made.Locked ||
		!made.Approval || made.EphemeralS != 60 || len(made.Participants) != 2 || made.Participants[0].Role != "owner" ||
		made.Participants[1].Phone != owner || made.InviteLink == "" || made.CreatedAt.IsZero() {
		t.Errorf("made %+v", made)
	}
	joined := await[*events.JoinedGroup](g, nil)
	if joined.JID.String() != made.ID || joined.Name != "Team" {
		t.Errorf("the gateway joined %+v", joined)
	}
	changed, err := r.ChangeGroup(t.Context(), made.ID, simclient.GroupChange{Actor: anna, Action: "add", Participants: []string{ben}})
	must(t, err)
	if changed.Notified != 1 || len(changed.Group.Participants) != 3 {
		t.Errorf("changed %+v", changed)
	}
	await(g, func(e *events.GroupInfo) bool { return len(e.Join) == 1 })
	if e := r.next(ben, 0, "group"); e.Change != "add" || e.Chat != made.ID || e.From.Phone != anna {
		t.Errorf("the newcomer sees %+v", e)
	}
	_, err = r.ChangeGroup(t.Context(), made.ID, simclient.GroupChange{Actor: anna, Action: "subject", Value: "New"})
	must(t, err)
	await(g, func(e *events.GroupInfo) bool { return e.Name != nil && e.Name.Name == "New" })
	got, err := r.Group(t.Context(), strings.TrimSuffix(made.ID, "@g.us"))
	must(t, err)
	groups, err := r.Groups(t.Context())
	must(t, err)
	if got.Subject != "New" || len(groups) != 1 || groups[0].ID != made.ID {
		t.Errorf("the group is %+v in %+v", got, groups)
	}
}

func TestAQuietGroupIsNotAnnounced(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	before, err := r.Device(t.Context(), g.device)
	must(t, err)
	_, err = r.Hold(t.Context(), g.device)
	must(t, err)
	_, err = r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: owner, Notify: new(false)})
	must(t, err)
	if after, err := r.Device(t.Context(), g.device); err != nil || after.Unacked > before.Unacked {
		t.Errorf("the queue grew from %d to %d, %v", before.Unacked, after.Unacked, err)
	}
}

func TestAGroupMessageReachesTheGatewayAndBack(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	r.user(ben, "Ben")
	team, err := r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: anna, Participants: []string{owner}})
	must(t, err)
	sent := r.send(anna, simclient.Message{To: team.ID, Text: "all", NoSenderKey: true})
	if sent.To != team.ID {
		t.Errorf("sent %+v", sent)
	}
	m := await(g, withID(sent.ID)) // after a retry receipt: the sender key was left out
	if m.Info.Chat.String() != team.ID {
		t.Errorf("it came in %s", m.Info.Chat)
	}
	answer, err := g.SendMessage(t.Context(), m.Info.Chat, text("me too"))
	must(t, err)
	if e := r.next(anna, 0); e.ID != answer.ID || e.Chat != team.ID || e.Encryption != "skmsg" {
		t.Errorf("the answer is %+v", e)
	}
	_, err = r.SendReceipt(t.Context(), anna, simclient.Receipt{To: owner, Group: team.ID, ID: answer.ID, Type: "read"})
	must(t, err)
	await(g, func(e *events.Receipt) bool { return e.Chat.String() == team.ID && e.MessageIDs[0] == answer.ID })
	_, err = r.Send(t.Context(), ben, simclient.Message{To: team.ID, Text: "let me in"})
	fails(t, err, 409, "not_a_member")
	_, err = r.SetTyping(t.Context(), ben, team.ID, "composing")
	fails(t, err, 409, "not_a_member")
}

func TestAGroupChangeThatCannotBeIsRefused(t *testing.T) {
	r := newRig(t)
	r.user(anna, "Anna")
	r.user(ben, "Ben")
	team, err := r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: anna})
	must(t, err)
	change := func(id string, c simclient.GroupChange) error {
		_, err := r.ChangeGroup(t.Context(), id, c)
		return err
	}
	fails(t, change(team.ID, simclient.GroupChange{Actor: ben, Action: "subject", Value: "x"}), 409, "not_a_member")
	fails(t, change(team.ID, simclient.GroupChange{Actor: "4915100000009", Action: "leave"}), 404, "unknown_person")
	fails(t, change(team.ID, simclient.GroupChange{Actor: anna, Action: "picture", Value: "no base64"}), 400, "invalid_request")
	fails(t, change(team.ID, simclient.GroupChange{Actor: anna, Action: "announce", Value: "maybe"}), 400, "invalid_request")
	fails(t, change("1@g.us", simclient.GroupChange{Actor: anna, Action: "leave"}), 404, "unknown_group")
	_, err = r.Group(t.Context(), "1@g.us")
	fails(t, err, 404, "unknown_group")
	_, err = r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: "4915100000009"})
	fails(t, err, 404, "unknown_person")
	_, err = r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: anna, EphemeralS: -1})
	fails(t, err, 400, "invalid_request")
}

func TestACommunityAndItsGroups(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	school, err := r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "School", Owner: anna, Participants: []string{owner}, Community: true})
	must(t, err)
	choir, err := r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Choir", Owner: anna, Participants: []string{owner}, Parent: school.ID, MemberAdd: "all"})
	must(t, err)
	if !school.Community || school.MemberAdd != "admin" || choir.Parent != school.ID || choir.MemberAdd != "all" {
		t.Errorf("made %+v and %+v", school, choir)
	}
	await(g, func(e *events.GroupInfo) bool { return e.Link != nil && e.Link.Group.JID.String() == choir.ID })
	groups, err := r.Groups(t.Context())
	must(t, err)
	if len(groups) != 3 || !groups[1].DefaultSub || groups[1].Parent != school.ID || !groups[1].Announce {
		t.Errorf("groups %+v", groups)
	}
	_, err = r.Send(t.Context(), owner, simclient.Message{To: groups[1].ID, Text: "x"})
	fails(t, err, 409, "not_allowed")
	changed, err := r.ChangeGroup(t.Context(), school.ID, simclient.GroupChange{Actor: anna, Action: "unlink", Group: choir.ID})
	must(t, err)
	if got, err := r.Group(t.Context(), choir.ID); err != nil || got.Parent != "" || changed.Notified == 0 {
		t.Errorf("unlinked %+v, told %d, %v", got, changed.Notified, err)
	}
	await(g, func(e *events.GroupInfo) bool { return e.Unlink != nil })
	_, err = r.ChangeGroup(t.Context(), choir.ID, simclient.GroupChange{Actor: anna, Action: "link", Group: school.ID})
	fails(t, err, 400, "invalid_request")
	_, err = r.ChangeGroup(t.Context(), school.ID, simclient.GroupChange{Actor: anna, Action: "link", Group: "1@g.us"})
	fails(t, err, 404, "unknown_group")
	_, err = r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "x", Owner: anna, Parent: choir.ID})
	fails(t, err, 400, "invalid_request")
	_, err = r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "x", Owner: anna, Parent: "1@g.us"})
	fails(t, err, 404, "unknown_group")
}

func TestARequestToJoinIsDecided(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	r.user(ben, "Ben")
	team, err := r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: owner, Approval: true})
	must(t, err)
	change := func(c simclient.GroupChange) simclient.Group {
		t.Helper()
		changed, err := r.ChangeGroup(t.Context(), team.ID, c)
		must(t, err)
		if changed.Notified != 1 {
			t.Errorf("%+v: told %d devices", c, changed.Notified)
		}
		return changed.Group
	}
	asked := change(simclient.GroupChange{Actor: anna, Action: "request"})
	if len(asked.Requests) != 1 || asked.Requests[0].Phone != anna || asked.Requests[0].Method != "InviteLink" || asked.Requests[0].At.IsZero() {
		t.Errorf("requests %+v", asked.Requests)
	}
	change(simclient.GroupChange{Actor: anna, Action: "withdraw"})
	change(simclient.GroupChange{Actor: ben, Action: "request", Value: "LinkedGroupJoin"})
	change(simclient.GroupChange{Actor: owner, Action: "reject", Participants: []string{ben}})
	change(simclient.GroupChange{Actor: anna, Action: "request"})
	if joined := change(simclient.GroupChange{Actor: owner, Action: "approve", Participants: []string{anna}}); len(joined.Participants) != 2 || len(joined.Requests) != 0 {
		t.Errorf("joined %+v", joined)
	}
	await(g, func(e *events.GroupInfo) bool { return len(e.Join) == 1 })
	if pictured := change(simclient.GroupChange{Actor: owner, Action: "picture", Value: "/9j/2Q=="}); pictured.PictureID == "" {
		t.Errorf("picture %+v", pictured)
	}
	if suspended := change(simclient.GroupChange{Actor: owner, Action: "suspended", Value: "on"}); !suspended.Suspended {
		t.Errorf("suspended %+v", suspended)
	}
	for _, c := range []simclient.GroupChange{{Action: "request", Value: "post"}, {Action: "approve"}, {Action: "member_add_mode", Value: "some"}, {Action: "suspended", Value: "red"}} {
		c.Actor = owner
		_, err = r.ChangeGroup(t.Context(), team.ID, c)
		fails(t, err, 400, "invalid_request")
	}
}
