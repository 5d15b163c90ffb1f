package session

import (
	"context"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/message"
)

// Dialer makes lines and keeps their keys.
type Dialer interface {
	// Dial makes a line and connects nothing. linked.JID "" = a fresh line, to be paired.
	// Errors: fault.NotFound when there are no keys for the JID; fault.Unavailable.
	Dial(ctx context.Context, linked Linked, o Observer) (Line, error)
	// Forget deletes the keys of a JID; nil when there are none.
	Forget(ctx context.Context, jid string) error
	// Compose turns a message into the bytes that Line.Send takes. It is pure but for fresh randomness.
	Compose(m message.Outgoing, q Quote) ([]byte, error)
	// Renew asks WhatsApp for the current protocol version and uses it; it returns whether it changed.
	Renew(ctx context.Context) (changed bool, err error)
}

// Line is the client of one device. It lives through many connections, until the device is unlinked. Connect is called by
// one goroutine only; the other methods may be called by any.
type Line interface {
	// Connect opens a connection. nil means that the handshake succeeded; what comes of it is told by signals.
	Connect(ctx context.Context) error
	// Close ends the connection, without a signal.
	Close()
	// Heard returns when WhatsApp last said anything on this line; zero = never.
	Heard() time.Time
	// Quiet waits until nothing of a closed connection runs any more.
	Quiet(ctx context.Context) error
	// Discard ends the line for good. What it has not acknowledged by now is never acknowledged by it.
	Discard()
	// PairCode asks for a pairing code for a phone, once codes have come.
	PairCode(ctx context.Context, phone string, notify bool, client string) (string, error)
	// Send gives a composed message to WhatsApp and waits for its answer. Errors: *message.Refusal is final; any other
	// leaves unknown whether WhatsApp has the message, and the same parcel may be sent again.
	Send(ctx context.Context, p Parcel) (Accepted, error)
	// Lookup asks which phone numbers are on WhatsApp.
	Lookup(ctx context.Context, phones []string) ([]Registration, error)
	// Download writes a file into to, decrypted and checked. Errors: as Manager.Download.
	Download(ctx context.Context, f event.Attachment, to Target) error
	// AskPhone asks the phone to upload the files of a message once more. Errors: as Manager.AskPhone.
	AskPhone(ctx context.Context, f event.Attachment) error
	// Logout unlinks the device at WhatsApp and deletes its keys.
	Logout(ctx context.Context) error
	Historian
	Passkeys
}

// Observer is what a line reports to.
type Observer interface {
	// DeviceID names the device in logs.
	DeviceID() string
	// Proxy returns the way to WhatsApp that the device has to take now.
	Proxy() Proxy
	// Record puts events on disk. It fills in what belongs to the device: account, envelope identity, key prefix.
	Record(ctx context.Context, b Batch) error
	// Signal tells about the connection. It never blocks.
	Signal(s Signal)
	// Claim reserves a number for this device before it is linked. Errors: fault.Conflict when another device has it.
	Claim(ctx context.Context, l Linked) error
	// Commits counts what has been put on disk for this device: a way to see that storage works.
	Commits() uint64
	// Learn keeps pairs of addresses that came without an event.
	Learn(ctx context.Context, list []Identity)
	// Directory knows the addresses that the account has seen.
	Directory() *Directory
	// Said returns a message of this device as it is now, nil when it is not known here. chat is the JID of its chat, under
	// any of its addresses. Errors: fault.Unavailable.
	Said(ctx context.Context, chat, messageID string) (*event.Message, error)
	// ChatName returns what a chat is called by its canonical address, as far as events and the history told; "" = not known.
	ChatName(ctx context.Context, key string) string
}

// Batch is what one occurrence at WhatsApp gave: one event mostly, and addresses learnt with it. It is recorded as a whole.
// An answer of the phone comes alone.
type Batch struct {
	Events  []*event.Event
	Learned []Identity
	Answers []PhoneAnswer
	Notices []Notice    // come alone too
	Marks   []chat.Note // what is true of chats, of chat.Marked: on disk before the events
	Receipt *Receipt    // what the event is a receipt for; nil = it is none
}

// Receipt names messages that WhatsApp has, whoever has told us.
type Receipt struct {
	MessageIDs []string
	ChatName   string    // "" = not known
	At         time.Time // zero = not told
}

// Parcel is a message ready for WhatsApp.
type Parcel struct {
	MessageID string
	To        string // JID
	Payload   []byte
}

// Accepted is WhatsApp's word that it has a message.
type Accepted struct {
	At       time.Time
	ServerID int64  // newsletters; 0 = none
	ChatName string // what the chat is called; "" = not known
}

// Quote is the message that is replied to, as far as we know it.
type Quote struct {
	MessageID string // "" = no reply
	Chat      string // JID, only when it is another chat
	Sender    string // JID
	Kind      event.MessageKind
	Text      string       // as it is now; "" = none
	Media     *event.Media // its file; nil = none
	Raw       []byte       // JSON of event.Raw of the original; nil = not kept
	Edited    bool         // Text is newer than Raw
}

// Registration says whether a number is on WhatsApp.
type Registration struct {
	Phone      string // as asked, with +
	Registered bool
	JID, LID   string
}
