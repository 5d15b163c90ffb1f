package simulator

import (
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// The shapes in which clients read a group.

func participantNode(p *Person, role string) waBinary.Node {
	a := attrs{"jid": p.lid, "phone_number": p.pn}
	switch role {
	case RoleOwner:
		a["type"] = "superadmin"
	case RoleAdmin:
		a["type"] = "admin"
	}
	return element("participant", a)
}

func participantNodes(people []*Person) []waBinary.Node {
	list := make([]waBinary.Node, len(people))
	for i, p := range people {
		list[i] = participantNode(p, RoleMember)
	}
	return list
}

// node is the group as it is.
func (g *Group) node() waBinary.Node {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.nodeLocked()
}

func (g *Group) nodeLocked() waBinary.Node {
	var children []waBinary.Node
	for _, m := range g.members {
		children = append(children, participantNode(m.person, m.role))
	}
	if g.topic != "" {
		children = append(children, element("description", attrs{"id": g.topicID, "t": g.created.Unix()}, leaf("body", []byte(g.topic))))
	}
	if g.announce {
		children = append(children, element("announcement", nil))
	}
	if g.locked {
		children = append(children, element("locked", nil))
	}
	if g.ephemeral > 0 {
		children = append(children, element("ephemeral", attrs{"expiration": g.ephemeral}))
	}
	if g.approval {
		children = append(children, approvalNode(true))
	}
	if g.suspended {
		children = append(children, element("suspended", nil))
	}
	if g.community {
		children = append(children, element("parent", attrs{"default_membership_approval_mode": "request_required"}))
	}
	if g.isDefault {
		children = append(children, element("default_sub_group", nil))
	}
	if g.parent != nil {
		children = append(children, element("linked_parent", attrs{"jid": g.parent.jid}))
	}
	children = append(children, memberAddNode(g.memberAdd))
	return element("group", attrs{"id": g.jid.User, "subject": g.subject, "creation": g.created.Unix(), "creator": g.owner.lid, "creator_pn": g.owner.pn,
		"s_t": g.created.Unix(), "s_o": g.owner.lid, "addressing_mode": "lid", "size": len(g.members), "p_v_id": strconv.Itoa(g.version), "a_v_id": "1"}, children...)
}

// createNodeLocked tells someone of the whole group. kind is "new" when it was made just now; reason says how who is told
// came into it.
func (g *Group) createNodeLocked(kind, reason string) waBinary.Node {
	key := ""
	if kind != "" {
		key = newMessageID()
	}
	return element("create", attrs{"type": kind, "reason": reason, "key": key}, g.nodeLocked())
}

func approvalNode(on bool) waBinary.Node {
	state := "off"
	if on {
		state = "on"
	}
	return element("membership_approval_mode", nil, element("group_join", attrs{"state": state}))
}

// memberAddNode is who may add members, in WhatsApp's words.
func memberAddNode(who string) waBinary.Node {
	if who == AddByAll {
		return leaf("member_add_mode", []byte(types.GroupMemberAddModeAllMember))
	}
	return leaf("member_add_mode", []byte(types.GroupMemberAddModeAdmin))
}

// memberAddOf reads who may add members; "" for what it is not.
func memberAddOf(mode string) string {
	switch types.GroupMemberAddMode(mode) {
	case types.GroupMemberAddModeAllMember:
		return AddByAll
	case types.GroupMemberAddModeAdmin:
		return AddByAdmins
	}
	return ""
}

// topicNodeLocked is the change of the topic; an empty one is deleted.
func (g *Group) topicNodeLocked() waBinary.Node {
	if g.topic == "" {
		return element("description", attrs{"id": g.topicID}, element("delete", nil))
	}
	return element("description", attrs{"id": g.topicID}, leaf("body", []byte(g.topic)))
}

// switchNode is on as one tag and off as another.
func switchNode(on bool, name, off string, a attrs) waBinary.Node {
	if on {
		return element(name, a)
	}
	return element(off, a)
}

func ephemeralNode(seconds int) waBinary.Node {
	return switchNode(seconds > 0, "ephemeral", "not_ephemeral", attrs{"expiration": strconv.Itoa(seconds)})
}
