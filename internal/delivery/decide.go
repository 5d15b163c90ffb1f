package delivery

import (
	"time"

	"wapost/internal/webhook"
)

// Charge says whose clock a failed attempt moves.
type Charge uint8

// The charges.
const (
	ToNobody   Charge = iota // our own fault: no try is spent
	ToMessage                // this event is refused
	ToEndpoint               // the host is down or misconfigured
)

// Action is what becomes of a delivery after an attempt.
type Action uint8

// The actions.
const (
	Delivered Action = iota
	RetryLater
	StepAside   // retry later, in the late lane: its key goes on without it
	GiveUp      // dead: no tries left
	DisableHook // the endpoint wants no more events; this one is held with the rest
)

// Verdict is what Decide says.
type Verdict struct {
	Action Action
	Charge Charge
	Tries  int           // spent of the message clock, this attempt included
	Wait   time.Duration // before the next try
}

// Decide turns the outcome of an attempt into a verdict. It is pure: tries is what the event had spent before, r in [0, 1)
// is the jitter. It judges by the message clock; while the breaker is open, the engine takes the charge and leaves the rest.
func Decide(o Outcome, tries int, ordering webhook.Ordering, r float64) Verdict {
	charge := chargeOf(o.Class)
	switch {
	case o.Class == "":
		return Verdict{Action: Delivered, Tries: tries}
	case o.Class == ClassGone:
		return Verdict{Action: DisableHook, Charge: charge, Tries: tries}
	case charge == ToNobody:
		return Verdict{Action: RetryLater, Charge: charge, Tries: tries, Wait: jittered(localWait, r)}
	case tries+1 >= maxTries:
		return Verdict{Action: GiveUp, Charge: charge, Tries: tries + 1}
	}
	v := Verdict{Action: RetryLater, Charge: charge, Tries: tries + 1}
	v.Wait = max(after(v.Tries, r), min(o.RetryAfter, maxRetryAfter))
	if ordering == webhook.Ordered && v.Tries >= stepAside {
		v.Action = StepAside
	}
	return v
}

func chargeOf(c Class) Charge {
	switch c {
	case ClassLocal:
		return ToNobody
	case ClassRefused:
		return ToMessage
	}
	return ToEndpoint
}

// nextRetry is the announced wait if the attempt after n spent tries fails; 0 when it would be the last.
func nextRetry(tries int) time.Duration {
	if tries+1 >= maxTries {
		return 0
	}
	return waits[tries]
}
