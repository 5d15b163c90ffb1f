package event

// GroupLeave is the data of group.leave: the own account is no member any more.
type GroupLeave struct {
	Group  Chat    `json:"group"`
	Actor  *Person `json:"actor"`
	Reason string  `json:"reason"` // "left", "removed"
}

// ParticipantUpdate is the data of group.participant_update. With the action "change_number" the participants are members
// that have a new number, under the address that WhatsApp gave.
type ParticipantUpdate struct {
	Group             Chat     `json:"group"`
	Actor             *Person  `json:"actor"`
	Action            string   `json:"action"` // "add", "remove", "promote", "demote", "change_number"
	Participants      []Person `json:"participants"`
	ParticipantsTotal int      `json:"participants_total,omitempty"`
	Reason            *string  `json:"reason"` // of "add": "invite" = by an invite link
}

// GroupUpdate is the data of group.info_update.
type GroupUpdate struct {
	Group   Chat         `json:"group"` // with its new name, when that is what changed
	Actor   *Person      `json:"actor"`
	Changes GroupChanges `json:"changes"`
}

// GroupChanges has only the members that changed.
type GroupChanges struct {
	Subject             *string  `json:"subject,omitempty"`
	Description         **string `json:"description,omitempty"` // null = deleted
	Locked              *bool    `json:"locked,omitempty"`
	Announce            *bool    `json:"announce,omitempty"`
	Suspended           *bool    `json:"suspended,omitempty"`
	DisappearingSeconds *uint32  `json:"disappearing_seconds,omitempty"` // 0 = off
	JoinApproval        **bool   `json:"join_approval,omitempty"`        // null = it changed, and the library does not say to what
	MemberAddMode       *string  `json:"member_add_mode,omitempty"`      // "admin", "all"
	InviteLink          *string  `json:"invite_link,omitempty"`
	Unknown             []string `json:"unknown,omitempty"` // WhatsApp's names of changes that have no member here
	UnknownTotal        int      `json:"unknown_total,omitempty"`
}

// GroupDeleted is the data of group.deleted.
type GroupDeleted struct {
	Group  Chat    `json:"group"`
	Actor  *Person `json:"actor"`
	Reason *string `json:"reason"`
}

// GroupLink is the data of group.linked and group.unlinked: the group belongs to another one, or does so no more.
type GroupLink struct {
	Group           Chat    `json:"group"`
	Actor           *Person `json:"actor"`
	LinkType        string  `json:"link_type"`        // what the other is to this group: "parent", "sub", "sibling"
	Other           Chat    `json:"other"`            // group
	DefaultSubgroup bool    `json:"default_subgroup"` // the other is the announcement group of its community
	Reason          *string `json:"reason"`           // of unlinking: "unlink_group", "delete_parent"
}

// GroupJoinRequest is the data of group.join_request.
type GroupJoinRequest struct {
	Group      Chat     `json:"group"`
	Actor      *Person  `json:"actor"`
	Users      []Person `json:"users"` // who want to join
	UsersTotal int      `json:"users_total,omitempty"`
	State      string   `json:"state"`  // "created", "withdrawn" by the user, "rejected" by someone else
	Method     *string  `json:"method"` // of "created": "invite_link", "linked_group_join", "non_admin_add"
}
