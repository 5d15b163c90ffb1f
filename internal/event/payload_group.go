package event

// GroupLeave is the data of group.leave: the own account is no member any more.
type GroupLeave struct {
	Group  Chat    `json:"group"`
	Actor  *Person `json:"actor"`
	Reason string  `json:"reason"` // "left", "removed"
}

// ParticipantUpdate is the data of group.participant_update.
type ParticipantUpdate struct {
	Group        Chat     `json:"group"`
	Actor        *Person  `json:"actor"`
	Action       string   `json:"action"` // "add", "remove", "promote", "demote"
	Participants []Person `json:"participants"`
	Reason       *string  `json:"reason"`
}

// GroupUpdate is the data of group.info_update.
type GroupUpdate struct {
	Group   Chat         `json:"group"`
	Actor   *Person      `json:"actor"`
	Changes GroupChanges `json:"changes"`
}

// GroupChanges has only the members that changed. A deleted description is null.
type GroupChanges struct {
	Subject             *string  `json:"subject,omitempty"`
	Description         **string `json:"description,omitempty"`
	Locked              *bool    `json:"locked,omitempty"`
	Announce            *bool    `json:"announce,omitempty"`
	Suspended           *bool    `json:"suspended,omitempty"`
	DisappearingSeconds *uint32  `json:"disappearing_seconds,omitempty"`
	JoinApproval        *bool    `json:"join_approval,omitempty"`
	InviteLink          *string  `json:"invite_link,omitempty"`
	Unknown             []string `json:"unknown,omitempty"`
}

// GroupDeleted is the data of group.deleted.
type GroupDeleted struct {
	Group  Chat    `json:"group"`
	Actor  *Person `json:"actor"`
	Reason *string `json:"reason"`
}
