package simulator

import (
	waBinary "go.mau.fi/whatsmeow/binary"
)

// answerOneGroup handles queries to one group; false means that the simulator does not know the query.
func (d *Device) answerOneGroup(g *Group, kind string, child *waBinary.Node) (reply, bool) {
	role := g.role(d.person)
	if role == "" {
		return queryError(403, "forbidden"), true
	}
	admin := role != RoleMember
	switch child.Tag {
	case "query":
		return result(g.node()), true
	case "add", "remove", "promote", "demote":
		if !admin {
			return queryError(403, "forbidden"), true
		}
		return d.editMembers(g, child), true
	case "invite":
		if !admin {
			return queryError(401, "not-authorized"), true
		}
		return d.inviteLink(g, kind), true
	case "membership_approval_requests":
		return g.waiting(), true
	case "membership_requests_action":
		if !admin {
			return queryError(403, "forbidden"), true
		}
		return d.decide(g, child), true
	}
	return d.editSetting(g, admin, child)
}

// editMembers answers at once with whom the change concerns, and applies it behind the answer.
func (d *Device) editMembers(g *Group, child *waBinary.Node) reply {
	people := d.srv.named(child)
	var refused []waBinary.Node
	if child.Tag == GroupAdd {
		people, refused = d.mayAdd(people)
	}
	return result(element(child.Tag, nil, append(participantNodes(people), refused...)...)).andThen(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.changeMembersLocked(d.person, child.Tag, people, "")
	})
}

// mayAdd leaves out who lets itself be added by others only: for them the client gets a code to invite them with.
func (d *Device) mayAdd(people []*Person) (allowed []*Person, refused []waBinary.Node) {
	for _, p := range people {
		if p.shows(PrivacyGroupAdd, d.person) {
			allowed = append(allowed, p)
			continue
		}
		n := participantNodes([]*Person{p})[0]
		refused = append(refused, element(n.Tag, with(n, "error", "403").Attrs,
			element("add_request", attrs{"code": newInvite(), "expiration": now() + 3*24*3600})))
	}
	return allowed, refused
}

func (d *Device) inviteLink(g *Group, kind string) reply {
	g.mu.Lock()
	defer g.mu.Unlock()
	if kind == "set" {
		g.invite = newInvite()
	}
	return result(element("invite", attrs{"code": g.invite}))
}

func (g *Group) waiting() reply {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []waBinary.Node
	for _, p := range g.requests {
		list = append(list, element("membership_approval_request", attrs{"jid": p.lid, "request_time": now()}))
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
			g.changeMembersLocked(d.person, GroupAdd, people, "linked_group_join")
			return
		}
		for _, p := range people {
			g.dropRequestLocked(p)
		}
	})
}

func (g *Group) dropRequestLocked(p *Person) {
	for i, waiting := range g.requests {
		if waiting == p {
			g.requests = append(g.requests[:i], g.requests[i+1:]...)
			return
		}
	}
}

// editSetting changes a setting. In a locked group only admins may change subject, topic and timer; announce and locked
// themselves are always theirs.
func (d *Device) editSetting(g *Group, admin bool, child *waBinary.Node) (reply, bool) {
	change, free, ok := settingOf(child)
	if !ok {
		return reply{}, false
	}
	if !admin && (!free || g.Info().Locked) {
		return queryError(403, "forbidden"), true
	}
	if change.Action == GroupSubject && checkSubject(change.Value) != nil {
		return queryError(406, "not-acceptable"), true
	}
	change.Actor = d.person.phone
	return result().andThen(func() {
		d.person.tryTo("change a group", func() error {
			_, err := g.Change(change)
			return err
		})
	}), true
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
	case "membership_approval_mode":
		mode := child.GetChildByTag("group_join")
		return GroupChange{Action: GroupApproval, Value: attrText(&mode, "state")}, false, true
	}
	return GroupChange{}, false, false
}
