package whatsapp

import (
	"slices"
	"strconv"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// groupNotice is a change of a group on its way to events.
type groupNotice struct {
	t     *translator
	v     *events.GroupInfo
	group event.Chat
	actor *event.Person
	batch session.Batch
}

// group translates a change of a group: one event per list of members, one for all settings, one each for the rest.
func (t *translator) group(v *events.GroupInfo) session.Batch {
	n := &groupNotice{t: t, v: v, group: t.chat(v.JID, types.EmptyJID)}
	if v.Name != nil {
		n.group.Name = event.Text(v.Name.Name)
	}
	n.actor, n.batch.Learned = t.actor(v.Sender, v.SenderPN, v.Notify)
	n.members()
	left := n.odd()
	if changes, any := groupChanges(v, left); any {
		n.add(event.GroupInfoUpdate, "", event.GroupUpdate{Group: n.group, Actor: n.actor, Changes: changes})
	}
	n.links()
	if v.Delete != nil && v.Delete.Deleted {
		n.add(event.GroupGone, "", event.GroupDeleted{Group: n.group, Actor: n.actor, Reason: event.Text(v.Delete.DeleteReason)})
	}
	if len(n.batch.Events) == 0 {
		n.batch.Events = t.unknown(v, unknownType, nil).Events
	}
	return n.batch
}

// add appends an event. part tells events of one type apart that one notice gives.
func (n *groupNotice) add(kind event.Type, part string, data any) {
	e := event.New(kind)
	e.Data, e.At, e.Origin = data, n.v.Timestamp, n.t.origin(n.v.Timestamp)
	if e.At.IsZero() {
		e.At = n.t.now
	}
	e.Key = "c|" + plain(n.v.JID)
	// The change itself belongs to its identity: one stanza may tell several, and its id (identify) may be unknown.
	e.SourceKey = identity(string(kind), plain(n.v.JID), part, strconv.FormatInt(n.v.Timestamp.Unix(), 10), digest(n.v))
	e.Raw = rawEvent(n.v)
	n.batch.Events = append(n.batch.Events, e)
}

// members adds what happened to members, and that the own account is no member any more.
func (n *groupNotice) members() {
	for _, list := range []struct {
		action  string
		members []types.JID
		reason  string
	}{{"add", n.v.Join, n.v.JoinReason}, {"remove", n.v.Leave, ""}, {"promote", n.v.Promote, ""}, {"demote", n.v.Demote, ""}} {
		if len(list.members) == 0 {
			continue
		}
		people := make([]event.Person, len(list.members))
		for i, m := range list.members {
			people[i] = n.t.anyone(m)
		}
		n.add(event.GroupParticipantUpdate, list.action, event.ParticipantUpdate{Group: n.group, Actor: n.actor, Action: list.action, Participants: people, Reason: event.Text(list.reason)})
	}
	if slices.ContainsFunc(n.v.Leave, n.t.isMe) {
		reason := "removed"
		if n.v.Sender != nil && n.t.isMe(*n.v.Sender) {
			reason = "left"
		}
		n.add(event.GroupLeft, "", event.GroupLeave{Group: n.group, Actor: n.actor, Reason: reason})
	}
}

// links adds that the group was put into a community, or taken out of it.
func (n *groupNotice) links() {
	for _, l := range []struct {
		kind   event.Type
		change *types.GroupLinkChange
	}{{event.GroupLinked, n.v.Link}, {event.GroupUnlinked, n.v.Unlink}} {
		if l.change == nil {
			continue
		}
		other := n.t.chat(l.change.Group.JID, types.EmptyJID)
		other.Name = event.Text(l.change.Group.Name)
		n.add(l.kind, "", event.GroupLink{Group: n.group, Actor: n.actor, LinkType: linkType(l.change.Type), Other: other,
			DefaultSubgroup: l.change.Group.IsDefaultSubGroup, Reason: event.Text(string(l.change.UnlinkReason))})
	}
}

// linkType returns what the other group is to this one; a word that we do not know as it is.
func linkType(t types.GroupLinkChangeType) string {
	switch t {
	case types.GroupLinkChangeTypeParent:
		return "parent"
	case types.GroupLinkChangeTypeSub:
		return "sub"
	case types.GroupLinkChangeTypeSibling:
		return "sibling"
	}
	return string(t)
}

// actor returns who made a change, if the stanza says so. notify is the push name of the actor.
func (t *translator) actor(sender, phone *types.JID, notify string) (*event.Person, []session.Identity) {
	if sender == nil {
		return nil, nil
	}
	alt := types.EmptyJID
	if phone != nil {
		alt = *phone
	}
	person := t.person(*sender, alt, notify)
	if t.isMe(*sender) {
		person = t.me(*sender)
	}
	var p parties
	p.learn(t.people, *sender, alt)
	return &person, p.learned
}

// groupChanges collects the settings that changed; left are the changes that the library does not know and we do not either.
func groupChanges(v *events.GroupInfo, left settingsLeft) (c event.GroupChanges, changed bool) {
	if v.Name != nil {
		c.Subject, changed = &v.Name.Name, true
	}
	if v.Topic != nil {
		text := event.Text(v.Topic.Topic)
		if v.Topic.TopicDeleted {
			text = nil
		}
		c.Description, changed = &text, true
	}
	if v.Locked != nil {
		c.Locked, changed = &v.Locked.IsLocked, true
	}
	if v.Announce != nil {
		c.Announce, changed = &v.Announce.IsAnnounce, true
	}
	if v.Suspended || v.Unsuspended {
		c.Suspended, changed = &v.Suspended, true
	}
	if v.Ephemeral != nil {
		c.DisappearingSeconds, changed = &v.Ephemeral.DisappearingTimer, true
	}
	if v.MembershipApprovalMode != nil {
		var unknown *bool // the library says "required" for on and for off
		c.JoinApproval, changed = &unknown, true
	}
	if v.NewInviteLink != nil {
		c.InviteLink, changed = v.NewInviteLink, true
	}
	c.MemberAddMode, c.Unknown = event.Text(left.memberAddMode), left.tags
	return c, changed || c.MemberAddMode != nil || len(c.Unknown) > 0
}
