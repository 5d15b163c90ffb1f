package event

// Contact is kind contact: a card of the sender's address book.
type Contact struct {
	Name        string         `json:"name"`
	Phones      []ContactPhone `json:"phones"`
	PhonesTotal int            `json:"phones_total,omitempty"`
	VCard       string         `json:"vcard"`
	Self        bool           `json:"self"` // the sender's own card
}

// ContactPhone is a number on a card.
type ContactPhone struct {
	Phone string  `json:"phone"` // as written; E.164 with + when WhatsApp knows it
	JID   *string `json:"jid"`   // null = not known to be on WhatsApp
	Label *string `json:"label"`
}

// Contacts is kind contacts: several cards.
type Contacts struct {
	Name          *string   `json:"name"`
	Contacts      []Contact `json:"contacts"`
	ContactsTotal int       `json:"contacts_total,omitempty"`
}

// PhoneRequest is kind phone_request: the peer asks for the number of the own account.
type PhoneRequest struct{}

// GroupInvite is kind group_invite.
type GroupInvite struct {
	Group     InvitedGroup `json:"group"`
	Code      string       `json:"code"` // of the invite link
	ExpiresAt *Time        `json:"expires_at"`
	Caption   *string      `json:"caption"`
	Type      string       `json:"type"` // "group", "community"
}

// InvitedGroup is the group of an invite.
type InvitedGroup struct {
	JID  string  `json:"jid"`
	Name *string `json:"name"`
}

// NewsletterInvite is kind newsletter_invite.
type NewsletterInvite struct {
	Newsletter Newsletter `json:"newsletter"`
	Role       string     `json:"role"` // "admin", "follower"
	Caption    *string    `json:"caption"`
	ExpiresAt  *Time      `json:"expires_at"`
}
