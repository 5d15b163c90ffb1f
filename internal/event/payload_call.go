package event

// Call is the data of the call events: of call.reject, call.transport and call.relay_latency as it is, of the others with what
// they add.
type Call struct {
	CallID  string `json:"call_id"`
	From    Person `json:"from"` // who sent this signal
	Creator Person `json:"creator"`
	Group   *Chat  `json:"group"`
}

// CallOfferData is the data of call.offer.
type CallOfferData struct {
	Call
	Video    *bool   `json:"video"`
	Platform *string `json:"platform"`
	Version  *string `json:"version"`
}

// CallNotice is the data of call.offer_notice.
type CallNotice struct {
	Call
	Media string `json:"media"`
	Type  string `json:"type"`
}

// CallAnswer is the data of call.accept and call.pre_accept.
type CallAnswer struct {
	Call
	Platform *string `json:"platform"`
	Version  *string `json:"version"`
}

// CallEnd is the data of call.terminate.
type CallEnd struct {
	Call
	Reason *string `json:"reason"`
}

// UnknownCall is the data of call.unknown: a signal that nobody knows, as far as it could be read.
type UnknownCall struct {
	CallID  *string `json:"call_id"`
	From    *Person `json:"from"`
	Creator *Person `json:"creator"`
	Group   *Chat   `json:"group"`
	Tag     *string `json:"tag"` // WhatsApp's name of the signal; null when there was none, or more than one
}
