package webhook

import (
	"cmp"
	"time"

	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/fault"
)

// Patch is a change of a webhook, as the caller gave it. Fields that are not given stay as they are; null resets to the
// default.
type Patch struct {
	URL            Field[string]
	Secret         Field[string] // refused: it has its own route
	Events         Field[[]string]
	DeviceID       Field[string] // refused: fixed for life
	Active         Field[bool]
	Description    Field[string]
	Headers        Field[map[string]string]
	Ordering       Field[string]
	TimeoutSeconds Field[int]
	MaxInFlight    Field[int]
	RateLimit      Field[int]
	Include        Field[[]string]
	Version        Field[int]
	TLS            Field[TLS]    // replaced whole
	ResumeFrom     Field[string] // "held", "now" or a time; only with active true
}

// change is a Patch that was judged: values are valid, null is replaced.
type change struct {
	Patch
	include []event.Include
	resume  resume
}

// checked judges a patch without looking at the webhook, in the order of the fields of create.
func (p Patch) checked(door *egress.Guard, now time.Time) (change, error) {
	if p.empty() {
		return change{}, fault.New(fault.Invalid, "Nothing to change")
	}
	p = p.withDefaults()
	c := change{Patch: p}
	var events, include, resume error
	c.Events.Value, events = ParseEvents(p.Events.Value)
	c.include, include = parseInclude(p.Include.Value)
	c.resume, resume = parseResume(p, now)
	return c, cmp.Or(
		check(p.URL, door.CheckURL),
		refuse(p.Secret.Given, "secret is changed with POST /webhooks/{id}/rotate-secret"),
		events,
		refuse(p.DeviceID.Given, "device_id cannot be changed"),
		check(p.Description, checkDescription),
		check(p.Headers, CheckHeaders),
		check(p.Ordering, checkOrdering),
		check(p.TimeoutSeconds, checkTimeout),
		check(p.MaxInFlight, checkInFlight),
		check(p.RateLimit, checkRate),
		include,
		check(p.Version, checkVersion),
		check(p.TLS, tlsAt(now)),
		resume,
	)
}

func refuse(given bool, sentence string) error {
	if given {
		return fault.New(fault.Invalid, "%s", sentence)
	}
	return nil
}

func (p Patch) empty() bool {
	return !(p.URL.Given || p.Secret.Given || p.Events.Given || p.DeviceID.Given || p.Active.Given || p.Description.Given ||
		p.Headers.Given || p.Ordering.Given || p.TimeoutSeconds.Given || p.MaxInFlight.Given || p.RateLimit.Given ||
		p.Include.Given || p.Version.Given || p.TLS.Given || p.ResumeFrom.Given)
}

// withDefaults replaces null where the default is not the zero value, and where zero must be judged.
func (p Patch) withDefaults() Patch {
	p.URL = p.URL.or("") // which CheckURL refuses: there is no default
	p.Active = p.Active.or(true)
	p.Ordering = p.Ordering.or(string(Ordered))
	p.TimeoutSeconds = p.TimeoutSeconds.or(defaultTimeout)
	p.MaxInFlight = p.MaxInFlight.or(defaultInFlight)
	p.Version = p.Version.or(event.Version)
	return p
}
