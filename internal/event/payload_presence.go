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

// IdentityResolved is the data of contact.identity_resolved: LID and phone of contact are one person from now on.
type IdentityResolved struct {
	Contact  Person           `json:"contact"`
	Previous PreviousIdentity `json:"previous"`
}

// PreviousIdentity is what was known instead; null for what is new.
type PreviousIdentity struct {
	LID   *string `json:"lid"`   // the LID that the phone number had
	Phone *string `json:"phone"` // the phone number that the LID had, E.164 with +
}

// About is the data of user.about.
type About struct {
	User  Person `json:"user"`
	About string `json:"about"`
}
