package simulator

import (
	"errors"
	"testing"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// changeNamed finds what the library does not know by its name.
func changeNamed(e *events.GroupInfo, tag string) *waBinary.Node {
	for _, n := range e.UnknownChanges {
		if n.Tag == tag {
			return n
		}
	}
	return nil
}

func TestAdminsDecideWhoJoins(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	anna, bob := w.person(annaPhone, "Anna"), w.person(bobPhone, "Bob")
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Closed", Owner: ownerPhone, Approval: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Person{anna, bob} {
		change(t, g, GroupChange{Actor: p.phone, Action: GroupRequest})
	}
	asked := await(t, c, func(e *events.GroupInfo) bool { return changeNamed(e, "created_membership_requests") != nil })
	if n := changeNamed(asked, "created_membership_requests"); n.Attrs["request_method"] != JoinByLink || attrJID(&n.GetChildren()[0], "jid") != anna.lid {
		t.Errorf("asked %+v", n)
	}
	waiting, err := c.GetGroupRequestParticipants(t.Context(), g.jid)
	if err != nil || len(waiting) != 2 || waiting[0].JID != anna.lid || waiting[0].RequestedAt.IsZero() {
		t.Errorf("waiting %+v, %v", waiting, err)
	}
	if _, err = c.UpdateGroupRequestParticipants(t.Context(), g.jid, []types.JID{anna.lid}, whatsmeow.ParticipantChangeApprove); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return g.role(anna) == RoleMember })
	if _, err = c.UpdateGroupRequestParticipants(t.Context(), g.jid, []types.JID{bob.lid}, whatsmeow.ParticipantChangeReject); err != nil {
		t.Fatal(err)
	}
	rejected := await(t, c, func(e *events.GroupInfo) bool { return changeNamed(e, "revoked_membership_requests") != nil })
	if rejected.Sender.User != owner.lid.User || len(g.Info().Requests) != 0 || g.role(bob) != "" {
		t.Errorf("rejected %+v, the group is %+v", rejected, g.Info())
	}
	entry(t, bob, func(e *Entry) bool { return e.Kind == KindGroup && e.Change == GroupReject })
	nothingUnhandled(t, w.s)
}

func TestAClientAsksToJoin(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Closed", Owner: annaPhone, Approval: true})
	if err != nil {
		t.Fatal(err)
	}
	if jid, err := c.JoinGroupWithLink(t.Context(), g.Info().InviteLink); err != nil || jid != g.jid {
		t.Errorf("join: %s, %v", jid, err)
	}
	entry(t, anna, func(e *Entry) bool {
		return e.Kind == KindGroup && e.Change == GroupRequest && e.From.Phone == ownerPhone
	})
	if r := g.Info().Requests; len(r) != 1 || r[0].Phone != ownerPhone || r[0].Method != JoinByLink {
		t.Errorf("requests %+v", r)
	}
	if n, err := g.Change(GroupChange{Actor: annaPhone, Action: GroupApprove, Participants: []string{ownerPhone}}); n != 1 || err != nil {
		t.Fatalf("approve: told %d, %v", n, err)
	}
	if j := await[*events.JoinedGroup](t, c, nil); j.JID != g.jid || j.Type != "" || g.role(owner) != RoleMember {
		t.Errorf("joined %+v", j)
	}
	if _, err = c.GetGroupRequestParticipants(t.Context(), g.jid); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("a member read the requests: %v", err)
	}
}

func TestALinkThatWasResetIsGone(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	w.person(annaPhone, "Anna")
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Open", Owner: annaPhone})
	if err != nil {
		t.Fatal(err)
	}
	old := g.Info().InviteLink
	if _, err = g.Change(GroupChange{Actor: annaPhone, Action: GroupResetInvite}); err != nil {
		t.Fatal(err)
	}
	if _, err = c.GetGroupInfoFromLink(t.Context(), old); !errors.Is(err, whatsmeow.ErrInviteLinkRevoked) {
		t.Errorf("the old link: %v", err)
	}
	if _, err = c.JoinGroupWithLink(t.Context(), g.Info().InviteLink); err != nil {
		t.Error(err)
	}
	if j := await[*events.JoinedGroup](t, c, nil); j.Reason != "invite" {
		t.Errorf("joined %+v", j)
	}
}

