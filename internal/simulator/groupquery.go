package simulator

import (
	"errors"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// answerGroup handles w:g2; false means that the simulator does not know the query.
func (d *Device) answerGroup(n *waBinary.Node, kind string, child *waBinary.Node) (reply, bool) {
	to := attrJID(n, "to")
	if to.Server == types.GroupServer && to != types.GroupServerJID {
		g := d.srv.groupByJID(to)
		if g == nil {
			return queryError(404, "item-not-found"), true
		}
		return d.answerOneGroup(g, kind, child)
	}
	switch child.Tag {
	case "participating":
		return d.joinedGroups(), true
	case "create":
		return d.createGroup(child), true
	case "leave":
		return d.leaveGroups(child), true
	case "invite":
		return d.followInvite(kind, attrText(child, "code")), true
	}
	return reply{}, false
}

func (d *Device) joinedGroups() reply {
	var list []waBinary.Node
	for _, g := range d.srv.Groups() {
		if g.role(d.person) != "" {
			list = append(list, g.node())
		}
	}
	return result(element("groups", nil, list...))
}

// createGroup makes a group as the client's owner; unknown participants are left out.
func (d *Device) createGroup(n *waBinary.Node) reply {
	spec := groupSpecOf(n)
	parent, err := d.srv.parentOf(&spec)
	switch {
	case errors.Is(err, ErrUnknownGroup):
		return queryError(404, "item-not-found")
	case err != nil:
		return queryError(406, "not-acceptable")
	case parent != nil && !parent.isAdmin(d.person):
		return queryError(403, "forbidden")
	}
	g := d.srv.newGroup(spec, parent, d.person, d.srv.named(n))
	d.srv.keepGroup(g)
	return result(g.node()).andThen(func() { g.begin(d.person, false) })
}

// groupSpecOf reads the settings of a group to be.
func groupSpecOf(n *waBinary.Node) GroupSpec {
	spec := GroupSpec{Subject: attrText(n, "subject")}
	for _, child := range n.GetChildren() {
		switch child.Tag {
		case "announcement":
			spec.Announce = true
		case "locked":
			spec.Locked = true
		case "ephemeral":
			spec.EphemeralS = attrNumber(&child, "expiration")
		case "membership_approval_mode":
			mode := child.GetChildByTag("group_join")
			spec.Approval = attrText(&mode, "state") == "on"
		case "member_add_mode":
			spec.MemberAdd = memberAddOf(string(content(child)))
		case "parent":
			spec.Community = true
		case "linked_parent":
			spec.Parent = attrJID(&child, "jid").String()
		}
	}
	return spec
}

// named are the known persons among the <participant> children.
func (s *Server) named(n *waBinary.Node) (list []*Person) {
	for _, child := range n.GetChildrenByTag("participant") {
		if p := s.byJID(attrJID(&child, "jid")); p != nil {
			list = append(list, p)
		}
	}
	return list
}

func (d *Device) leaveGroups(n *waBinary.Node) reply {
	var left []*Group
	var nodes []waBinary.Node
	for _, child := range n.GetChildren() {
		if g := d.srv.groupByJID(attrJID(&child, "id")); g != nil && g.role(d.person) != "" {
			left = append(left, g)
			nodes = append(nodes, element("group", attrs{"id": g.jid}))
		}
	}
	if len(left) == 0 {
		return queryError(404, "item-not-found")
	}
	return result(element("leave", nil, nodes...)).andThen(func() {
		for _, g := range left {
			g.mu.Lock()
			g.changeMembersLocked(d.person, GroupRemove, []*Person{d.person}, "")
			g.mu.Unlock()
		}
	})
}

// attrNumber is 0 when the attribute is missing or no number.
func attrNumber(n *waBinary.Node, key string) int {
	number, err := strconv.Atoi(attrText(n, key))
	if err != nil {
		return 0
	}
	return number
}
