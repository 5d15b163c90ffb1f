package event

// GroupJoin is the data of group.join: the own account created a group, joined one, or was added to one.
type GroupJoin struct {
	Group               Chat    `json:"group"`
	Actor               *Person `json:"actor"`      // who created the group or added us; null when WhatsApp does not say
	Reason              *string `json:"reason"`     // "invite": by an invite link; null otherwise. The set is open
	IsNew               bool    `json:"is_new"`     // the group was made just now
	CreateKey           *string `json:"create_key"` // of a group that was just made
	Owner               *Person `json:"owner"`
	CreatedAt           *Time   `json:"created_at"` // of the group
	Subject             string  `json:"subject"`
	Description         *string `json:"description"`
	ParticipantCount    int     `json:"participant_count"`
	Announce            bool    `json:"announce"`      // only admins may write
	Locked              bool    `json:"locked"`        // only admins may change subject, description and picture
	JoinApproval        bool    `json:"join_approval"` // admins approve who joins
	IsCommunity         bool    `json:"is_community"`
	DefaultSubgroup     bool    `json:"default_subgroup"` // the announcement group of a community
	Suspended           bool    `json:"suspended"`
	DisappearingSeconds uint32  `json:"disappearing_seconds"` // 0 = off
	MemberAddMode       *string `json:"member_add_mode"`      // "admin", "all"
	ParentJID           *string `json:"parent_jid"`           // the community that it belongs to
	AddressingMode      *string `json:"addressing_mode"`      // "lid", "pn"
}
