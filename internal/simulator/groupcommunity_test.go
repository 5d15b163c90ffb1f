package simulator

import (
	"errors"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// community is Anna's, with the linked number in it.
func community(t *testing.T, w *world) (parent *Group, owner, anna *Person, c *client) {
	t.Helper()
	owner, _, c = w.linked(ownerPhone, "Owner", nil)
	anna = w.person(annaPhone, "Anna")
	parent, err := w.s.CreateGroup(GroupSpec{Subject: "School", Owner: annaPhone, Participants: []string{ownerPhone}, Community: true})
	if err != nil {
		t.Fatal(err)
	}
	return parent, owner, anna, c
}

func TestACommunityHasAnAnnouncementGroup(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	parent, owner, _, c := community(t, w)
	if j := await(t, c, func(j *events.JoinedGroup) bool { return j.JID == parent.jid }); !j.IsParent || j.Name != "School" || j.Type != "new" {
		t.Errorf("joined %+v", j)
	}
	board := await(t, c, func(j *events.JoinedGroup) bool { return j.IsDefaultSubGroup })
	if board.LinkedParentJID != parent.jid || !board.IsAnnounce {
		t.Errorf("joined %+v", board)
	}
	for _, group := range []types.JID{parent.jid, board.JID} {
		if _, err := c.SendMessage(t.Context(), group, text("x")); err == nil {
			t.Errorf("%s took a message of a member", group)
		}
		if _, err := owner.Send(Message{To: group.String(), Text: "x"}); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("the phone wrote into %s: %v", group, err)
		}
	}
	subs, err := c.GetSubGroups(t.Context(), parent.jid)
	if err != nil || len(subs) != 1 || subs[0].JID != board.JID || !subs[0].IsDefaultSubGroup {
		t.Errorf("subgroups %+v, %v", subs, err)
	}
	nothingUnhandled(t, w.s)
}

func TestGroupsAreLinkedAndUnlinked(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	parent, _, _, c := community(t, w)
	w.person(bobPhone, "Bob")
	choir, err := w.s.CreateGroup(GroupSpec{Subject: "Choir", Owner: annaPhone, Participants: []string{ownerPhone}})
	if err != nil {
		t.Fatal(err)
	}
	chess, err := w.s.CreateGroup(GroupSpec{Subject: "Chess", Owner: annaPhone, Participants: []string{ownerPhone, bobPhone}, Parent: parent.jid.String()})
	if err != nil {
		t.Fatal(err)
	}
	if j := await(t, c, func(j *events.JoinedGroup) bool { return j.JID == chess.jid }); j.LinkedParentJID != parent.jid {
		t.Errorf("joined %+v", j)
	}
	if _, err = parent.Change(GroupChange{Actor: annaPhone, Action: GroupLink, Group: choir.jid.String()}); err != nil {
		t.Fatal(err)
	}
	linked := func(at *Group, kind types.GroupLinkChangeType, other *Group) func(*events.GroupInfo) bool {
		return func(e *events.GroupInfo) bool {
			return e.JID == at.jid && e.Link != nil && e.Link.Type == kind && e.Link.Group.JID == other.jid
		}
	}
	await(t, c, linked(parent, types.GroupLinkChangeTypeSub, chess))
	await(t, c, linked(parent, types.GroupLinkChangeTypeSub, choir))
	await(t, c, linked(choir, types.GroupLinkChangeTypeParent, parent))
	await(t, c, linked(chess, types.GroupLinkChangeTypeSibling, choir))
	people, err := c.GetLinkedGroupsParticipants(t.Context(), parent.jid)
	if err != nil || len(people) != 3 {
		t.Errorf("participants %v, %v", people, err)
	}
	if _, err = parent.Change(GroupChange{Actor: annaPhone, Action: GroupUnlink, Group: choir.jid.String()}); err != nil {
		t.Fatal(err)
	}
	await(t, c, func(e *events.GroupInfo) bool {
		return e.JID == choir.jid && e.Unlink != nil && e.Unlink.Type == types.GroupLinkChangeTypeParent && e.Unlink.UnlinkReason == types.GroupUnlinkReasonDefault
	})
	if _, err = parent.Change(GroupChange{Actor: annaPhone, Action: GroupDelete}); err != nil {
		t.Fatal(err)
	}
	await(t, c, func(e *events.GroupInfo) bool { return e.JID == parent.jid && e.Delete != nil })
	await(t, c, func(e *events.GroupInfo) bool {
		return e.JID == chess.jid && e.Unlink != nil && e.Unlink.UnlinkReason == types.GroupUnlinkReasonDelete
	})
	if chess.Info().Parent != "" || len(parent.subgroups()) != 0 {
		t.Errorf("the community is gone, but %+v belongs to it", chess.Info())
	}
	nothingUnhandled(t, w.s)
}

func TestAClientRunsACommunity(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	ctx := t.Context()
	made, err := c.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "School", GroupParent: types.GroupParent{IsParent: true}})
	if err != nil || !made.IsParent {
		t.Fatalf("create: %+v, %v", made, err)
	}
	sub, err := c.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "Choir", Participants: []types.JID{anna.lid},
		GroupLinkedParent: types.GroupLinkedParent{LinkedParentJID: made.JID}, MemberAddMode: types.GroupMemberAddModeAdmin})
	if err != nil || sub.LinkedParentJID != made.JID || sub.MemberAddMode != types.GroupMemberAddModeAdmin {
		t.Fatalf("create: %+v, %v", sub, err)
	}
	alone, err := c.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "Chess"})
	if err != nil {
		t.Fatal(err)
	}
	parentOf := func(j types.JID) string {
		g, err := w.s.Group(j.String())
		if err != nil {
			t.Fatal(err)
		}
		return g.Info().Parent
	}
	if err = c.LinkGroup(ctx, made.JID, alone.JID); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return parentOf(alone.JID) == made.JID.String() })
	if err = c.UnlinkGroup(ctx, made.JID, sub.JID); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return parentOf(sub.JID) == "" })
	if err = c.UnlinkGroup(ctx, made.JID, sub.JID); !errors.Is(err, whatsmeow.ErrIQNotAcceptable) {
		t.Errorf("unlinked twice: %v", err)
	}
	foreign, err := w.s.CreateGroup(GroupSpec{Subject: "Hers", Owner: annaPhone, Participants: []string{ownerPhone}})
	if err != nil {
		t.Fatal(err)
	}
	if err = c.LinkGroup(ctx, made.JID, foreign.jid); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("linked the group of another: %v", err)
	}
	nothingUnhandled(t, w.s)
}
