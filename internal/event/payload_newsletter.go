package event

// Newsletter names a newsletter.
type Newsletter struct {
	JID  string  `json:"jid"`
	Name *string `json:"name"`
}

// NewsletterJoined is the data of newsletter.join: the account follows a newsletter.
type NewsletterJoined struct {
	Newsletter  Newsletter `json:"newsletter"`
	Description *string    `json:"description"`
	Role        *string    `json:"role"` // "subscriber", "guest", "admin", "owner"
	Muted       *bool      `json:"muted"`
	Subscribers *int       `json:"subscribers"`
	Verified    bool       `json:"verified"`
}

// NewsletterLeft is the data of newsletter.leave: the account does not follow a newsletter any more.
type NewsletterLeft struct {
	Newsletter Newsletter `json:"newsletter"`
	Role       *string    `json:"role"` // that the account has now, mostly "guest"
}

// NewsletterMuted is the data of newsletter.mute_change.
type NewsletterMuted struct {
	Newsletter Newsletter `json:"newsletter"`
	Muted      bool       `json:"muted"`
}

// NewsletterCounters is the data of newsletter.live_update: counters of posts changed.
type NewsletterCounters struct {
	Newsletter    Newsletter       `json:"newsletter"`
	Messages      []NewsletterPost `json:"messages"`
	MessagesTotal int              `json:"messages_total,omitempty"`
}

// NewsletterPost is how a post stands.
type NewsletterPost struct {
	ServerID       int64          `json:"server_id"`
	MessageID      *string        `json:"message_id"`
	Type           string         `json:"type"`
	SentAt         *Time          `json:"sent_at"`
	Views          *int           `json:"views"`
	Reactions      map[string]int `json:"reactions"` // by emoji; null when WhatsApp does not tell
	ReactionsTotal int            `json:"reactions_total,omitempty"`
}
