package outbox

import (
	"time"

	"wapost/internal/event"
	"wapost/internal/message"
)

// State is how far a message has come.
type State string

// The states. A message that was being sent when the process ended is sent again.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Sent      State = "sent"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Row is a message on its way.
type Row struct {
	DeviceID  string
	MessageID string
	Chat      string // JID it is sent to: the canonical one of the chat
	Payload   []byte // the finished protobuf
	Body      Body
	State     State
	Attempts  int
	Error     string    // of the last try; safe to show
	NextAt    time.Time // of the next try; zero = now
	ExpiresAt time.Time
	SentAt    time.Time
	ServerID  int64
	CreatedAt time.Time
}

// Body is what the outbox remembers about a message, as JSON.
type Body struct {
	message.Outgoing
	LID   string `json:"lid,omitempty"`   // of the recipient, as far as known when it was composed
	Phone string `json:"phone,omitempty"` // E.164
	// Quoted is the message that is replied to, as events show it; nil = none.
	Quoted *event.Quoted `json:"quoted,omitempty"`
}

// chat returns the chat for events and answers.
func (r *Row) chat() event.Chat {
	a, err := message.ParseAddress(r.Chat)
	if err != nil {
		return event.Chat{JID: r.Chat, Kind: event.DirectChat}
	}
	c := event.Chat{JID: r.Chat, Kind: event.ChatKindOf(a.User, a.Server)}
	if c.Kind == event.DirectChat {
		c.LID, c.Phone = event.Text(r.Body.LID), event.Text(r.Body.Phone)
	}
	return c
}

// Result is how far a submitted message has come.
type Result struct {
	MessageID string
	Chat      event.Chat
	State     State
	SentAt    time.Time // zero = not yet
	ServerID  int64     // newsletters; 0 = none
	ClientRef string
}

func (r *Row) result() Result {
	return Result{MessageID: r.MessageID, Chat: r.chat(), State: r.State, SentAt: r.SentAt, ServerID: r.ServerID, ClientRef: r.Body.ClientRef}
}

// Entry is a message in a list.
type Entry struct {
	Result
	Attempts  int
	Error     string
	NextAt    time.Time // zero = at once, or never again
	ExpiresAt time.Time
	CreatedAt time.Time
}

// Filter narrows a list.
type Filter struct {
	State State // "" = all
	After string
	Limit int
}
