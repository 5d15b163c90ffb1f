package simulator

import "time"

// Link modes: how an account behaves when a client wants to be linked to it.
const (
	LinkNormal  = "normal"
	LinkPasskey = "passkey" // a passkey is demanded before the device is accepted
	LinkRefuse  = "refuse"  // the phone says no
)

// PersonSpec describes a person to be created.
type PersonSpec struct {
	Phone         string // 7-15 digits; "+", spaces and dashes are dropped
	Name          string
	BusinessName  string
	About         string
	Contacts      []string // phones in the address book
	NotOnWhatsApp bool     // number lookups say "not on WhatsApp"
	Link          string   // "" = LinkNormal
	Auto          *Auto    // nil = Auto{Deliver: true}
	History       int      // old messages per contact that the phone hands over after linking
}

// PersonChange sets the given fields of a person; nil leaves one as it is.
type PersonChange struct {
	Name, BusinessName, About *string
	Contacts                  *[]string
	OnWhatsApp                *bool
	Link                      *string
	Auto                      *Auto
	History                   *int
	Block, Unblock            []string // phones
	StatusPrivacy             *StatusPrivacy
	Picture                   *[]byte           // JPEG; empty removes the picture
	Privacy                   map[string]string // value by setting, both as WhatsApp names them
}

// Auto is what a phone does by itself with messages from linked devices.
type Auto struct {
	Deliver bool   `json:"deliver"` // send a delivery receipt
	Read    bool   `json:"read"`    // send a read receipt
	Reply   string `json:"reply"`   // "" = none, "echo", or a text with {text} and {name}
}

// PersonInfo is the state of a person.
type PersonInfo struct {
	Phone, JID, LID string
	Name            string
	BusinessName    string
	About           string
	OnWhatsApp      bool
	Link            string
	Auto            Auto
	Contacts        []string
	Blocked         []string
	Devices         []string          // JIDs
	PictureID       string            // "" = none
	Privacy         map[string]string // all settings
	InboxNext       uint64            // After for a reader who wants only what comes now
}

// States of linking.
const (
	LinkingNone    = "none"
	LinkingWaiting = "waiting"           // the client was told and has not signed yet
	LinkingPasskey = "passkey_requested" // the client must bring a passkey assertion
	LinkingConfirm = "waiting_confirmation"
	LinkingDone    = "linked"
	LinkingFailed  = "failed"
)

// Linking is how far the newest attempt to link a device to a person has come.
type Linking struct {
	Status    string
	PhoneCode string        // with LinkingConfirm: the code that the phone shows
	Device    *Device       // with LinkingDone
	Err       error         // with LinkingFailed; an *Error
	Took      time.Duration // from the scan to the client's signature
}

// Addressing modes of messages.
const (
	AddressLID = "lid" // from the hidden id, with the phone number beside it
	AddressPN  = "pn"  // from the phone number, with the hidden id beside it
	// With one address alone: as before the servers knew hidden ids, and of people who show their number to nobody. Not in
	// groups.
	AddressPNOnly  = "pn_only"
	AddressLIDOnly = "lid_only"
)

// Message is something that a person writes. Exactly one of the contents, from Text to Raw, must be given.
type Message struct {
	To string // phone, LID, group id, a JID, or ToStatus
	// ID is the message id; "" makes one. The id of an earlier message of this person with the same content is a
	// sender's resend: same id, fresh ciphertext.
	ID         string
	At         time.Time // zero = now
	Addressing string    // "" = AddressLID, or AddressPN when the fault PNAddressing is on

	Text     string
	Media    *Media
	Location *Location
	Contacts []Contact
	Poll     *Poll
	Vote     *Vote
	Event    *Event
	Answer   *Answer
	Reaction *Reaction
	Edit     *Edit
	Revoke   *Revoke
	Pin      *Pin
	Comment  *Comment
	Raw      []byte // waE2E.Message, serialized

	// Secret gives the message the secret that an encrypted reaction, edit or comment needs. Polls and events always have one.
	Secret bool

	ReplyTo   string   // id of a message in this chat
	Mentions  []string // phones
	Forwarded bool
	ExpiresS  int // disappearing: seconds

	Corrupt     bool // damage the ciphertext
	NoSenderKey bool // group: leave the sender key out
	Unavailable bool // no ciphertext, an <unavailable> element instead
	// ViewOnceMasked is Unavailable as for a view-once message, which phones alone may show.
	ViewOnceMasked bool
	TopLevel       bool   // status updates: as a <status> stanza, which the client acknowledges and drops
	FromDevice     uint16 // number of a simulated second device; 0 = the phone
	Only           string // to this device alone (JID, LID or "phone:n")
}

// Kinds of media.
const (
	MediaImage    = "image"
	MediaVideo    = "video"
	MediaAudio    = "audio"
	MediaDocument = "document"
	MediaSticker  = "sticker"
)

// Media is a file in a message. The blob is uploaded to the simulated media host before the message goes out.
type Media struct {
	Kind     string
	Data     []byte
	Mimetype string
	Caption  string
	FileName string
	Voice    bool   // audio: a voice note
	Thumb    []byte // small JPEG of an image, a video or a document, PNG of a sticker; nil = none
	Seconds  int    // audio, video
	Gone     int    // the media host answers downloads with this status; 0 = it serves
}

// Reaction to a message; an empty Emoji takes it back.
type Reaction struct {
	ID, Emoji string
	Encrypted bool // with the secret of the message
}

// Edit replaces the text of an own message.
type Edit struct {
	ID, Text  string
	Encrypted bool // with the secret of the message
}

// Location is a place.
type Location struct {
	Latitude, Longitude float64
	Name, Address       string
}

// Contact is a card of the address book: of a phone, or a vCard as it is.
type Contact struct{ Name, Phone, VCard string }

