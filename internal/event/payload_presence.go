package event

// NameUpdate is the data of pushname.update and business.name_update.
type NameUpdate struct {
	User      Person  `json:"user"`
	Old       string  `json:"old"`
	New       string  `json:"new"`
	MessageID *string `json:"message_id"`
}

// PresenceUpdate is the data of presence.update.
type PresenceUpdate struct {
	User       Person `json:"user"`
	Online     bool   `json:"online"`
	LastSeenAt *Time  `json:"last_seen_at"`
}

// ChatPresence is the data of chat.presence.
type ChatPresence struct {
	Chat   Chat   `json:"chat"`
	Sender Person `json:"sender"`
	FromMe bool   `json:"from_me"`
	State  string `json:"state"` // "composing", "paused"
	Media  string `json:"media"` // "text", "audio"
}

// IdentityChanged is the data of identity.change.
type IdentityChanged struct {
	User     Person `json:"user"`
	Implicit bool   `json:"implicit"`
}

// About is the data of user.about.
type About struct {
	User  Person `json:"user"`
	About string `json:"about"`
}
