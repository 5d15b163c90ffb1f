package simulator

import "time"

// Actions on the app state: what a phone changes for all devices of its account.
const (
	StateMute          = "mute"
	StatePin           = "pin"
	StateArchive       = "archive"
	StateMarkRead      = "mark_read"
	StateClear         = "clear"
	StateDelete        = "delete"
	StateStar          = "star"
	StateDeleteMessage = "delete_message" // for the own account alone
	StateLabel         = "label"
	StateLabelChat     = "label_chat"
	StateLabelMessage  = "label_message"
	StateContact       = "contact"
	StateStatusMute    = "status_mute"
	StateUnarchive     = "unarchive_chats"
	StateRaw           = "raw"
)

// AppStateChange is one change that a phone makes.
type AppStateChange struct {
	Action string // one of the State… constants
	Off    bool   // the opposite: unmute, unpin, unread, unlabel; with StateLabel the label is deleted
	// Chat names the chat by phone, LID or group id; with StateContact and StateStatusMute the person.
	Chat       string
	Addressing string // how the entry names a person: "" = AddressLID, AddressPN; with StateContact always by number

	Until         time.Time // mute: zero = for ever
	MessageID     string    // star, delete_message, label_message
	FromMe        bool      // the message is an own one
	Sender        string    // phone or LID of who wrote the message, in groups
	DeleteMedia   bool      // clear, delete, delete_message
	LastMessageAt time.Time // archive, mark_read, clear, delete: up to which message; zero = now
	SentAt        time.Time // delete_message: of the message

	LabelID             string
	Name                string // label, contact (full name)
	FirstName, Username string // contact
	Color               int    // label
	SavedOnPhone        bool   // contact

	Collection string   // raw
	Index      []string // raw
	Version    int      // raw
	Value      []byte   // raw: SyncActionValue, serialized
}

// AppStateDelivery is how the server hands the app state to devices.
type AppStateDelivery struct {
	Snapshot bool // a first sync gets one snapshot on the media host instead of all patches
	External bool // patches have their changes on the media host
	PageSize int  // patches per answer; 0 = all at once
	Damaged  bool // fault: patches have a wrong seal, devices cannot accept them
}

// AppStateInfo is the app state of an account.
type AppStateInfo struct {
	Delivery    AppStateDelivery
	Collections []Collection
	Changes     []AppStateEntry // in the order in which the phone saw them
}

// Collection is one of the lists of patches that make up the app state.
type Collection struct {
	Name    string
	Version uint64
}

// AppStateEntry is a change as the phone saw it, its own or one of a linked device.
type AppStateEntry struct {
	Collection string
	Version    uint64 // of the collection
	Operation  string // "set", "remove"
	Index      []string
	At         time.Time
	Value      []byte // SyncActionValue, serialized
}
