package event

import (
	"encoding/json"
	"time"
)

// Origin tells how an event reached us.
type Origin string

// The origins.
const (
	Live    Origin = "live"
	Offline Origin = "offline" // sent at reconnect
	History Origin = "history" // from history sync
)

// Account is the linked WhatsApp account of the device. Members are null before pairing.
type Account struct {
	JID   *string `json:"jid"`
	LID   *string `json:"lid"`
	Phone *string `json:"phone"` // E.164 with +
}

// Event is something that happened and is not recorded yet.
//
// The maker fills everything but ID, which New sets. AccountID 0 is not allowed.
type Event struct {
	ID        string // evt_ + UUIDv7; its time is when we saw the event
	Type      Type
	Class     Class     // New takes it from the catalogue; the maker may strengthen or weaken it
	At        time.Time // when it happened, by WhatsApp's clock if it gave one
	AccountID int64     // the customer's account that owns the device
	DeviceID  string    // "" for account-wide events
	Origin    Origin
	Account   *Account
	Data      any    // a payload struct of this package
	Key       string // ordering key: events with the same key keep their order
	SourceKey string // identity of the occurrence at its source, unique per device; "" = every occurrence is new
	Raw       *Raw   // what the event was made from; nil when there is nothing to keep

	Attachments []Attachment // files that the data names; recorded with the event
}

// Raw is the library's own form of an event. It is only sent to webhooks that include it.
type Raw struct {
	Library string          `json:"library"`
	Type    string          `json:"type"`
	JSON    json.RawMessage `json:"json"`
}

// Recorded is an event that is committed: ours.
type Recorded struct {
	Seq       int64 // commit order over the whole log
	ID        string
	Type      Type
	Class     Class
	AccountID int64
	DeviceID  string
	Key       string
	At        time.Time // when it was recorded, by our clock
	Sequence  int64     // per device; 0 = none
	Body      []byte    // the envelope without optional parts
	Raw       []byte    // JSON of Raw; nil = none
}
