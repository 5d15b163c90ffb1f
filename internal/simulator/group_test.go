package simulator

import (
	"errors"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// team is a group of Anna (owner), Bob and a linked number.
func team(t *testing.T, w *world) (g *Group, owner *Person, d *Device, c *client, anna, bob *Person) {
	t.Helper()
	owner, d, c = w.linked(ownerPhone, "Owner", nil)
	anna, bob = w.person(annaPhone, "Anna"), w.person(bobPhone, "Bob")
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Team", Owner: annaPhone, Participants: []string{ownerPhone, bobPhone}, Topic: "our topic"})
	if err != nil {
		t.Fatal(err)
	}
	return g, owner, d, c, anna, bob
}

func change(t *testing.T, g *Group, c GroupChange) {
	t.Helper()
	if n, err := g.Change(c); err != nil || n != 1 {
		t.Fatalf("%s: told %d devices, %v", c.Action, n, err)
	}
}

func TestGroupMessagesGoBothWays(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, owner, d, c, anna, bob := team(t, w)
	joined := await[*events.JoinedGroup](t, c, nil)
	if joined.Name != "Team" || joined.Topic != "our topic" || len(joined.Participants) != 3 || joined.AddressingMode != types.AddressingModeLID {
		t.Errorf("joined %+v", joined)
	}
	for _, text := range []string{"first with the sender key", "second without"} {
		sent := send(t, anna, Message{To: g.Info().ID, Text: text})
		m := await(t, c, func(m *events.Message) bool { return m.Message.GetConversation() == text })
		if m.Info.ID != sent.ID || m.Info.Chat != g.jid || m.Info.Sender.User != anna.lid.User || m.Info.SenderAlt.User != annaPhone || !m.Info.IsGroup {
			t.Errorf("the client got %+v", m.Info)
		}
		acked(t, sent)
	}
	resp, err := c.SendMessage(t.Context(), g.jid, text("hello team"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Person{anna, bob} {
		if e := entry(t, p, message(resp.ID)); e.Text != "hello team" || e.Encryption != "skmsg" || e.Chat != g.jid.String() || e.From.LID != owner.lid.User {
			t.Errorf("%s got %+v", p.phone, e)
		}
	}
	read := func() {
		_, err = bob.SendReceipt(Receipt{To: ownerPhone, Group: g.jid.String(), Type: ReceiptRead, IDs: []string{resp.ID}})
	}
	if read(); err != nil {
		t.Fatal(err)
	}
	if r := await(t, c, func(r *events.Receipt) bool { return r.Type == types.ReceiptTypeRead }); r.Chat != g.jid || r.Sender.User != bob.lid.User {
		t.Errorf("receipt is %+v", r)
	}
	until(t, func() bool { return d.Info().Unacked == 0 })
	nothingUnhandled(t, w.s)
}

// Bob has seen what Anna and the linked number wrote, and can answer both.
func TestMembersAnswerWhatOthersWrote(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, owner, _, c, anna, bob := team(t, w)
	sent := send(t, anna, Message{To: g.jid.String(), Text: "who?"})
	resp, err := c.SendMessage(t.Context(), g.jid, text("me"))
	if err != nil {
		t.Fatal(err)
	}
	entry(t, bob, message(resp.ID))
	await(t, c, withID(send(t, bob, Message{To: g.jid.String(), Reaction: &Reaction{ID: resp.ID, Emoji: "🎉"}}).ID))
	await(t, c, func(m *events.Message) bool {
		return m.Message.GetReactionMessage().GetKey().GetParticipant() == owner.lid.String()
	})
	send(t, bob, Message{To: g.jid.String(), Text: "you!", ReplyTo: sent.ID})
	await(t, c, func(m *events.Message) bool {
		return m.Message.GetExtendedTextMessage().GetContextInfo().GetQuotedMessage().GetConversation() == "who?"
	})
	if _, err := bob.Send(Message{To: g.jid.String(), Revoke: &Revoke{sent.ID}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a member revoked what another wrote: %v", err)
	}
	if _, err := anna.Send(Message{To: g.jid.String(), Revoke: &Revoke{resp.ID}}); err != nil {
		t.Errorf("the owner could not revoke: %v", err)
	}
}

func TestAMissingSenderKeyIsAskedFor(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, _, d, c, anna, bob := team(t, w)
	sent := send(t, bob, Message{To: g.jid.String(), Text: "no key for you", NoSenderKey: true})
	await(t, c, func(m *events.UndecryptableMessage) bool { return m.Info.ID == sent.ID })
	if m := await(t, c, withID(sent.ID)); m.Message.GetConversation() != "no key for you" {
		t.Errorf("the client got %+v", m.Message)
	}
	if err := d.CorruptNext(1, CorruptSenderKey); err != nil {
		t.Fatal(err)
	}
	sent = send(t, anna, Message{To: g.jid.String(), Text: "none from me either"})
	await(t, c, func(m *events.UndecryptableMessage) bool { return m.Info.ID == sent.ID })
	await(t, c, func(m *events.Message) bool { return m.Message.GetConversation() == "none from me either" })
}

func TestChangesOfAGroupAreTold(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, owner, d, c, anna, bob := team(t, w)
	eve := w.person("4915100000009", "Eve")
	for _, step := range []struct {
		change GroupChange
		seen   func(*events.GroupInfo) bool
	}{
		{GroupChange{Action: GroupSubject, Value: "Team 2"}, func(e *events.GroupInfo) bool { return e.Name != nil && e.Name.Name == "Team 2" }},
		{GroupChange{Action: GroupTopic, Value: "other"}, func(e *events.GroupInfo) bool { return e.Topic != nil && e.Topic.Topic == "other" }},
		{GroupChange{Action: GroupTopic}, func(e *events.GroupInfo) bool { return e.Topic != nil && e.Topic.TopicDeleted }},
		{GroupChange{Action: GroupAnnounce, Value: "on"}, func(e *events.GroupInfo) bool { return e.Announce != nil && e.Announce.IsAnnounce }},
		{GroupChange{Action: GroupAnnounce, Value: "off"}, func(e *events.GroupInfo) bool { return e.Announce != nil && !e.Announce.IsAnnounce }},
		{GroupChange{Action: GroupLocked, Value: "on"}, func(e *events.GroupInfo) bool { return e.Locked != nil && e.Locked.IsLocked }},
		{GroupChange{Action: GroupEphemeral, Value: "86400"}, func(e *events.GroupInfo) bool { return e.Ephemeral != nil && e.Ephemeral.DisappearingTimer == 86400 }},
		{GroupChange{Action: GroupEphemeral, Value: "0"}, func(e *events.GroupInfo) bool { return e.Ephemeral != nil && !e.Ephemeral.IsEphemeral }},
		{GroupChange{Action: GroupApproval, Value: "on"}, func(e *events.GroupInfo) bool { return e.MembershipApprovalMode != nil }},
		{GroupChange{Action: GroupResetInvite}, func(e *events.GroupInfo) bool {
			return e.NewInviteLink != nil && strings.HasPrefix(*e.NewInviteLink, inviteBase)
		}},
		{GroupChange{Action: GroupAdd, Participants: []string{eve.phone}}, func(e *events.GroupInfo) bool { return len(e.Join) == 1 && e.Join[0].User == eve.lid.User }},
		{GroupChange{Action: GroupPromote, Participants: []string{eve.phone}}, func(e *events.GroupInfo) bool { return len(e.Promote) == 1 }},
		{GroupChange{Action: GroupDemote, Participants: []string{eve.phone}}, func(e *events.GroupInfo) bool { return len(e.Demote) == 1 }},
		{GroupChange{Actor: bobPhone, Action: GroupLeave}, func(e *events.GroupInfo) bool { return len(e.Leave) == 1 && e.Leave[0].User == bob.lid.User }},
		{GroupChange{Actor: bobPhone, Action: GroupJoin}, func(e *events.GroupInfo) bool { return len(e.Join) == 1 && e.Join[0].User == bob.lid.User }},
		{GroupChange{Action: GroupRemove, Participants: []string{ownerPhone}}, func(e *events.GroupInfo) bool { return len(e.Leave) == 1 && e.Leave[0].User == owner.lid.User }},
	} {
		if step.change.Actor == "" {
			step.change.Actor = annaPhone
		}
		mark := c.events.Next()
		change(t, g, step.change)
		e := awaitAfter(t, c, mark, step.seen)
		if e.JID != g.jid || e.Sender == nil || e.SenderPN == nil || e.SenderPN.User != step.change.Actor {
			t.Errorf("%s: the client got %+v", step.change.Action, e)
		}
	}
	until(t, func() bool { return d.Info().Unacked == 0 })
	entry(t, anna, func(e *Entry) bool {
		return e.Kind == KindGroup && e.Change == GroupSubject && e.Chat == g.jid.String()
	})
}

func TestImpossibleGroupChangesAreRefused(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, _, _, _, _, _ := team(t, w)
	w.person("4915100000009", "Eve")
	for _, c := range []struct {
		change GroupChange
		want   error
	}{
		{GroupChange{Actor: "4915100000009", Action: GroupSubject, Value: "x"}, ErrNotAMember},
		{GroupChange{Actor: "4915199999999", Action: GroupSubject, Value: "x"}, ErrUnknownPerson},
		{GroupChange{Actor: annaPhone, Action: "nonsense"}, ErrInvalid},
		{GroupChange{Actor: annaPhone, Action: GroupSubject}, ErrInvalid},
		{GroupChange{Actor: annaPhone, Action: GroupAdd}, ErrInvalid},
		{GroupChange{Actor: annaPhone, Action: GroupAnnounce, Value: "maybe"}, ErrInvalid},
		{GroupChange{Actor: annaPhone, Action: GroupEphemeral, Value: "soon"}, ErrInvalid},
	} {
		if _, err := g.Change(c.change); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.change, err, c.want)
		}
	}
	if _, err := w.s.Group("nonsense"); !errors.Is(err, ErrUnknownGroup) {
		t.Errorf("unknown group: %v", err)
	}
	if p, err := w.s.Person("4915100000009"); err != nil {
		t.Fatal(err)
	} else if _, err = p.Send(Message{To: g.jid.String(), Text: "x"}); !errors.Is(err, ErrNotAMember) {
		t.Errorf("a stranger wrote: %v", err)
	}
}

func TestAClientRunsItsOwnGroup(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, d, c := w.linked(ownerPhone, "Owner", nil)
	anna, bob := w.person(annaPhone, "Anna"), w.person(bobPhone, "Bob")
	ctx := t.Context()
	made, err := c.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "Mine", Participants: []types.JID{anna.pn}})
	if err != nil || made.Name != "Mine" || len(made.Participants) != 2 {
		t.Fatalf("create: %+v %v", made, err)
	}
	g, err := w.s.Group(made.JID.String())
	if err != nil {
		t.Fatal(err)
	}
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	must("subject", c.SetGroupName(ctx, g.jid, "Ours"))
	must("topic", c.SetGroupTopic(ctx, g.jid, "", "", "what for"))
	must("announce", c.SetGroupAnnounce(ctx, g.jid, true))
	must("locked", c.SetGroupLocked(ctx, g.jid, true))
	must("timer", c.SetDisappearingTimer(ctx, g.jid, whatsmeow.DisappearingTimer24Hours, made.GroupCreated))
	added, err := c.UpdateGroupParticipants(ctx, g.jid, []types.JID{bob.lid}, whatsmeow.ParticipantChangeAdd)
	must("add", err)
	if len(added) != 1 || added[0].PhoneNumber.User != bobPhone {
		t.Errorf("added %+v", added)
	}
	_, err = c.UpdateGroupParticipants(ctx, g.jid, []types.JID{bob.lid}, whatsmeow.ParticipantChangePromote)
	must("promote", err)
	link, err := c.GetGroupInviteLink(ctx, g.jid, false)
	must("link", err)
	until(t, func() bool { return d.Info().Unacked == 0 })
	info := g.Info()
	if info.Subject != "Ours" || info.Topic != "what for" || !info.Announce || !info.Locked || info.EphemeralS != 86400 || info.InviteLink != link ||
		info.Owner != owner.phone || len(info.Participants) != 3 || info.Participants[2].Role != RoleAdmin {
		t.Errorf("the group is %+v", info)
	}
	seen, err := c.GetGroupInfo(ctx, g.jid)
	must("info", err)
	if seen.Name != "Ours" || seen.Topic != "what for" || !seen.IsAnnounce || !seen.IsLocked || seen.DisappearingTimer != 86400 {
		t.Errorf("the client reads %+v", seen)
	}
	entry(t, anna, func(e *Entry) bool { return e.Kind == KindGroup && e.Change == GroupSubject })
	joined, err := c.GetJoinedGroups(ctx)
	must("joined", err)
	if len(joined) != 1 {
		t.Errorf("joined %d groups", len(joined))
	}
	must("leave", c.LeaveGroup(ctx, g.jid))
	until(t, func() bool { return g.role(owner) == "" })
	if _, err = c.GetGroupInfo(ctx, g.jid); !errors.Is(err, whatsmeow.ErrNotInGroup) {
		t.Errorf("after leaving: %v", err)
	}
	nothingUnhandled(t, w.s)
}

