package whatsapp

import (
	"encoding/json"
	"slices"
	"strconv"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// group translates a change of a group: one event per list of members, one for settings. What has no event in this build is
// kept raw beside them.
func (t *translator) group(v *events.GroupInfo) session.Batch {
	g := t.chat(v.JID, types.EmptyJID)
	actor, learned := t.actor(v.Sender, v.SenderPN, v.Notify)
	var b session.Batch
	b.Learned = learned
	for _, list := range []struct {
		action  string
		members []types.JID
	}{{"add", v.Join}, {"remove", v.Leave}, {"promote", v.Promote}, {"demote", v.Demote}} {
		if len(list.members) == 0 {
			continue
		}
		data := event.ParticipantUpdate{Group: g, Actor: actor, Action: list.action, Participants: []event.Person{}}
		for _, m := range list.members {
			data.Participants = append(data.Participants, t.anyone(m))
		}
		if list.action == "add" {
			data.Reason = event.Text(v.JoinReason)
		}
		b.Events = append(b.Events, t.groupEvent(event.GroupParticipantUpdate, v, list.action, data))
	}
	if slices.ContainsFunc(v.Leave, t.isMe) {
		reason := "removed"
		if v.Sender != nil && t.isMe(*v.Sender) {
			reason = "left"
		}
		b.Events = append(b.Events, t.groupEvent(event.GroupLeft, v, "", event.GroupLeave{Group: g, Actor: actor, Reason: reason}))
	}
	if changes, any := groupChanges(v); any {
		b.Events = append(b.Events, t.groupEvent(event.GroupInfoUpdate, v, "", event.GroupUpdate{Group: g, Actor: actor, Changes: changes}))
	}
	if v.Delete != nil && v.Delete.Deleted {
		b.Events = append(b.Events, t.groupEvent(event.GroupGone, v, "", event.GroupDeleted{Group: g, Actor: actor, Reason: event.Text(v.Delete.DeleteReason)}))
	}
	if len(b.Events) == 0 || v.Link != nil || v.Unlink != nil {
		b.Events = append(b.Events, t.unknown(v, unknownType, nil).Events...)
	}
	return b
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

func groupChanges(v *events.GroupInfo) (c event.GroupChanges, changed bool) {
	if v.Name != nil {
		c.Subject = &v.Name.Name
	}
	if v.Topic != nil {
		text := event.Text(v.Topic.Topic)
		if v.Topic.TopicDeleted {
			text = nil
		}
		c.Description = &text
	}
	if v.Locked != nil {
		c.Locked = &v.Locked.IsLocked
	}
	if v.Announce != nil {
		c.Announce = &v.Announce.IsAnnounce
	}
	if v.Suspended || v.Unsuspended {
		c.Suspended = &v.Suspended
	}
	if v.Ephemeral != nil {
		c.DisappearingSeconds = &v.Ephemeral.DisappearingTimer
	}
	if v.MembershipApprovalMode != nil {
		c.JoinApproval = &v.MembershipApprovalMode.IsJoinApprovalRequired
	}
	c.InviteLink = v.NewInviteLink
	for _, n := range v.UnknownChanges {
		c.Unknown = append(c.Unknown, n.Tag)
	}
	b, err := json.Marshal(c)
	return c, err == nil && string(b) != "{}"
}

func (t *translator) groupEvent(kind event.Type, v *events.GroupInfo, action string, data any) *event.Event {
	e := event.New(kind)
	e.Data, e.At, e.Origin = data, v.Timestamp, t.origin(v.Timestamp)
	if e.At.IsZero() {
		e.At = t.now
	}
	e.Key = "c|" + plain(v.JID)
	// The change itself belongs to its identity: the library passes no id of these stanzas on.
	e.SourceKey = identity(string(kind), plain(v.JID), action, strconv.FormatInt(v.Timestamp.Unix(), 10), digest(v))
	e.Raw = rawEvent(v)
	return e
}
