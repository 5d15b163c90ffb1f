package simulator

import "time"

// Roles in a group.
const (
	RoleOwner  = "owner"
	RoleAdmin  = "admin"
	RoleMember = "member"
)

// Who may add members to a group.
const (
	AddByAdmins = "admin"
	AddByAll    = "all"
)

// GroupSpec describes a group to be created.
type GroupSpec struct {
	Subject      string
	Owner        string   // phone
	Participants []string // phones
	Topic        string
	Announce     bool
	Locked       bool
	Approval     bool
	MemberAdd    string // "" = AddByAdmins
	EphemeralS   int
	Community    bool   // a community: its announcement group is made with it
	Parent       string // id of the community that the group is put into
	Quiet        bool   // tell nobody
}

// Member is a participant of a group.
type Member struct{ Phone, LID, Role string }

// JoinRequest is someone who waits for an admin's word.
type JoinRequest struct {
	Phone  string
	Method string // one of the Join… constants
	At     time.Time
}

// How someone asked to join.
const (
	JoinByLink      = "InviteLink"
	JoinByCommunity = "LinkedGroupJoin"
	JoinByMember    = "NonAdminAdd" // a member who is no admin added them
)

// GroupInfo is the state of a group.
type GroupInfo struct {
	ID              string // …@g.us
	Subject         string
	Topic           string
	Owner           string // phone
	Announce        bool
	Locked          bool
	Approval        bool
	MemberAdd       string
	EphemeralS      int
	Suspended       bool
	PictureID       string // "" = none
	Community       bool
	DefaultSubgroup bool   // the announcement group of its community
	Parent          string // id of its community
	Participants    []Member
	Requests        []JoinRequest
	InviteLink      string
	CreatedAt       time.Time
}

// Actions on a group.
const (
	GroupAdd         = "add"
	GroupRemove      = "remove"
	GroupPromote     = "promote"
	GroupDemote      = "demote"
	GroupJoin        = "join"
	GroupLeave       = "leave"
	GroupRequest     = "request"  // to join
	GroupWithdraw    = "withdraw" // the own request
	GroupApprove     = "approve"
	GroupReject      = "reject"
	GroupSubject     = "subject"
	GroupTopic       = "topic"
	GroupAnnounce    = "announce"
	GroupLocked      = "locked"
	GroupEphemeral   = "ephemeral"
	GroupApproval    = "approval"
	GroupMemberAdd   = "member_add_mode"
	GroupSuspended   = "suspended"
	GroupPicture     = "picture"
	GroupResetInvite = "reset_invite"
	GroupLink        = "link"
	GroupUnlink      = "unlink"
	GroupDelete      = "delete"
)

// GroupChange is one change of a group by a person.
type GroupChange struct {
	Actor        string   // phone
	Action       string   // one of the Group… constants
	Participants []string // phones, for add, remove, promote, demote, approve, reject
	Group        string   // for link and unlink: id of the other group, which belongs to this community
	// Value: subject, topic; "on" or "off" for announce, locked, approval, suspended; seconds for ephemeral; who may add for
	// member_add_mode; a JPEG as base64 for picture, "" removes it; for request one of the Join… constants, "" = JoinByLink.
	Value string
}
