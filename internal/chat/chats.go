package chat

import (
	"time"

	"wapost/internal/event"
)

// Summary is a chat as it is now.
type Summary struct {
	event.Chat
	Last                *Kept // nil = it is not kept any more
	LastAt              time.Time
	Unread              int
	Archived, Pinned    bool
	MutedUntil          time.Time // zero = not muted, Forever = without an end
	DisappearingSeconds int
}

// Forever is the end of a mute that has none.
func Forever() time.Time { return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) }

// Filter narrows a list of chats; nil members and zero values do not.
type Filter struct {
	Kind             event.ChatKind // "" = all but stories
	Archived, Unread *bool
	Text             string // in the name or the address
	After            string
	Limit            int
}

// Page is a piece of a chat, to be read from its newest message back, or from a place on.
type Page struct {
	Kind          event.MessageKind // "" = all
	Before, After string            // message ids or cursors; at most one is given
	Limit         int
}

// PersonReceipt says how far a message has come at one person; zero times = not yet, or not told.
type PersonReceipt struct {
	Person                        event.Person
	DeliveredAt, ReadAt, PlayedAt time.Time
}
