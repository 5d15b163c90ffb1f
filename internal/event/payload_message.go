package event

// Message is the data of every message event. All members are always present, except those that belong to one kind.
type Message struct {
	MessageID    string      `json:"message_id"`
	ServerID     *int64      `json:"server_id"` // newsletters only
	Chat         Chat        `json:"chat"`
	Sender       Person      `json:"sender"`
	SenderDevice *int        `json:"sender_device"` // 0 = the phone
	FromMe       *bool       `json:"from_me"`       // null where WhatsApp does not say
	PushName     *string     `json:"push_name"`
	VerifiedName *string     `json:"verified_name"`
	SentAt       *Time       `json:"sent_at"`
	Kind         MessageKind `json:"kind"`
	Text         *string     `json:"text"`
	Content
	Preview            *Preview       `json:"preview,omitempty"`
	Style              *Style         `json:"style,omitempty"`
	Quoted             *Quoted        `json:"quoted"`
	Mentions           []Person       `json:"mentions"`
	MentionsTotal      int            `json:"mentions_total,omitempty"` // when there are more than 1,024
	MentionsAll        bool           `json:"mentions_all"`
	GroupMentions      []GroupMention `json:"group_mentions"`
	GroupMentionsTotal int            `json:"group_mentions_total,omitempty"`
	Forwarded          *Forwarded     `json:"forwarded"`
	Ephemeral          *Ephemeral     `json:"ephemeral"`
	ViewOnce           bool           `json:"view_once"`
	Spoiler            bool           `json:"spoiler"`
	Broadcast          bool           `json:"broadcast"`
	Association        *Association   `json:"association"`
	CommentOn          *Ref           `json:"comment_on"`
	ThreadID           *string        `json:"thread_id"`
	Story              bool           `json:"story"`
	Question           bool           `json:"question"`
	Ad                 *Ad            `json:"ad"`
	AddressingMode     *string        `json:"addressing_mode"`
	Recovered          *string        `json:"recovered"` // "sender", "phone"
	RetryCount         int            `json:"retry_count"`
}

// Preview is the link preview of a text.
type Preview struct {
	URL         *string `json:"url"`
	Title       *string `json:"title"`
	Description *string `json:"description"`
	Type        string  `json:"type"`
}

// Style is how a text story is drawn. Colours are #AARRGGBB.
type Style struct {
	Background *string `json:"background"`
	TextColor  *string `json:"text_color"`
	Font       *string `json:"font"`
}

// Quoted is what a message replies to.
type Quoted struct {
	MessageID string      `json:"message_id"`
	Chat      *Chat       `json:"chat"`
	Sender    *Person     `json:"sender"`
	Kind      MessageKind `json:"kind"`
	Text      *string     `json:"text"`
	Media     *Media      `json:"media"`
}

// GroupMention names a group in a text.
type GroupMention struct {
	JID  string `json:"jid"`
	Name string `json:"name"`
}

// Forwarded marks a forwarded message. A score of 5 or more shows as "forwarded many times".
type Forwarded struct {
	Score      int               `json:"score"`
	Newsletter *ForwardedChannel `json:"newsletter"`
	Origin     *string           `json:"origin"`
}

// ForwardedChannel is the newsletter that a forwarded message came from.
type ForwardedChannel struct {
	JID      string `json:"jid"`
	Name     string `json:"name"`
	ServerID int    `json:"server_id"`
}

// Ephemeral says when a disappearing message disappears.
type Ephemeral struct {
	Seconds   int   `json:"seconds"`
	ExpiresAt *Time `json:"expires_at"`
}

// Association ties a message to another one, such as a picture to its album.
type Association struct {
	Type      string `json:"type"`
	MessageID string `json:"message_id"`
	Index     *int   `json:"index"`
}

// Ad is the click-to-WhatsApp advertisement that began a conversation.
type Ad struct {
	Title        *string `json:"title"`
	Body         *string `json:"body"`
	SourceType   *string `json:"source_type"`
	SourceID     *string `json:"source_id"`
	SourceURL    *string `json:"source_url"`
	SourceApp    *string `json:"source_app"`
	MediaURL     *string `json:"media_url"`
	ThumbnailURL *string `json:"thumbnail_url"`
	CtwaClid     *string `json:"ctwa_clid"`
	Ref          *string `json:"ref"`
}

// SentMessage is the data of message.sent.
type SentMessage struct {
	Message
	Via       string  `json:"via"` // "api", "other_device"
	ClientRef *string `json:"client_ref"`
}

// FailedMessage is the data of message.failed.
type FailedMessage struct {
	MessageID string  `json:"message_id"`
	Chat      Chat    `json:"chat"`
	ClientRef *string `json:"client_ref"`
	Reason    string  `json:"reason"`
	Error     string  `json:"error"`
	Attempts  int     `json:"attempts"`
}

// EditedMessage is the data of message.edited: the new content under the id of the original. Undecoded: the new content could
// not be opened, because the secret of the original is not known here.
type EditedMessage struct {
	Message
	EditID       string  `json:"edit_id"`
	EditedAt     *Time   `json:"edited_at"`
	PreviousText *string `json:"previous_text"`
	Final        bool    `json:"final"` // false while a bot is still writing
	Undecoded    bool    `json:"undecoded,omitempty"`
	// OriginalKnown: we have the message, and who edits it is its author. false = it is not known here; then the id is the word
	// of who edits.
	OriginalKnown bool `json:"original_known"`
}

// DeletedMessage is the data of message.deleted and status.deleted. The sender is the author. OriginalKnown: we have the message,
// and who deleted it is its author, or an admin of its group; false = the id and the author are the word of who deleted it.
type DeletedMessage struct {
	Ref
	DeletedBy Person `json:"deleted_by"`
	ByAdmin   bool   `json:"by_admin"`
	DeletedAt *Time  `json:"deleted_at"`

	OriginalKnown bool `json:"original_known"`
}

// UndecryptableMessage is the data of message.undecryptable.
type UndecryptableMessage struct {
	Ref
	PushName        *string `json:"push_name"`
	Unavailable     bool    `json:"unavailable"`
	UnavailableType *string `json:"unavailable_type"`
	Hidden          bool    `json:"hidden"`
	Recovery        string  `json:"recovery"` // "sender", "phone", "none"
}
