package simulator

import (
	"slices"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// people lists the members.
func (g *Group) people() []*Person {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.peopleLocked()
}

func (g *Group) peopleLocked() []*Person {
	list := make([]*Person, len(g.members))
	for i, m := range g.members {
		list[i] = m.person
	}
	return list
}

// adminsLocked lists the members who decide.
func (g *Group) adminsLocked() (list []*Person) {
	for _, m := range g.members {
		if m.role != RoleMember {
			list = append(list, m.person)
		}
	}
	return list
}

// role is "" for who is not a member.
func (g *Group) role(p *Person) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.roleLocked(p)
}

func (g *Group) roleLocked(p *Person) string {
	if i := g.indexLocked(p); i >= 0 {
		return g.members[i].role
	}
	return ""
}

func (g *Group) indexLocked(p *Person) int {
	return slices.IndexFunc(g.members, func(m member) bool { return m.person == p })
}

func (g *Group) isAdmin(p *Person) bool {
	role := g.role(p)
	return role == RoleOwner || role == RoleAdmin
}

// mayWrite is the error code for a message of a member or stranger; 0 when it is allowed. Nobody writes into a community
// itself, or into a suspended group.
func (g *Group) mayWrite(p *Person) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch role := g.roleLocked(p); {
	case role == "":
		return 403
	case g.community || g.suspended:
		return 403
	case role == RoleMember && g.announce:
		return 401
	}
	return 0
}

func (g *Group) addLocked(p *Person) bool {
	if g.indexLocked(p) >= 0 {
		return false
	}
	g.members = append(g.members, member{p, RoleMember})
	g.takeRequestLocked(p)
	return true
}

func (g *Group) removeLocked(p *Person) bool {
	i := g.indexLocked(p)
	if i < 0 {
		return false
	}
	g.members = slices.Delete(g.members, i, i+1)
	return true
}

// forget takes a deleted person out without telling anybody.
func (g *Group) forget(p *Person) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.removeLocked(p)
	g.takeRequestLocked(p)
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

// changeMembersLocked applies a change of members and returns whom it concerned. Who is new is told of the whole group, the
// others of the change.
func (g *Group) changeMembersLocked(actor *Person, action string, people []*Person, reason string) (changed []*Person, notified int) {
	before := g.peopleLocked()
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
	a := attrs{"prev_v_id": strconv.Itoa(g.version), "v_id": strconv.Itoa(g.version + 1)}
	g.version++
	if action == GroupAdd {
		a["reason"] = reason
		notified = g.tellLocked(notice{actor, g.createNodeLocked("", reason), action}, changed)
	}
	return changed, notified + g.tellLocked(notice{actor, element(action, a, participantNodes(changed)...), action}, before)
}

// notice is a change of a group as it is told.
type notice struct {
	actor  *Person
	change waBinary.Node
	name   string // in inboxes
}

// tellLocked notifies the devices and the inboxes of people; it returns how many devices were told.
func (g *Group) tellLocked(n notice, people []*Person) (notified int) {
	name, _ := n.actor.profile()
	for _, p := range people {
		p.note(Entry{Kind: KindGroup, From: Sender{Phone: n.actor.phone, LID: n.actor.lid.User}, Chat: g.jid.String(), Change: n.name})
		for _, d := range p.Devices() {
			notified++
			d.enqueue(element("notification", attrs{"from": g.jid, "type": "w:gp2", "id": g.srv.nextID(), "t": now(), "participant": n.actor.lid,
				"participant_pn": n.actor.pn, "addressing_mode": "lid", "notify": name}, n.change))
		}
	}
	return notified
}
