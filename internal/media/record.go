package media

import (
	"time"

	"wapost/internal/event"
)

// State says where a file is.
type State string

// The states. A file that is not stored lies at WhatsApp, as far as we know.
const (
	Remote  State = "remote"
	Storing State = "storing" // its bytes may be in our store, whole or not; seen from outside it is remote
	Stored  State = "stored"
	Gone    State = "gone" // neither at WhatsApp nor on the phone
)

// Reason says why a file cannot be had.
type Reason string

// The reasons.
const (
	ReasonGone         Reason = "gone"
	ReasonNotOnPhone   Reason = "not_on_phone"
	ReasonPhoneOffline Reason = "phone_offline"
	ReasonDamaged      Reason = "damaged"
	ReasonTooLarge     Reason = "too_large"
	ReasonStorage      Reason = "storage"
	ReasonKeyLost      Reason = "key_lost" // what we keep of the file's key cannot be opened
)

// Record is one file as the database knows it.
type Record struct {
	event.Attachment
	AccountID int64
	DeviceID  string
	EventID   string // the event that named the file
	OrderKey  string // of that event

	KeyLost bool // the key cannot be opened, so Key is nil: our copy is all that is left of the file

	State      State
	Reason     Reason    // of the last failure that was announced; "" = none since the file was stored
	StoredSize int64     // bytes in our store
	StoredAt   time.Time // zero = not stored
	UsedAt     time.Time
	AskedAt    time.Time // when the phone was asked; zero = it owes no answer
	NextAt     time.Time // when it is fetched without anybody asking; zero = not
	Attempts   int       // tries to fetch it unasked that failed
	CreatedAt  time.Time
}

// Scope says whose files a caller may see.
type Scope struct {
	AccountID int64
	DeviceID  string // "" = all devices of the account
}