func TestMembersRightsAreKept(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, _, _, c, _, bob := team(t, w)
	ctx := t.Context()
	await[*events.JoinedGroup](t, c, nil)
	if _, err := c.UpdateGroupParticipants(ctx, g.jid, []types.JID{bob.lid}, whatsmeow.ParticipantChangeRemove); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("a member removed another: %v", err)
	}
	if _, err := c.GetGroupInviteLink(ctx, g.jid, false); !errors.Is(err, whatsmeow.ErrGroupInviteLinkUnauthorized) {
		t.Errorf("a member got the link: %v", err)
	}
	if err := c.SetGroupName(ctx, g.jid, strings.Repeat("x", 101)); !errors.Is(err, whatsmeow.ErrIQNotAcceptable) {
		t.Errorf("a long subject: %v", err)
	}
	change(t, g, GroupChange{Actor: annaPhone, Action: GroupAnnounce, Value: "on"})
	if _, err := c.SendMessage(ctx, g.jid, text("x")); err == nil {
		t.Error("a member wrote into an announcement group")
	}
	change(t, g, GroupChange{Actor: annaPhone, Action: GroupDelete})
	await(t, c, func(e *events.GroupInfo) bool { return e.Delete != nil })
}

func TestInviteLinksLeadIntoGroups(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	w.person(annaPhone, "Anna")
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Open", Owner: annaPhone})
	if err != nil {
		t.Fatal(err)
	}
	ctx, link := t.Context(), g.Info().InviteLink
	if info, err := c.GetGroupInfoFromLink(ctx, link); err != nil || info.Name != "Open" {
		t.Errorf("info: %+v %v", info, err)
	}
	if jid, err := c.JoinGroupWithLink(ctx, link); err != nil || jid != g.jid {
		t.Errorf("join: %s %v", jid, err)
	}
	until(t, func() bool { return g.role(owner) == RoleMember })
	if _, err = c.JoinGroupWithLink(ctx, inviteBase+"nonsense"); !errors.Is(err, whatsmeow.ErrInviteLinkInvalid) {
		t.Errorf("a wrong link: %v", err)
	}
}
