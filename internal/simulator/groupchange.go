package simulator

import (
	"encoding/base64"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// Change applies one change and returns how many devices were told. The actor must be a member, except to join; the
// control side may do what WhatsApp allows to admins alone. Errors: ErrNotAMember, ErrUnknownPerson, ErrInvalid.
func (g *Group) Change(c GroupChange) (notified int, err error) {
	actor, err := g.srv.Person(c.Actor)
	if err != nil {
		return 0, err
	}
	people, err := g.srv.people(c.Participants)
	if err != nil {
		return 0, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.deleted {
		return 0, fail(CodeUnknownGroup, "the group %s was deleted", g.jid)
	}
	if c.Action != GroupJoin && g.roleLocked(actor) == "" {
		return 0, fail(CodeNotAMember, "%s is not a member of %s", actor.phone, g.jid)
	}
	switch c.Action {
	case GroupAdd, GroupRemove, GroupPromote, GroupDemote:
		if len(people) == 0 {
			return 0, fail(CodeInvalid, "%s needs participants", c.Action)
		}
		_, notified = g.changeMembersLocked(actor, c.Action, people, "invite")
		return notified, nil
	case GroupJoin:
		_, notified = g.changeMembersLocked(actor, GroupAdd, []*Person{actor}, "invite")
		return notified, nil
	case GroupLeave:
		_, notified = g.changeMembersLocked(actor, GroupRemove, []*Person{actor}, "")
		return notified, nil
	}
	return g.changeSettingLocked(actor, c)
}

// changeMembersLocked applies a change of members and returns whom it concerned.
func (g *Group) changeMembersLocked(actor *Person, action string, people []*Person, reason string) (changed []*Person, notified int) {
	for _, p := range people {
		done := false
		switch action {
		case GroupAdd:
			done = g.addLocked(p)
		case GroupRemove:
			done = g.removeLocked(p)
		default:
			done = g.setRoleLocked(p, action == GroupPromote)
		}
		if done {
			changed = append(changed, p)
		}
	}
	if len(changed) == 0 {
		return nil, 0
	}
	a := attrs{}
	if action == GroupAdd {
		a["reason"] = reason
	}
	return changed, g.tellLocked(actor, element(action, a, participantNodes(changed)...), action, changed)
}

// setRoleLocked makes an admin or a member; the owner stays what he is.
func (g *Group) setRoleLocked(p *Person, admin bool) bool {
	i := g.indexLocked(p)
	if i < 0 || g.members[i].role == RoleOwner {
		return false
	}
	role := RoleMember
	if admin {
		role = RoleAdmin
	}
	changed := g.members[i].role != role
	g.members[i].role = role
	return changed
}

// changeSettingLocked changes what is not about members.
func (g *Group) changeSettingLocked(actor *Person, c GroupChange) (int, error) {
	on, isSwitch := c.Value == "on", c.Value == "on" || c.Value == "off"
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
	case GroupAnnounce, GroupLocked, GroupApproval:
		if !isSwitch {
			return 0, fail(CodeInvalid, "%s needs the value on or off, not %q", c.Action, c.Value)
		}
		node = g.switchLocked(c.Action, on)
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
		g.invite = newInvite()
		node = element("invite", attrs{"code": g.invite})
	case GroupDelete:
		g.deleted = true
		notified := g.tellLocked(actor, element("delete", attrs{"reason": "admin"}), c.Action, nil)
		g.members = nil
		return notified, nil
	default:
		return 0, fail(CodeInvalid, "unknown action %q", c.Action)
	}
	return g.tellLocked(actor, node, c.Action, nil), nil
}

func (g *Group) switchLocked(action string, on bool) waBinary.Node {
	switch action {
	case GroupAnnounce:
		g.announce = on
		return switchNode(on, "announcement", "not_announcement", attrs{"v_id": strconv.FormatInt(now(), 10)})
	case GroupLocked:
		g.locked = on
		return switchNode(on, "locked", "unlocked", nil)
	}
	g.approval = on
	state := "off"
	if on {
		state = "on"
	}
	return element("membership_approval_mode", nil, element("group_join", attrs{"state": state}))
}
