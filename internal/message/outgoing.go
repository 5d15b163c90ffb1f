package message

import (
	"time"
	"unicode/utf8"

	"wapost/internal/fault"
)

// Kind says what an outgoing message is made of.
type Kind string

// Text is the kind that this build can send.
const Text Kind = "text"

// Limits of an outgoing message.
const (
	MaxText      = 65536 // characters
	MaxClientRef = 128   // characters
	MaxMentions  = 1024
	MaxExpiry    = 30 * 24 * time.Hour
	MaxEphemeral = 90 * 24 * time.Hour
)

// DefaultExpiry is how long a message waits for WhatsApp before it is given up.
const DefaultExpiry = 24 * time.Hour

// MentionAll in Mentions means everyone in the group.
const MentionAll = "all"

// Outgoing is a message as a caller wants it sent. Its JSON is what the outbox keeps.
type Outgoing struct {
	To        string        `json:"to"`
	Kind      Kind          `json:"kind"`
	Text      string        `json:"text"`
	ReplyTo   *ReplyTo      `json:"reply_to,omitempty"`
	Mentions  []string      `json:"mentions,omitempty"`  // people, or MentionAll
	Ephemeral *int          `json:"ephemeral,omitempty"` // seconds; nil = as the chat has it
	Forwarded bool          `json:"forwarded,omitempty"`
	ClientRef string        `json:"client_ref,omitempty"`
	ExpiresIn time.Duration `json:"expires_in,omitempty"` // 0 = DefaultExpiry
}

// ReplyTo names the message that is quoted. Chat, Sender and Text are needed only for a message that we do not know.
type ReplyTo struct {
	MessageID string `json:"message_id"`
	Chat      string `json:"chat,omitempty"`
	Sender    string `json:"sender,omitempty"`
	Text      string `json:"text,omitempty"`
}

// Validate reports the first thing that WhatsApp or we could not accept, in the order of the API's field table.
//
// Errors: fault.Invalid.
func (m *Outgoing) Validate() error {
	if m.To == "" {
		return fault.New(fault.Invalid, "to is required")
	}
	if _, err := ParseAddress(m.To); err != nil {
		return err
	}
	if m.Kind != Text {
		return fault.New(fault.Invalid, "Unknown kind %q; this build sends text", m.Kind)
	}
	if err := validText(m.Text); err != nil {
		return err
	}
	if err := m.ReplyTo.validate(); err != nil {
		return err
	}
	if err := m.validMentions(); err != nil {
		return err
	}
	return m.validOptions()
}

func validText(s string) error {
	switch {
	case s == "":
		return fault.New(fault.Invalid, "text is required")
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "text must be valid UTF-8")
	case utf8.RuneCountInString(s) > MaxText:
		return fault.New(fault.Invalid, "text must be at most %d characters", MaxText)
	}
	return nil
}

func (r *ReplyTo) validate() error {
	if r == nil {
		return nil
	}
	if r.MessageID == "" {
		return fault.New(fault.Invalid, "reply_to.message_id is required")
	}
	if r.Chat != "" {
		if _, err := ParseAddress(r.Chat); err != nil {
			return err
		}
	}
	if r.Sender != "" {
		if _, err := ParsePerson(r.Sender); err != nil {
			return err
		}
	}
	return nil
}

func (m *Outgoing) validMentions() error {
	if len(m.Mentions) > MaxMentions {
		return fault.New(fault.Invalid, "mentions must have at most %d entries", MaxMentions)
	}
	for _, s := range m.Mentions {
		if s == MentionAll {
			continue
		}
		if _, err := ParsePerson(s); err != nil {
			return err
		}
	}
	return nil
}

func (m *Outgoing) validOptions() error {
	switch {
	case m.Ephemeral != nil && (*m.Ephemeral < 0 || time.Duration(*m.Ephemeral)*time.Second > MaxEphemeral):
		return fault.New(fault.Invalid, `ephemeral must be "inherit" or 0 to %d seconds`, int(MaxEphemeral/time.Second))
	case utf8.RuneCountInString(m.ClientRef) > MaxClientRef:
		return fault.New(fault.Invalid, "client_ref must be at most %d characters", MaxClientRef)
	case m.ExpiresIn < 0 || m.ExpiresIn > MaxExpiry:
		return fault.New(fault.Invalid, "expires_in must be 1 to %d seconds", int(MaxExpiry/time.Second))
	}
	return nil
}

// Expiry returns how long the message may wait.
func (m *Outgoing) Expiry() time.Duration {
	if m.ExpiresIn == 0 {
		return DefaultExpiry
	}
	return m.ExpiresIn
}
