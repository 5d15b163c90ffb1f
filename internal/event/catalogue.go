package event

import (
	"slices"
	"strings"
)

// Type names one kind of occurrence, such as "message.received". The part before the first dot is its family.
type Type string

// Class says how hard an event is to lose.
type Class string

const (
	// Durable: WhatsApp is told "received" only after the event is committed; after a crash it comes again.
	Durable Class = "durable"
	// Noted ("recorded" in the API): committed as soon as it is seen; WhatsApp does not repeat it.
	Noted Class = "recorded"
	// BestEffort: not repeated, without a sequence number, dropped undelivered after a minute.
	BestEffort Class = "best_effort"
)

// Scope says which events of a type keep their order among each other.
type Scope string

// The scopes of the ordering key.
const (
	PerChat    Scope = "chat"
	PerDevice  Scope = "device"
	PerAccount Scope = "account"
)

// Entry is one line of the catalogue.
type Entry struct {
	Type        Type
	Title       string
	Description string
	Class       Class // the weakest that applies
	Scope       Scope
	Explicit    bool // sent only to webhooks that name it exactly
}

// Since is the release in which a type first appeared. Nothing was released before this one.
func (Entry) Since() string { return firstRelease }

const firstRelease = "0.1.0"

// Version is the catalogue version of the payloads that this build renders.
const Version = 1

// Catalogue lists the types that this build can emit, in the order of the documentation. The slice is the caller's.
func Catalogue() []Entry { return slices.Clone(entries) }

// Lookup finds the entry of a type.
func Lookup(t Type) (Entry, bool) {
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Type == t })
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}

// Family returns the part of the type before its last segment: "message" for "message.received".
func (t Type) Family() string {
	i := strings.LastIndexByte(string(t), '.')
	if i < 0 {
		return string(t)
	}
	return string(t[:i])
}
