package simulator

import (
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// personalInvite is how long an invite for one person can be used.
const personalInvite = 3 * 24 * time.Hour

// editMembers answers at once with whom the change concerns, and applies it behind the answer. Who cannot be changed has an
// error beside the name: 404 nobody, or not a member; 409 a member already; 403 does not let the actor add them, and is to be invited.
func (d *Device) editMembers(g *Group, admin bool, child *waBinary.Node) reply {
	info := g.Info()
	if !admin && (child.Tag != GroupAdd || info.MemberAdd != AddByAll) {
		return queryError(403, "forbidden")
	}
	var nodes []waBinary.Node
	var people []*Person
	for _, asked := range child.GetChildrenByTag("participant") {
		p := d.srv.byJID(attrJID(&asked, "jid"))
		node := element("participant", attrs{"jid": attrJID(&asked, "jid")})
		if p != nil {
			node = participantNode(p, RoleMember)
		}
		switch code := d.editError(g, child.Tag, p); code {
		case 0:
			people = append(people, p)
		case 403:
			node = with(node, "error", code)
			node.Content = []waBinary.Node{g.invitePerson(p)}
		default:
			node = with(node, "error", code)
		}
		nodes = append(nodes, node)
	}
	return result(element(child.Tag, nil, nodes...)).andThen(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if !admin && info.Approval {
			for _, p := range people {
				g.requestLocked(p, JoinByMember)
			}
			return
		}
		g.changeMembersLocked(d.person, child.Tag, people, "")
	})
}

// editError is why a person cannot be added, removed, promoted or demoted; 0 = nothing.
func (d *Device) editError(g *Group, action string, p *Person) int {
	switch {
	case p == nil:
		return 404
	case action == GroupAdd && g.role(p) != "":
		return 409
	case action == GroupAdd && (p.blocks(d.person) || !p.shows(PrivacyGroupAdd, d.person)):
		return 403
	case action != GroupAdd && g.role(p) == "":
		return 404
	}
	return 0
}

// invitePerson makes an invite for one person, to be sent as a message.
func (g *Group) invitePerson(p *Person) waBinary.Node {
	g.mu.Lock()
	defer g.mu.Unlock()
	code := newInvite()
	g.personal[code] = p
	return element("add_request", attrs{"code": code, "expiration": strconv.FormatInt(time.Now().Add(personalInvite).Unix(), 10)})
}

// readPersonalInvite shows the group to whom it was meant for.
func (d *Device) readPersonalInvite(g *Group, request *waBinary.Node) reply {
	if !g.invited(d.person, attrText(request, "code")) {
		return queryError(406, "not-acceptable")
	}
	return result(g.node())
}

// acceptPersonalInvite lets someone in by an invite that is good for one time.
func (d *Device) acceptPersonalInvite(g *Group, n *waBinary.Node) reply {
	code := attrText(n, "code")
	if !g.invited(d.person, code) {
		return queryError(406, "not-acceptable")
	}
	return result(element("group", attrs{"jid": g.jid})).andThen(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.personal, code)
		g.changeMembersLocked(d.person, GroupAdd, []*Person{d.person}, joinedByLink)
	})
}

func (g *Group) invited(p *Person, code string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.deleted && g.personal[code] == p && p != nil
}

// inviteLink reads or resets the link of a group.
func (d *Device) inviteLink(g *Group, kind string) reply {
	g.mu.Lock()
	defer g.mu.Unlock()
	if kind == "set" {
		g.resetInviteLocked()
	}
	return result(element("invite", attrs{"code": g.invite}))
}

// followInvite reads a link, or joins by it. A link that was reset is gone, another one was never good.
func (d *Device) followInvite(kind, code string) reply {
	for _, g := range d.srv.Groups() {
		g.mu.Lock()
		fits, gone, approval, member := g.invite == code && !g.deleted, g.revoked[code] || g.invite == code && g.deleted, g.approval, g.roleLocked(d.person) != ""
		g.mu.Unlock()
		switch {
		case gone:
			return queryError(410, "gone")
		case !fits:
			continue
		case kind == "get":
			return result(g.node())
		case member:
			return queryError(409, "conflict")
		case approval:
			return result(element("membership_approval_request", attrs{"jid": g.jid})).andThen(func() {
				g.mu.Lock()
				defer g.mu.Unlock()
				g.requestLocked(d.person, JoinByLink)
			})
		}
		return result(element("group", attrs{"jid": g.jid})).andThen(func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.changeMembersLocked(d.person, GroupAdd, []*Person{d.person}, joinedByLink)
		})
	}
	return queryError(406, "not-acceptable")
}
