package simulator

import (
	waBinary "go.mau.fi/whatsmeow/binary"
)

// answerOneGroup handles queries to one group; false means that the simulator does not know the query.
func (d *Device) answerOneGroup(g *Group, kind string, child *waBinary.Node) (reply, bool) {
	switch child.Tag {
	case "query":
		if request, ok := child.GetOptionalChildByTag("add_request"); ok {
			return d.readPersonalInvite(g, &request), true
		}
	case "accept":
		return d.acceptPersonalInvite(g, child), true
	}
	role := g.role(d.person)
	if role == "" {
		return queryError(403, "forbidden"), true
	}
	admin := role != RoleMember
	switch child.Tag {
	case "query":
		return result(g.node()), true
	case "add", "remove", "promote", "demote":
		return d.editMembers(g, admin, child), true
	case "invite":
		if !admin {
			return queryError(401, "not-authorized"), true
		}
		return d.inviteLink(g, kind), true
	case "membership_approval_requests", "membership_requests_action":
		if !admin {
			return queryError(403, "forbidden"), true
		}
		if child.Tag == "membership_approval_requests" {
			return g.waiting(), true
		}
		return d.decide(g, child), true
	case "links", "unlink", "sub_groups", "linked_groups_participants":
		return d.answerCommunity(g, admin, child), true
	}
	return d.editSetting(g, admin, child)
}

// waiting lists who wants to join.
func (g *Group) waiting() reply {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []waBinary.Node
	for _, r := range g.requests {
		list = append(list, element("membership_approval_request", attrs{"jid": r.person.lid, "request_time": r.at.Unix(), "request_method": r.method}))
	}
	return result(element("membership_approval_requests", nil, list...))
}

// decide approves or rejects who wants to join.
func (d *Device) decide(g *Group, n *waBinary.Node) reply {
	action := firstChild(n)
	people := d.srv.named(&action)
	return result(element(n.Tag, nil, element(action.Tag, nil, participantNodes(people)...))).andThen(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if action.Tag == "approve" {
			g.approveLocked(d.person, people)
			return
		}
		g.dropRequestsLocked(d.person, GroupReject, people)
	})
}

// editSetting changes a setting. In a locked group only admins may change subject, topic and timer; the others are always
// theirs.
func (d *Device) editSetting(g *Group, admin bool, child *waBinary.Node) (reply, bool) {
	change, free, ok := settingOf(child)
	if !ok {
		return reply{}, false
	}
	if !admin && (!free || g.Info().Locked) {
		return queryError(403, "forbidden"), true
	}
	if change.Action == GroupSubject && checkSubject(change.Value) != nil || change.Action == GroupMemberAdd && change.Value == "" {
		return queryError(406, "not-acceptable"), true
	}
	return d.changeBehind(g, change), true
}

// changeBehind answers a query, and makes the change behind the answer.
func (d *Device) changeBehind(g *Group, change GroupChange) reply {
	change.Actor = d.person.phone
	return result().andThen(func() {
		d.person.tryTo("change a group", func() error {
			_, err := g.Change(change)
			return err
		})
	})
}

// settingOf reads the change that a query asks for; free ones may be made by members of a group that is not locked.
func settingOf(child *waBinary.Node) (change GroupChange, free, ok bool) {
	switch child.Tag {
	case "announcement":
		return GroupChange{Action: GroupAnnounce, Value: "on"}, false, true
	case "not_announcement":
		return GroupChange{Action: GroupAnnounce, Value: "off"}, false, true
	case "locked":
		return GroupChange{Action: GroupLocked, Value: "on"}, false, true
	case "unlocked":
		return GroupChange{Action: GroupLocked, Value: "off"}, false, true
	case "not_ephemeral":
		return GroupChange{Action: GroupEphemeral, Value: "0"}, true, true
	case "subject":
		return GroupChange{Action: GroupSubject, Value: string(content(*child))}, true, true
	case "description":
		return GroupChange{Action: GroupTopic, Value: string(childContent(child, "body"))}, true, true
	case "ephemeral":
		return GroupChange{Action: GroupEphemeral, Value: attrText(child, "expiration")}, true, true
	case "member_add_mode":
		return GroupChange{Action: GroupMemberAdd, Value: memberAddOf(string(content(*child)))}, false, true
	case "membership_approval_mode":
		mode := child.GetChildByTag("group_join")
		return GroupChange{Action: GroupApproval, Value: attrText(&mode, "state")}, false, true
	}
	return GroupChange{}, false, false
}

// answerCommunity handles queries about the groups of a community.
func (d *Device) answerCommunity(g *Group, admin bool, child *waBinary.Node) reply {
	change := GroupChange{Action: GroupUnlink}
	switch child.Tag {
	case "sub_groups":
		var list []waBinary.Node
		for _, sub := range g.subgroups() {
			list = append(list, sub.linkTarget())
		}
		return result(element("sub_groups", nil, list...))
	case "linked_groups_participants":
		return result(element("linked_groups_participants", nil, participantNodes(g.linkedPeople())...))
	case "links":
		link := child.GetChildByTag("link")
		child, change.Action = &link, GroupLink
	}
	target := child.GetChildByTag("group")
	other := d.srv.groupByJID(attrJID(&target, "jid"))
	switch {
	case other == nil:
		return queryError(404, "item-not-found")
	case !admin || change.Action == GroupLink && !other.isAdmin(d.person):
		return queryError(403, "forbidden")
	case !g.community || other.community || other.isDefault || (other.parentGroup() == nil) != (change.Action == GroupLink):
		return queryError(406, "not-acceptable")
	}
	change.Group = other.jid.String()
	return d.changeBehind(g, change)
}
