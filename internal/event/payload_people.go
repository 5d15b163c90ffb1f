package event

// Person is someone on WhatsApp. LID and phone are two fields and are never built from one another.
type Person struct {
	JID   string  `json:"jid"`   // as WhatsApp used it here, without the device part
	LID   *string `json:"lid"`   // …@lid
	Phone *string `json:"phone"` // E.164 with +
	Name  *string `json:"name"`
}

// ChatKind says what sort of chat it is. The set is open.
type ChatKind string

// The kinds of chats.
const (
	DirectChat     ChatKind = "direct"
	GroupChat      ChatKind = "group"
	BroadcastChat  ChatKind = "broadcast"
	StatusChat     ChatKind = "status"
	NewsletterChat ChatKind = "newsletter"
	BotChat        ChatKind = "bot"
	InteropChat    ChatKind = "interop"
)

// Chat is where something happened.
type Chat struct {
	JID   string   `json:"jid"`
	Kind  ChatKind `json:"kind"`
	LID   *string  `json:"lid"`   // direct chats only
	Phone *string  `json:"phone"` // direct chats only
	Name  *string  `json:"name"`
}

// Ref points at a message.
type Ref struct {
	MessageID string  `json:"message_id"`
	Chat      Chat    `json:"chat"`
	Sender    *Person `json:"sender"`
	FromMe    bool    `json:"from_me"`
}

// Text returns s for a payload, nil when it is empty.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// ChatKindOf says what sort of chat a JID opens, by its server.
func ChatKindOf(user, server string) ChatKind {
	switch server {
	case "g.us":
		return GroupChat
	case "newsletter":
		return NewsletterChat
	case "bot":
		return BotChat
	case "interop":
		return InteropChat
	case "broadcast":
		if user == "status" {
			return StatusChat
		}
		return BroadcastChat
	}
	return DirectChat
}
