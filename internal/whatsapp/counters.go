package whatsapp

import "sync/atomic"

// Counters count what the library acknowledges or drops without asking us, and what became of the rest.
type Counters struct {
	StatusDropped    atomic.Uint64 // top-level <status>: acknowledged and dropped
	UnknownEnc       atomic.Uint64 // encrypted parts of a type or version that the library does not know
	UnhandledTags    atomic.Uint64 // stanzas that the library has no handler for
	Unread           atomic.Uint64 // stanzas that the library could not read, and refused or dropped
	Refusals         atomic.Uint64 // connections closed because a commit failed
	OrderRefusals    atomic.Uint64 // connections closed because a stanza overtook another one
	CommitRetries    atomic.Uint64 // tries of a commit beyond the first
	Quarantined      atomic.Uint64 // stored raw after five refusals
	LostAfterAck     atomic.Uint64 // could not be stored, and had been acknowledged already
	ConvertFailures  atomic.Uint64 // stored raw because our conversion failed
	Unsupported      atomic.Uint64 // messages of kind unsupported: their raw form is stored
	Unopened         atomic.Uint64 // votes, answers, edits and the like whose secret is not known here
	StoreErrors      atomic.Uint64 // connections tainted by the key store
	HandlerPanics    atomic.Uint64
	StanzasReceived  atomic.Uint64
	MessagesAccepted atomic.Uint64 // batches on disk
}