func TestWhoBlocksTheGatewayIsInvitedInstead(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	bob, _, other := w.linked(bobPhone, "Bob", nil)
	if err := bob.Change(PersonChange{Block: []string{ownerPhone}}); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	made, err := c.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "Mine"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.UpdateGroupParticipants(ctx, made.JID, []types.JID{bob.lid, c.Store.LID.ToNonAD(), types.NewJID("1", types.HiddenUserServer)}, whatsmeow.ParticipantChangeAdd)
	if err != nil || len(got) != 3 || got[0].Error != 403 || got[0].AddRequest == nil || got[1].Error != 409 || got[2].Error != 404 {
		t.Fatalf("add: %+v, %v", got, err)
	}
	invite := got[0].AddRequest
	if _, err = c.GetGroupInfoFromInvite(ctx, made.JID, *c.Store.ID, invite.Code, invite.Expiration.Unix()); !errors.Is(err, whatsmeow.ErrIQNotAcceptable) {
		t.Errorf("another used the invite: %v", err)
	}
	if info, err := other.GetGroupInfoFromInvite(ctx, made.JID, *c.Store.ID, invite.Code, invite.Expiration.Unix()); err != nil || info.Name != "Mine" {
		t.Errorf("read the invite: %+v, %v", info, err)
	}
	if err = other.JoinGroupWithInvite(ctx, made.JID, *c.Store.ID, invite.Code, invite.Expiration.Unix()); err != nil {
		t.Fatal(err)
	}
	await(t, other, func(j *events.JoinedGroup) bool { return j.JID == made.JID })
	if err = other.JoinGroupWithInvite(ctx, made.JID, *c.Store.ID, invite.Code, invite.Expiration.Unix()); !errors.Is(err, whatsmeow.ErrIQNotAcceptable) {
		t.Errorf("the invite is good twice: %v", err)
	}
	nothingUnhandled(t, w.s)
}

func TestMembersAddWhenTheyMay(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	w.person(annaPhone, "Anna")
	bob := w.person(bobPhone, "Bob")
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Team", Owner: annaPhone, Participants: []string{ownerPhone}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, add := t.Context(), func() error {
		_, err := c.UpdateGroupParticipants(t.Context(), g.jid, []types.JID{bob.lid}, whatsmeow.ParticipantChangeAdd)
		return err
	}
	if err = add(); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("a member added another: %v", err)
	}
	if err = c.SetGroupMemberAddMode(ctx, g.jid, types.GroupMemberAddModeAllMember); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("a member changed who may add: %v", err)
	}
	change(t, g, GroupChange{Actor: annaPhone, Action: GroupMemberAdd, Value: AddByAll})
	changed := await(t, c, func(e *events.GroupInfo) bool { return changeNamed(e, "member_add_mode") != nil })
	if mode := content(*changeNamed(changed, "member_add_mode")); string(mode) != string(types.GroupMemberAddModeAllMember) {
		t.Errorf("the mode is %s", mode)
	}
	change(t, g, GroupChange{Actor: annaPhone, Action: GroupApproval, Value: "on"})
	if err = add(); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { r := g.Info().Requests; return len(r) == 1 && r[0].Method == JoinByMember })
	change(t, g, GroupChange{Actor: annaPhone, Action: GroupPromote, Participants: []string{ownerPhone}})
	for _, step := range []struct {
		what string
		err  error
	}{{"approval", c.SetGroupJoinApprovalMode(ctx, g.jid, false)}, {"who may add", c.SetGroupMemberAddMode(ctx, g.jid, types.GroupMemberAddModeAdmin)}, {"description", c.SetGroupDescription(ctx, g.jid, "words")}} {
		if step.err != nil {
			t.Errorf("%s: %v", step.what, step.err)
		}
	}
	until(t, func() bool { i := g.Info(); return !i.Approval && i.MemberAdd == AddByAdmins && i.Topic == "words" })
	nothingUnhandled(t, w.s)
}

func TestNobodyWritesIntoASuspendedGroup(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, _, _, c, anna, _ := team(t, w)
	change(t, g, GroupChange{Actor: annaPhone, Action: GroupSuspended, Value: "on"})
	await(t, c, func(e *events.GroupInfo) bool { return e.Suspended })
	if _, err := anna.Send(Message{To: g.jid.String(), Text: "x"}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("wrote into a suspended group: %v", err)
	}
	change(t, g, GroupChange{Actor: annaPhone, Action: GroupSuspended, Value: "off"})
	await(t, c, func(e *events.GroupInfo) bool { return e.Unsuspended })
	acked(t, send(t, anna, Message{To: g.jid.String(), Text: "x"}))
}
