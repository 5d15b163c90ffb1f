package chat

import (
	"context"
	"encoding/json"
	"time"

	"wapost/internal/event"
)

// Kept is a message as it is kept.
type Kept struct {
	event.Message           // as it is now; MessageID and SentAt are those of the original
	Raw           []byte    // JSON of the library's form of the original; nil = none
	EditedAt      time.Time // zero = never
	DeletedAt     time.Time // for everyone; zero = not. The content stays until the event leaves the log
	Status        Status    // of own messages; "" = somebody else's
	ClientRef     string
}

// Finder finds messages.
type Finder interface {
	// Find returns a message of a device. chat is the JID of its chat under any of its addresses, "" = any chat.
	//
	// Errors: fault.NotFound "No such message" when it is not known, or not kept any more; fault.Conflict when chat is ""
	// and several chats have the id.
	Find(ctx context.Context, accountID int64, deviceID, chat, messageID string) (Kept, error)
}

// Stored is what the rows about one message hold.
type Stored struct {
	Body      []byte // the envelope of its event, or the bare message object when it came with the history
	Raw       []byte
	Edit      []byte // the envelope of the newest edit; nil = none
	DeletedAt time.Time
	Status    Status
}

// contents are the members of an envelope's data that a message is read from.
type contents struct {
	event.Message
	ClientRef *string     `json:"client_ref"`
	EditedAt  *event.Time `json:"edited_at"`
}

// Message puts a message together.
func (s Stored) Message() (Kept, error) {
	original, err := data(s.Body)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Message: original.Message, Raw: s.Raw, DeletedAt: s.DeletedAt}
	if original.ClientRef != nil {
		k.ClientRef = *original.ClientRef
	}
	if or(original.FromMe) {
		k.Status = Sent.Further(s.Status)
	}
	if s.Edit == nil {
		return k, nil
	}
	edit, err := data(s.Edit)
	if err != nil {
		return Kept{}, err
	}
	now := edit.Message
	now.MessageID, now.SentAt, now.Chat, now.Sender, now.Quoted = k.MessageID, k.SentAt, k.Chat, k.Message.Sender, or2(now.Quoted, k.Quoted)
	k.Message = now
	if edit.EditedAt != nil {
		k.EditedAt = edit.EditedAt.Time
	}
	return k, nil
}

// or2 returns what an edit says, or what the original said: an edit does not repeat the quote.
func or2[T any](edit, original *T) *T {
	if edit != nil {
		return edit
	}
	return original
}

// data reads the message of an envelope, or a bare one.
func data(body []byte) (contents, error) {
	var envelope struct {
		Data *contents `json:"data"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return contents{}, err
	}
	if envelope.Data != nil {
		return *envelope.Data, nil
	}
	var bare contents
	err := json.Unmarshal(body, &bare)
	return bare, err
}
