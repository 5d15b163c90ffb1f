package message

// Reason says why a message will not be sent. The set is open.
type Reason string

// The reasons of a failed message.
const (
	Expired          Reason = "expired"
	UnknownRecipient Reason = "unknown_recipient"
	Forbidden        Reason = "forbidden"
	RateLimited      Reason = "rate_limited"
	Timelocked       Reason = "timelocked"
	Refused          Reason = "refused"
	DeviceGone       Reason = "device_gone"
)

// Refusal means that a message will not be sent and that trying again is of no use. Err carries the public sentence.
type Refusal struct {
	Reason Reason
	Err    error // a *fault.Error
}

// Error returns the text of the cause.
func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap gives errors.Is and errors.As the cause.
func (r *Refusal) Unwrap() error { return r.Err }
