package event

// PictureUpdate is the data of picture.update: the picture of a person, of a group or of the own account changed.
type PictureUpdate struct {
	Target     PictureTarget `json:"target"`
	TargetKind string        `json:"target_kind"` // "user", "group", "self"
	Author     *Person       `json:"author"`
	Removed    bool          `json:"removed"`
	PictureID  *string       `json:"picture_id"` // null when it was removed, or when WhatsApp does not tell (self)
}

// PictureTarget is whose picture it is: a person, or a chat for groups.
type PictureTarget struct {
	JID   string    `json:"jid"`
	Kind  *ChatKind `json:"kind,omitempty"` // groups only
	LID   *string   `json:"lid"`
	Phone *string   `json:"phone"`
	Name  *string   `json:"name"`
}

// PrivacyChanged is the data of privacy.settings: own privacy settings changed.
type PrivacyChanged struct {
	Settings Privacy  `json:"settings"` // all of them, after the change
	Changed  []string `json:"changed"`  // names of members of settings
}

// Privacy is the account's settings in WhatsApp's own words, such as "all", "contacts", "contact_blacklist", "none"; null where
// WhatsApp does not tell.
type Privacy struct {
	GroupAdd     *string `json:"group_add"`
	LastSeen     *string `json:"last_seen"`
	Status       *string `json:"status"`
	Profile      *string `json:"profile"`
	ReadReceipts *string `json:"read_receipts"`
	Online       *string `json:"online"`
	CallAdd      *string `json:"call_add"`
	Messages     *string `json:"messages"`
	Defense      *string `json:"defense"`
	Stickers     *string `json:"stickers"`
}

// BlocklistChanged is the data of blocklist.change.
type BlocklistChanged struct {
	Action       string        `json:"action"`  // "changes"; "reload": the list must be read anew, changes is empty
	Changes      []BlockChange `json:"changes"` // who was blocked, or is not any more
	ChangesTotal int           `json:"changes_total,omitempty"`
}

// BlockChange is one person of a changed block list.
type BlockChange struct {
	User    Person `json:"user"`
	Blocked bool   `json:"blocked"`
}
