package webhook

import (
	"strconv"

	"wapost/internal/fault"
)

// Sizes of a page (contract.md §2.11).
const (
	defaultPage = 50
	maxPage     = 200
)

// ListOptions narrows and pages a list.
type ListOptions struct {
	After    string // the next of the page before
	Limit    int    // 0 = 50; at most 200
	Active   *bool
	State    State  // "" = all
	DeviceID string // "" = all
}

// Page is ListOptions as the store reads it.
type Page struct {
	After    int64
	Limit    int
	Active   *bool
	State    State
	DeviceID string
}

func (o ListOptions) page() (Page, error) {
	p := Page{Limit: o.Limit, Active: o.Active, State: o.State, DeviceID: o.DeviceID}
	if p.Limit == 0 {
		p.Limit = defaultPage
	}
	if err := between("limit", p.Limit, 1, maxPage); err != nil {
		return p, err
	}
	if !o.State.valid() {
		return p, fault.New(fault.Invalid, "state must be one of active, failing, paused, disabled")
	}
	if o.After == "" {
		return p, nil
	}
	after, err := strconv.ParseInt(o.After, 10, 64)
	if err != nil || after < 0 {
		return p, fault.New(fault.Invalid, "after is not a cursor of this list")
	}
	p.After = after
	return p, nil
}
