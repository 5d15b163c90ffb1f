package webhook

import (
	"cmp"
	"time"

	"wapost/internal/egress"
	"wapost/internal/event"
)

// Draft is a webhook to be registered, as the caller gave it. Nil means absent or null, which is the same here.
type Draft struct {
	URL            string
	Secret         *string
	Events         []string
	DeviceID       *string
	Active         *bool
	Description    *string
	Headers        map[string]string
	Ordering       *string
	TimeoutSeconds *int
	MaxInFlight    *int
	RateLimit      *int
	Include        []string
	Version        *int
	TLS            *TLS
}

// build validates in the order of contract.md §2.5 to §2.8 and fills the defaults. generated is the secret when the caller
// gave none. The store adds the id, and the cursor with the first filter.
func (d Draft) build(door *egress.Guard, now time.Time) (w Webhook, generated string, err error) {
	if err := door.CheckURL(d.URL); err != nil {
		return w, "", err
	}
	if d.Secret == nil {
		generated = GenerateSecret()
		d.Secret = &generated
	}
	if err := CheckSecret(*d.Secret); err != nil {
		return w, "", err
	}
	events, err := ParseEvents(d.Events)
	if err != nil {
		return w, "", err
	}
	if err := d.check(); err != nil {
		return w, "", err
	}
	include, err := parseInclude(d.Include)
	if err != nil {
		return w, "", err
	}
	version := or(d.Version, event.Version)
	if err := checkVersion(version); err != nil {
		return w, "", err
	}
	if err := check(optional(d.TLS), tlsAt(now)); err != nil {
		return w, "", err
	}
	w = Webhook{
		DeviceID: or(d.DeviceID, ""), URL: d.URL, Events: events, Description: or(d.Description, ""), Headers: d.Headers,
		Ordering: Ordering(or(d.Ordering, string(Ordered))), Timeout: seconds(or(d.TimeoutSeconds, defaultTimeout)),
		MaxInFlight: or(d.MaxInFlight, defaultInFlight), RateLimit: or(d.RateLimit, 0), Include: include, Version: version, TLS: d.TLS,
		Status: Active, StatusSince: now, CreatedAt: now, UpdatedAt: now,
		Secrets: []Secret{{Text: *d.Secret, CreatedAt: now}},
	}
	if err := w.checkScheme(); err != nil {
		return w, "", err
	}
	if !or(d.Active, true) {
		w.Status, w.Reason = Paused, ReasonUser
	}
	return w, generated, nil
}

// check judges the fields between events and include.
func (d Draft) check() error {
	headers, err := unmask(d.Headers, nil)
	if err == nil {
		err = CheckHeaders(headers)
	}
	return cmp.Or(
		check(optional(d.Description), checkDescription),
		err,
		check(optional(d.Ordering), checkOrdering),
		check(optional(d.TimeoutSeconds), checkTimeout),
		check(optional(d.MaxInFlight), checkInFlight),
		check(optional(d.RateLimit), checkRate),
	)
}

func or[T any](p *T, def T) T {
	if p == nil {
		return def
	}
	return *p
}

func optional[T any](p *T) Field[T] {
	if p == nil {
		return Field[T]{}
	}
	return Given(*p)
}
