package event

// Reaction is the data of message.reaction. A null emoji removes it, unless the reaction is undecoded: then it could not be
// opened, because the secret of its target is not known here.
type Reaction struct {
	Ref
	By         Person  `json:"by"`
	ByMe       bool    `json:"by_me"`
	Emoji      *string `json:"emoji"`
	ReactionID string  `json:"reaction_id"`
	Undecoded  bool    `json:"undecoded,omitempty"`
}

// ReactionToStatus is the data of status.reaction: an emoji or a sticker for a story.
type ReactionToStatus struct {
	Reaction
	StickerKey *string `json:"sticker_key"` // not null = a sticker; emoji says nothing then
}

// Pinned is the data of message.pinned.
type Pinned struct {
	Ref
	Pinned  bool   `json:"pinned"`
	Seconds *int   `json:"seconds"` // how long it stays pinned
	By      Person `json:"by"`
	ByMe    bool   `json:"by_me"`
}

// Kept is the data of message.kept: a message of a disappearing chat that stays, or does so no longer.
type Kept struct {
	Ref
	Kept bool   `json:"kept"`
	By   Person `json:"by"`
}

// ProtocolMessage is the data of message.protocol: what apps tell one another and this build has no type for; and edits and
// deletions of messages that somebody else wrote. Those are refused, and change nothing.
type ProtocolMessage struct {
	Ref
	ProtocolType    string  `json:"protocol_type"`
	TargetMessageID *string `json:"target_message_id"`
	Refused         string  `json:"refused,omitempty"` // "not_the_author"
}

// DisappearingTimer is the data of chat.disappearing_timer.
type DisappearingTimer struct {
	Chat    Chat   `json:"chat"`
	Seconds int    `json:"seconds"` // 0 = off
	By      Person `json:"by"`
	ByMe    bool   `json:"by_me"`
}

// LimitSharing is the data of chat.limit_sharing.
type LimitSharing struct {
	Chat    Chat   `json:"chat"`
	Enabled bool   `json:"enabled"`
	By      Person `json:"by"`
}

// PhoneShared is the data of contact.phone_shared.
type PhoneShared struct {
	Contact   Person `json:"contact"`
	MessageID string `json:"message_id"`
}

// MemberLabel is the data of group.member_label. A null label was taken away.
type MemberLabel struct {
	Group Chat    `json:"group"`
	Actor *Person `json:"actor"`
	User  Person  `json:"user"`
	Label *string `json:"label"`
}

// EditedPost is the data of newsletter.message_edited: the new content under the id of the original.
type EditedPost struct {
	Message
	EditedAt   *Time `json:"edited_at"`
	OriginalAt *Time `json:"original_at"`
}

// DeletedPost is the data of newsletter.message_deleted.
type DeletedPost struct {
	Newsletter Newsletter `json:"newsletter"`
	MessageID  string     `json:"message_id"`
	ServerID   *int64     `json:"server_id"`
}
