package session

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Device is the record of one device: a slot of a customer's account that is, was or will be linked to a WhatsApp number.
type Device struct {
	ID           string
	AccountID    int64
	Name         string
	Metadata     json.RawMessage
	JID          string // with the device number; "" = never linked. Kept after a logout
	LID          string
	Phone        string // E.164 with +
	PushName     string
	BusinessName string
	Platform     string
	State        State
	Reason       string // why it is in this state; "" = nothing to add
	StateSince   time.Time
	StateUntil   time.Time // end of a ban, or when we try again; zero = open
	ConnectedAt  time.Time // begin of the last connection; zero = none yet
	LastEventAt  time.Time
	HeardAt      time.Time // last known to be connected; zero = not known
	PhoneSeenAt  time.Time // last sign of the phone that owns the number; zero = not known
	CreatedAt    time.Time
	UpdatedAt    time.Time
	TokenVersion int
	Settings     Settings
	Proxy        Proxy
}

// NewDevice is what a caller gives to Create.
type NewDevice struct {
	AccountID  int64
	Name       string
	Metadata   json.RawMessage // a JSON object; nil = {}
	SecretHash []byte
	Settings   Settings
	Proxy      string // URL; "" = none
}

// Change is what a caller may change; nil members stay.
type Change struct {
	Name     *string
	Metadata json.RawMessage
	// Settings changes them, in the transaction that has read them: two changes at a time both count. Its error undoes all.
	Settings func(*Settings) error
}

// Filter narrows a list of devices.
type Filter struct {
	AccountID int64 // 0 = all
	State     State // "" = all
	After     string
	Limit     int
}

// Linked is who a device became by pairing.
type Linked struct {
	JID          string // with the device number
	LID          string
	Phone        string
	BusinessName string
	Platform     string
}

// Account returns the device's identity for an envelope.
func (d *Device) Account() *event.Account {
	return &event.Account{JID: event.Text(bare(d.JID)), LID: event.Text(bare(d.LID)), Phone: event.Text(d.Phone)}
}

// bare drops the device number of a JID.
func bare(jid string) string {
	user, server, found := strings.Cut(jid, "@")
	if !found {
		return jid
	}
	user, _, _ = strings.Cut(user, ":")
	return user + "@" + server
}

// offline says in public words why the device cannot do what was asked; nil when it is connected.
func (d *Device) offline() error {
	switch d.State {
	case Connected, Degraded:
		return nil
	case New, Pairing:
		return fault.New(fault.Conflict, "Device is not linked to WhatsApp; pair it first")
	case LoggedOut:
		return fault.New(fault.Conflict, "Device was logged out; pair it again")
	case Banned:
		if d.StateUntil.IsZero() {
			return fault.New(fault.Conflict, "Account is banned by WhatsApp for a time")
		}
		return fault.New(fault.Conflict, "Account is banned by WhatsApp until %s", d.StateUntil.UTC().Format(time.RFC3339))
	case Replaced:
		return fault.New(fault.Conflict, "Another client uses this device's session; reconnect it")
	case Outdated:
		return fault.New(fault.Conflict, "WhatsApp refuses the protocol version of this gateway")
	}
	return fault.New(fault.Conflict, "Device is not connected to WhatsApp (state: %s)", d.State)
}

// waits reports whether a message may be queued for the device: it is linked and will connect by itself.
func (d *Device) waits() bool {
	return d.State.Online() || d.State == Connecting || d.State == Disconnected || d.State == Paused
}

// userOf returns the user part of a JID, without a device number.
func userOf(jid string) string {
	user, _, _ := strings.Cut(bare(jid), "@")
	return user
}

// Own returns our own address, without the device number: the LID if asked for and known.
func (d *Device) Own(lid bool) string {
	if lid && d.LID != "" {
		return bare(d.LID)
	}
	return bare(d.JID)
}

// Number returns the number of the device among the account's devices; 0 is the phone.
func (d *Device) Number() int {
	_, rest, found := strings.Cut(d.JID, ":")
	if !found {
		return 0
	}
	digits, _, _ := strings.Cut(rest, "@")
	n, _ := strconv.Atoi(digits) // a JID of WhatsApp's
	return n
}
