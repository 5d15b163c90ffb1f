// Package webhook holds the registrations: where events are sent, which ones, signed with which keys, and the rules that a
// registration must obey. Who is asked when, and how often, is the business of delivery.
package webhook

import (
	"time"

	"wapost/internal/event"
)

// Status is what the user or we decided about a webhook. Whether its endpoint answers is the breaker's matter.
type Status string

// The statuses.
const (
	Active   Status = "active"
	Paused   Status = "paused"   // by the user
	Disabled Status = "disabled" // by us
)

// Reasons of a status other than Active.
const (
	ReasonUser      = "user"
	ReasonGone      = "gone"          // the endpoint answered 410
	ReasonNoSuccess = "no_success_5d" // nothing but failures for five days
	ReasonDamaged   = "damaged"       // a sealed part cannot be opened
)

// Part is a part of a webhook that is sealed at rest.
type Part string

// The sealed parts.
const (
	Headers Part = "headers"
	TLSPart Part = "tls"
	Keys    Part = "secrets"
)

// Ordering is what a webhook is promised about the order of its events.
type Ordering string

// The orderings (contract.md §5.7).
const (
	Ordered  Ordering = "ordered"
	Strict   Ordering = "strict"
	FIFO     Ordering = "fifo"
	Parallel Ordering = "parallel"
)

// Webhook is one registration.
type Webhook struct {
	ID          int64
	AccountID   int64
	DeviceID    string // "" = all devices of the account
	URL         string // exactly as given
	Events      []string
	Description string
	Headers     map[string]string
	Ordering    Ordering
	Timeout     time.Duration
	MaxInFlight int
	RateLimit   int // requests per second; 0 = none
	Include     []event.Include
	Version     int
	TLS         *TLS // nil = as for everybody
	Status      Status
	Reason      string
	StatusSince time.Time
	Secrets     []Secret // live keys, newest first
	Damaged     []Part   // cannot be opened and are missing here: nothing may be sent
	Filters     []Filter // what was wanted from which event on, oldest first; never empty
	Cursor      int64    // every event up to here is settled, or has a row of its own
	Breaker     Breaker
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Secret is one signing key.
type Secret struct {
	Text      string // as the user knows it, whsec_ included
	CreatedAt time.Time
	ExpiresAt time.Time // zero = never
}

// Filter says which events a webhook wants from one place in the log on. A change of the filter adds one, so that what was
// recorded before the change is still judged by the filter of its time.
type Filter struct {
	From    int64           `json:"from"` // first seq it applies to
	Events  []string        `json:"events"`
	Include []event.Include `json:"include"`
}

// Breaker is the persisted state of the endpoint clock.
type Breaker struct {
	OpenedAt    time.Time // zero = closed
	ProbeAt     time.Time
	Failures    int // in a row
	LastSuccess time.Time
	LastFailure time.Time
}
