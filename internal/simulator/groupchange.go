package simulator

import (
	"encoding/base64"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// Change applies one change and returns how many devices were told. The actor must be a member, except to join or to ask for
// it; the control side may do what WhatsApp allows to admins alone. Errors: ErrNotAMember, ErrUnknownPerson, ErrUnknownGroup,
// ErrInvalid.
func (g *Group) Change(c GroupChange) (notified int, err error) {
	actor, err := g.srv.Person(c.Actor)
	if err != nil {
		return 0, err
	}
	people, err := g.srv.people(c.Participants)
	if err != nil {
		return 0, err
	}
	notified, err = g.changeAlone(actor, c, people)
	if err != nil {
		return 0, err
	}
	switch {
	case c.Action == GroupLink || c.Action == GroupUnlink:
		return g.changeLink(actor, c)
	case c.Action == GroupDelete && g.community:
		notified += g.dissolve(actor)
	}
	return notified, nil
}

// changeAlone applies what concerns this group alone.
func (g *Group) changeAlone(actor *Person, c GroupChange, people []*Person) (notified int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.deleted {
		return 0, fail(CodeUnknownGroup, "the group %s was deleted", g.jid)
	}
	stranger := c.Action == GroupJoin || c.Action == GroupRequest || c.Action == GroupWithdraw
	if !stranger && g.roleLocked(actor) == "" {
		return 0, fail(CodeNotAMember, "%s is not a member of %s", actor.phone, g.jid)
	}
	switch c.Action {
	case GroupAdd, GroupRemove, GroupPromote, GroupDemote:
		if len(people) == 0 {
			return 0, fail(CodeInvalid, "%s needs participants", c.Action)
		}
		_, notified = g.changeMembersLocked(actor, c.Action, people, "")
		return notified, nil
	case GroupJoin:
		_, notified = g.changeMembersLocked(actor, GroupAdd, []*Person{actor}, joinedByLink)
		return notified, nil
	case GroupLeave:
		_, notified = g.changeMembersLocked(actor, GroupRemove, []*Person{actor}, "")
		return notified, nil
	case GroupLink, GroupUnlink:
		return 0, nil // two groups: not under the lock of one
	}
	if notified, ok, err := g.changeRequestsLocked(actor, c, people); ok {
		return notified, err
	}
	return g.changeSettingLocked(actor, c)
}

// joinedByLink is the reason of an addition that an invite link brought.
const joinedByLink = "invite"

// changeSettingLocked changes what is not about members.
func (g *Group) changeSettingLocked(actor *Person, c GroupChange) (int, error) {
	var node waBinary.Node
	switch c.Action {
	case GroupSubject:
		if err := checkSubject(c.Value); err != nil {
			return 0, err
		}
		g.subject = c.Value
		node = element("subject", attrs{"subject": g.subject, "s_t": now(), "s_o": actor.lid, "s_o_pn": actor.pn})
	case GroupTopic:
		g.topic, g.topicID = c.Value, newMessageID()
		node = g.topicNodeLocked()
	case GroupAnnounce, GroupLocked, GroupApproval, GroupSuspended:
		if c.Value != "on" && c.Value != "off" {
			return 0, fail(CodeInvalid, "%s needs the value on or off, not %q", c.Action, c.Value)
		}
		node = g.switchLocked(c.Action, c.Value == "on")
	case GroupMemberAdd:
		if c.Value != AddByAdmins && c.Value != AddByAll {
			return 0, fail(CodeInvalid, "member_add_mode needs the value %s or %s, not %q", AddByAdmins, AddByAll, c.Value)
		}
		g.memberAdd = c.Value
		node = memberAddNode(c.Value)
	case GroupEphemeral:
		seconds, err := strconv.Atoi(c.Value)
		if err != nil || seconds < 0 {
			return 0, fail(CodeInvalid, "ephemeral needs seconds, not %q", c.Value)
		}
		g.ephemeral = seconds
		node = ephemeralNode(seconds)
	case GroupPicture:
		data, err := base64.StdEncoding.DecodeString(c.Value)
		if err != nil {
			return 0, fail(CodeInvalid, "picture needs the file as base64, or nothing to remove it")
		}
		return g.setPictureLocked(actor, data), nil
	case GroupResetInvite:
		g.resetInviteLocked()
		node = element("invite", attrs{"code": g.invite})
	case GroupDelete:
		return g.deleteLocked(actor), nil
	default:
		return 0, fail(CodeInvalid, "unknown action %q", c.Action)
	}
	return g.tellLocked(notice{actor, node, c.Action}, g.peopleLocked()), nil
}

func (g *Group) resetInviteLocked() {
	g.revoked[g.invite] = true
	g.invite = newInvite()
}

func (g *Group) deleteLocked(actor *Person) int {
	g.deleted = true
	notified := g.tellLocked(notice{actor, element("delete", attrs{"reason": "admin"}), GroupDelete}, g.peopleLocked())
	g.members, g.requests = nil, nil
	return notified
}

func (g *Group) switchLocked(action string, on bool) waBinary.Node {
	switch action {
	case GroupAnnounce:
		g.announce = on
		return switchNode(on, "announcement", "not_announcement", attrs{"v_id": strconv.FormatInt(now(), 10)})
	case GroupLocked:
		g.locked = on
		return switchNode(on, "locked", "unlocked", nil)
	case GroupSuspended:
		g.suspended = on
		return switchNode(on, "suspended", "unsuspended", nil)
	}
	g.approval = on
	return approvalNode(on)
}
