package simulator

// Faults is everything that can be made to go wrong. The zero value is a healthy WhatsApp. It decodes from the JSON of
// the control API; decoding into a filled value merges.
//
// One value holds for all, further ones for a single phone or device; for a device all that concern it are joined: a flag
// is on when any has it on, a number or pointer is taken from the most special one that has it (device, phone, all). A
// connection without a device yet (handshake, pairing) sees the value for all.
type Faults struct {
	MuteHello        bool             `json:"mute_hello"` // only for all: nobody is known before the handshake
	MutePings        bool             `json:"mute_pings"`
	DropAcks         bool             `json:"drop_acks"` // acks and receipts of the client do not count: everything comes again
	RefuseLogin      *RefuseLogin     `json:"refuse_login"`
	AckError         *AckError        `json:"ack_error"`
	NoAck            *NoAck           `json:"no_ack"`
	QueryError       *QueryFault      `json:"query_error"`
	QuerySilence     *QueryFault      `json:"query_silence"`
	LatencyMS        int              `json:"latency_ms"`              // before each stanza to the client
	Wire             string           `json:"wire"`                    // WireUp or WireDown; only for all
	AckDeadlineMS    int              `json:"ack_deadline_ms"`         // 0 = off; real servers: 3,000,000
	WithholdBehind   bool             `json:"withhold_behind_unacked"` // after a login nothing goes out behind the first un-acked stanza
	PageSize         int              `json:"page_size"`               // 0 = the whole backlog at once
	HarshClose       bool             `json:"harsh_close"`             // no pause between a stream error and the close
	OfflineOnSuccess bool             `json:"offline_on_success"`      // backlog right after success, not after active
	PNAddressing     bool             `json:"pn_addressing"`           // direct messages come from the phone number
	PairTimeoutMS    int              `json:"pair_timeout_ms"`         // unpaired connections are closed then; only for all
	Media            *MediaFault      `json:"media"`                   // only for all
	MediaRetry       *MediaRetryFault `json:"media_retry"`
}

// States of the wire.
const (
	WireUp   = "up"
	WireDown = "down" // listener closed, connections cut
)

// RefuseLogin answers logins with a failure instead of success.
type RefuseLogin struct {
	Reason  int    `json:"reason"`
	Times   int    `json:"times"` // 0 = once, below 0 = for ever
	Code    string `json:"code,omitempty"`
	ExpireS int    `json:"expire_s,omitempty"`
	Message string `json:"message,omitempty"`
}

// AckError acknowledges messages of the client with an error; they reach nobody.
type AckError struct {
	Code  int    `json:"code"`
	Times int    `json:"times"`        // 0 = once, below 0 = for ever
	To    string `json:"to,omitempty"` // only messages to this phone, LID or group
}

// NoAck leaves messages of the client without an ack; they are delivered all the same.
type NoAck struct {
	Times int    `json:"times"` // 0 = once, below 0 = for ever
	Then  string `json:"then"`  // "" or "nothing", "kick"
}

// QueryFault selects queries (iq) of the client. An empty XMLNS or Child matches all.
type QueryFault struct {
	XMLNS string `json:"xmlns"`
	Child string `json:"child,omitempty"`
	Code  int    `json:"code,omitempty"` // for query_error; 0 = 503
	Times int    `json:"times"`          // 0 = once, below 0 = for ever
}

// MediaFault answers media requests with a status, late, slowly, or with another file than the one that was asked for.
type MediaFault struct {
	Status    int  `json:"status"` // 0 = serve normally
	Times     int  `json:"times"`  // 0 = once, below 0 = for ever
	DelayMS   int  `json:"delay_ms,omitempty"`
	Corrupt   bool `json:"corrupt,omitempty"`     // one bit of the file is wrong, and so its hash
	BytesPerS int  `json:"bytes_per_s,omitempty"` // 0 = as fast as possible
	CutAfter  int  `json:"cut_after,omitempty"`   // the connection is cut after so many bytes; 0 = not
}

// MediaRetryFault says what phones answer when they are asked to upload a file once more.
type MediaRetryFault struct {
	Answer  string `json:"answer,omitempty"` // one of the Retry… constants; "" = RetryUpload
	Times   int    `json:"times"`            // 0 = once, below 0 = for ever
	DelayMS int    `json:"delay_ms,omitempty"`
}
