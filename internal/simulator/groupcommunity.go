package simulator

import (
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// subgroups are the groups of a community, oldest first.
func (g *Group) subgroups() (list []*Group) {
	for _, other := range g.srv.Groups() {
		if other.parentGroup() == g {
			list = append(list, other)
		}
	}
	return list
}

// parentGroup is the community of a group; nil = none, also for a group that was deleted.
func (g *Group) parentGroup() *Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.deleted {
		return nil
	}
	return g.parent
}

func (g *Group) setParent(parent *Group) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parent = parent
}

// changeLink puts a group into the community g, or takes it out, and tells all whom it concerns.
func (g *Group) changeLink(actor *Person, c GroupChange) (int, error) {
	child, err := g.srv.Group(c.Group)
	if err != nil {
		return 0, err
	}
	switch {
	case !g.community:
		return 0, fail(CodeInvalid, "%s is not a community", g.jid)
	case child.community || child.isDefault:
		return 0, fail(CodeInvalid, "%s cannot be linked or unlinked", child.jid)
	case c.Action == GroupLink && child.parentGroup() != nil:
		return 0, fail(CodeInvalid, "%s belongs to a community already", child.jid)
	case c.Action == GroupUnlink && child.parentGroup() != g:
		return 0, fail(CodeInvalid, "%s does not belong to %s", child.jid, g.jid)
	}
	if c.Action == GroupLink {
		child.setParent(g)
		return child.tellParent(actor, g, "link", "") + g.tellLink(actor, child, "link", ""), nil
	}
	notified := child.tellParent(actor, g, "unlink", "unlink_group") + g.tellLink(actor, child, "unlink", "unlink_group")
	child.setParent(nil)
	return notified, nil
}

// tellLink tells the community, and the groups that are in it already, of a group that came or went.
func (g *Group) tellLink(actor *Person, child *Group, tag, reason string) (notified int) {
	target := child.linkTarget()
	for _, sibling := range g.subgroups() {
		if sibling != child {
			notified += sibling.tellChange(actor, linkNode(tag, types.GroupLinkChangeTypeSibling, reason, target), tag)
		}
	}
	return notified + g.tellChange(actor, linkNode(tag, types.GroupLinkChangeTypeSub, reason, target), tag)
}

// tellParent tells the members of a group of its community.
func (g *Group) tellParent(actor *Person, parent *Group, tag, reason string) int {
	return g.tellChange(actor, linkNode(tag, types.GroupLinkChangeTypeParent, reason, parent.linkTarget()), tag)
}

// tellChange tells all members.
func (g *Group) tellChange(actor *Person, change waBinary.Node, name string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.tellLocked(notice{actor, change, name}, g.peopleLocked())
}

// linkTarget is a group as others see it.
func (g *Group) linkTarget() waBinary.Node {
	g.mu.Lock()
	defer g.mu.Unlock()
	var children []waBinary.Node
	if g.isDefault {
		children = append(children, element("default_sub_group", nil))
	}
	return element("group", attrs{"jid": g.jid, "subject": g.subject, "s_t": strconv.FormatInt(g.created.Unix(), 10)}, children...)
}

func linkNode(tag string, kind types.GroupLinkChangeType, reason string, target waBinary.Node) waBinary.Node {
	return element(tag, attrs{tag + "_type": string(kind), tag + "_reason": reason}, target)
}

// dissolve ends a deleted community: its announcement group goes with it, the others stand alone.
func (g *Group) dissolve(actor *Person) (notified int) {
	for _, child := range g.subgroups() {
		if child.isDefault {
			child.mu.Lock()
			notified += child.deleteLocked(actor)
			child.mu.Unlock()
			continue
		}
		notified += child.tellParent(actor, g, "unlink", "delete_parent")
		child.setParent(nil)
	}
	return notified
}

// linkedPeople are the members of all groups of a community, each once.
func (g *Group) linkedPeople() (list []*Person) {
	seen := map[*Person]bool{}
	for _, child := range g.subgroups() {
		for _, p := range child.people() {
			if !seen[p] {
				seen[p] = true
				list = append(list, p)
			}
		}
	}
	return list
}
