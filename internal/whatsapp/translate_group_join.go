package whatsapp

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// joined translates that the own account is in a group that it was not in before.
func (t *translator) joined(v *events.JoinedGroup) session.Batch {
	actor, learned := t.actor(v.Sender, v.SenderPN, v.Notify) // the members come to the directory as a list
	e := event.New(event.GroupJoined)
	e.At = t.now
	if v.Type == newGroup && !v.GroupCreated.IsZero() { // the library gives no other time
		e.At, e.Origin = v.GroupCreated, t.origin(v.GroupCreated)
	}
	e.Key = "c|" + plain(v.JID)
	// Without a time of the notice, its content is its identity: the version of the member list tells one joining from the next.
	e.SourceKey = identity(string(e.Type), plain(v.JID), strconv.FormatInt(v.GroupCreated.Unix(), 10), digest(v))
	e.Data = t.groupJoin(v, actor)
	e.Raw = rawEvent(v)
	return session.Batch{Events: []*event.Event{e}, Learned: learned}
}

// newGroup is the library's mark of a group that was made just now.
const newGroup = "new"

func (t *translator) groupJoin(v *events.JoinedGroup, actor *event.Person) event.GroupJoin {
	group := t.chat(v.JID, types.EmptyJID)
	group.Name = event.Text(v.Name)
	count := v.ParticipantCount
	if count == 0 {
		count = len(v.Participants)
	}
	return event.GroupJoin{
		Group: group, Actor: actor, Reason: event.Text(v.Reason), IsNew: v.Type == newGroup, CreateKey: event.Text(v.CreateKey),
		Owner: t.owner(v.OwnerJID, v.OwnerPN), CreatedAt: timeOf(v.GroupCreated), Subject: v.Name, Description: event.Text(v.Topic),
		ParticipantCount: count, Announce: v.IsAnnounce, Locked: v.IsLocked, JoinApproval: v.IsJoinApprovalRequired, IsCommunity: v.IsParent,
		DefaultSubgroup: v.IsDefaultSubGroup, Suspended: v.Suspended, DisappearingSeconds: v.DisappearingTimer,
		MemberAddMode: event.Text(memberAddMode(string(v.MemberAddMode))), ParentJID: event.Text(plain(v.LinkedParentJID)),
		AddressingMode: event.Text(string(v.AddressingMode)),
	}
}

// owner returns who owns a group, nil when WhatsApp does not say.
func (t *translator) owner(j, alt types.JID) *event.Person {
	if j.IsEmpty() {
		return nil
	}
	p := t.person(j, alt, "")
	if t.isMe(j) {
		p = t.me(j)
	}
	return &p
}

// memberAddMode returns who may add members: "admin", "all"; a word that we do not know as it is.
func memberAddMode(mode string) string {
	switch types.GroupMemberAddMode(mode) {
	case types.GroupMemberAddModeAdmin:
		return "admin"
	case types.GroupMemberAddModeAllMember:
		return "all"
	}
	return mode
}
