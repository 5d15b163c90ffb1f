package session

import (
	"encoding/json"
	"time"
)

// Signal is what a Line tells about its connection. Signals come in any goroutine and are handled in the order they came.
type Signal interface{ signal() }

// The signals of a connection.
type (
	// Up: logged in and usable.
	Up struct{ PushName, BusinessName, Platform string }
	// Renamed: the account's own push name has come, or was changed on the phone.
	Renamed struct{ PushName string }
	// Down: the server or the network closed the connection.
	Down struct{}
	// Refused: the line closed the connection itself, because it could not take what came.
	Refused struct{ Reason string } // ReasonStorage, ReasonOrder
	// Unlinked: WhatsApp does not know the device any more.
	Unlinked struct {
		OnConnect bool
		Code      int
		Reason    string
		ByPhone   bool
	}
	// Taken: another client logged in with the same keys.
	Taken struct{}
	// StreamFailed: a stream error that the library does not know. The server should close the connection now.
	StreamFailed struct{ Code string }
	// Ban: login refused for a time; Expire 0 = not told.
	Ban struct {
		Code   int
		Reason string
		Expire time.Duration
	}
	// Stale: our protocol version is refused.
	Stale struct{ Version string }
	// Denied: login refused for another reason.
	Denied struct {
		Code            int
		Reason, Message string
	}
	// PingLost: pings stay unanswered.
	PingLost struct {
		Errors      int
		LastSuccess time.Time
	}
	// PingBack: pings are answered again.
	PingBack struct{}
	// Backlog: WhatsApp announces what was missed.
	Backlog struct{ Total, AppData, Messages, Notifications, Receipts int }
	// BacklogStep: so much of it has come.
	BacklogStep struct{ Came int }
	// BacklogDone: it has all been sent.
	BacklogDone struct {
		Count    int
		Recorded int
		Took     time.Duration
	}
	// PhoneSeen: the phone that owns the number gave a sign at that time.
	PhoneSeen struct{ At time.Time }
	// Unread: the library could not read a stanza, which is lost; ID "" and Code 0 = not told.
	Unread struct {
		What string
		ID   string
		Code int
	}
	// Timelock: messaging of new contacts is limited, or is so no longer.
	Timelock struct {
		Active bool
		Until  time.Time
	}
)

// The signals of a pairing.
type (
	// Codes: the QR codes of a pairing, in the order of their use.
	Codes struct{ Texts []string }
	// Paired: linked; the line must connect again to log in.
	Paired struct{ Linked }
	// PairFailed: scanned, but linking failed here.
	PairFailed struct{ JID, LID, Platform, Error string }
	// LoginAgain: the server asks for the connect that follows a pairing.
	LoginAgain struct{}
	// NoMultiDevice: scanned by a phone without multi-device.
	NoMultiDevice struct{}
	// PasskeyAsked: pairing needs a passkey. All codes shown so far are dead.
	PasskeyAsked struct{ PublicKey json.RawMessage }
	// PasskeyCode: the code to compare with the phone.
	PasskeyCode struct {
		Code string
		Skip bool
	}
	// PasskeyFailed: the passkey step failed.
	PasskeyFailed struct {
		Error        string
		Continuation bool
	}
)

// Reasons of Refused.
const (
	ReasonStorage = "storage" // a commit failed
	ReasonOrder   = "order"   // a stanza overtook another one
)

func (Up) signal()            {}
func (Renamed) signal()       {}
func (Down) signal()          {}
func (Refused) signal()       {}
func (Unlinked) signal()      {}
func (Taken) signal()         {}
func (StreamFailed) signal()  {}
func (Ban) signal()           {}
func (Stale) signal()         {}
func (Denied) signal()        {}
func (PingLost) signal()      {}
func (PingBack) signal()      {}
func (Backlog) signal()       {}
func (BacklogStep) signal()   {}
func (PhoneSeen) signal()     {}
func (Unread) signal()        {}
func (BacklogDone) signal()   {}
func (Timelock) signal()      {}
func (Codes) signal()         {}
func (Paired) signal()        {}
func (PairFailed) signal()    {}
func (LoginAgain) signal()    {}
func (NoMultiDevice) signal() {}
func (PasskeyAsked) signal()  {}
func (PasskeyCode) signal()   {}
func (PasskeyFailed) signal() {}
