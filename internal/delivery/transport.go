package delivery

import (
	"context"
	"net/http"
	"time"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// Request is one attempt to be made.
type Request struct {
	Webhook   *webhook.Webhook // a snapshot: nobody changes it
	Event     *event.Recorded
	Body      []byte        // the bytes to sign and send
	Attempt   int           // 1, 2, 3 … over the life of the delivery
	NextRetry time.Duration // when it will be tried again if this attempt fails; 0 = never
	Replay    bool          // asked for by hand or by a replay
}

// Outcome is what became of an attempt. It is fixed when the status line and the headers of the answer are in: what
// happens to the body after that changes nothing.
type Outcome struct {
	Status     int // 0 = no answer
	Class      Class
	Err        string        // a sentence that may be shown; "" for a success. Holds no addresses of ours
	RetryAfter time.Duration // asked for by the endpoint, at most an hour; 0 = not asked
	At         time.Time     // begin of the attempt
	Duration   time.Duration // until the headers of the answer were in, or until the failure
	Excerpt    []byte        // the answer's first 16 KiB at most; nil for a success
	Headers    http.Header   // of the answer; nil for a success or when there was none
	Sent       *Sent         // nil when no request went out, and for a success that nobody asked for
}

// Sent is what a request carried beside its body, as far as the event, the webhook's id and the number and time of the attempt
// do not tell it. It is stored with the attempt, because the webhook may change and a release may follow.
type Sent struct {
	Agent     string   `json:"agent"`            // value of User-Agent
	NextRetry int      `json:"next,omitempty"`   // value of webhook-next-retry in seconds; 0 = absent
	Custom    []string `json:"custom,omitempty"` // names of the webhook's own headers
}

// Class says how an attempt failed. The set is the public `error_class` of contract.md §3.7.
type Class string

// The classes of failures; "" is a success.
const (
	ClassDNS            Class = "dns"             // the name cannot be resolved
	ClassConnect        Class = "connect"         // nobody accepts the connection
	ClassTLS            Class = "tls"             // no trusted encrypted channel
	ClassTimeout        Class = "timeout"         // no answer in the webhook's time
	ClassReset          Class = "reset"           // the connection ended before the answer
	ClassProtocol       Class = "protocol"        // the answer is not HTTP as we know it
	ClassAddressRefused Class = "address_refused" // the guard does not connect there
	ClassRedirect       Class = "redirect"        // 3xx: never followed
	ClassRefused        Class = "refused"         // 4xx that is about this message
	ClassDenied         Class = "denied"          // 4xx that is about the endpoint
	ClassThrottled      Class = "throttled"       // 429
	ClassGone           Class = "gone"            // 410
	ClassServerError    Class = "server_error"    // 5xx
	ClassLocal          Class = "local"           // our own fault: charged to nobody, no try spent
)

// Transport makes one attempt. It never waits longer than the webhook's timeout. When ctx ends first, which is how a
// shutdown looks from here, the outcome is Local.
type Transport interface {
	Attempt(ctx context.Context, r Request) Outcome
}