// Poll is a question.
type Poll struct {
	Name       string
	Options    []string
	Selectable int // 0 = any number
}

// Vote chooses options of a poll by name; none withdraws the vote.
type Vote struct {
	ID      string
	Options []string
}

// Event is a date.
type Event struct {
	Name, Description, Place string
	StartsAt                 time.Time // zero = not told
}

// Answers to an event.
const (
	AnswerGoing    = "going"
	AnswerNotGoing = "not_going"
	AnswerMaybe    = "maybe"
)

// Answer is an answer to an event.
type Answer struct {
	ID, Response string
	Guests       int
}

// Pin pins a message for everyone, or unpins it.
type Pin struct {
	ID      string
	Unpin   bool
	Seconds int // 0 = seven days
}

// Comment comments on a message.
type Comment struct{ ID, Text string }

// Revoke deletes a message for everyone; in groups an admin may revoke what others wrote.
type Revoke struct{ ID string }

// Burst is a row of numbered text messages.
type Burst struct {
	To       string
	Count    int           // 1-100,000
	Interval time.Duration // between two messages; 0 = as fast as possible
	Text     string        // "{n}" becomes the number; "" = "message {n}"
	IDPrefix string        // ids are prefix + 6 digits, from 000001; "" makes one
}

// BurstStatus is how far the newest burst of a person has come.
type BurstStatus struct {
	IDPrefix string
	Count    int
	Sent     int
	Acked    int // messages that every receiving device has acknowledged
	Running  bool
	Err      error // why it ended early
}

// Receipt types, as SendReceipt and the inbox name them. Other values pass as they are.
const (
	ReceiptDelivered = "delivered"
	ReceiptInactive  = "inactive"
	ReceiptRead      = "read"
	ReceiptPlayed    = "played"
	ReceiptRetry     = "retry" // could not decrypt: the client encrypts the message again, to new keys
)

// Receipt is what a person tells about messages that a linked device sent.
type Receipt struct {
	To    string // the sender: phone or LID of a linked number
	Group string // group id when the messages were written there, or ToStatus
	Type  string // "" = ReceiptDelivered
	IDs   []string
}

// Presence is a person's online state.
type Presence struct {
	Available bool
	LastSeen  time.Time // with Available false; zero = not told
	To        string    // phone or LID; "" = every device that subscribed
}

// States of typing.
const (
	TypingComposing = "composing"
	TypingRecording = "recording"
	TypingPaused    = "paused"
)

// Call states.
const (
	CallOffer       = "offer"
	CallOfferNotice = "offer_notice" // of a call of a group
	CallPreAccept   = "pre_accept"   // it rings
	CallAccept      = "accept"
	CallReject      = "reject"
	CallTerminate   = "terminate"
	CallTransport   = "transport"
	CallLatency     = "relay_latency"
)

// Call is one step of a call that a person makes.
type Call struct {
	To     string // phone or LID
	ID     string // "" makes one
	State  string // "" = CallOffer
	Group  string // id of the group that calls; "" = none
	Video  bool
	Reason string // with CallTerminate; "" = "timeout"
}

// Kinds of inbox entries.
const (
	KindMessage  = "message"
	KindReceipt  = "receipt"
	KindPresence = "presence"
	KindTyping   = "typing"
	KindCall     = "call"
	KindGroup    = "group"
	KindError    = "error"
)

// Sender names the device that an inbox entry came from; Device 0 is the phone.
type Sender struct {
	Phone  string
	LID    string // digits
	Device uint16
}

// Entry is something that a person's phone has seen.
type Entry struct {
	Seq  uint64
	Kind string
	At   time.Time
	From Sender
	Chat string // phone, or group id

	ID         string // message, error
	FromMe     bool   // message: the own number wrote it, on a linked device
	Text       string // message: text or caption
	Raw        []byte // message: waE2E.Message, serialized, without the device-sent wrapper
	Type       string // message: text/media/reaction/poll/…; receipt: delivered/read/…; the stanza's type
	Edit       string // message: the stanza's edit attribute
	Encryption string // message: pkmsg/msg/skmsg
	Retry      bool   // message: sent again after a retry receipt
	IDs        []string
	Available  bool   // presence
	State      string // typing, call
	CallID     string
	Change     string // group: create/add/remove/…
	Error      string // error: why the phone could not decrypt
}

// Kick cuts the connection of a device.
type Kick struct {
	Graceful bool // websocket close frame instead of a TCP cut
	Times    int  // 0 = once; further ones follow after Interval, when the device is connected then
	Interval time.Duration
}

// StreamError is a stanza that ends a connection.
type StreamError struct {
	Code     string
	Conflict string // "replaced", "device_removed"
	AckClass string // with AckID: the stanza whose acknowledgement is demanded
	AckID    string
	// CloseAfter is the pause before the close: 0 = 50 ms, which the client needs to see the stanza; CloseAtOnce and
	// CloseNever are special.
	CloseAfter time.Duration
}

// Special values of StreamError.CloseAfter.
const (
	CloseAtOnce time.Duration = -1
	CloseNever  time.Duration = -2
)

// What CorruptNext damages.
const (
	CorruptCiphertext = "ciphertext"
	CorruptSenderKey  = "sender_key" // groups: the sender key is missing
	CorruptSession    = "session"    // encrypted under a session that the client does not have
	CorruptProtobuf   = "protobuf"   // decrypts to something unreadable
	CorruptEncType    = "enc_type"   // an encryption that does not exist
)

// States of a message at one device.
const (
	StateQueued  = "queued"
	StateSent    = "sent"
	StateAcked   = "acked"
	StateDropped = "dropped" // the device was unlinked
)

// TargetState is where a message stands at one device.
type TargetState struct{ JID, State string }
