package webhook

import (
	"context"
	"slices"
	"time"

	"wapost/internal/fault"
)

// Backlog is what a change may ask, inside its transaction, about the log and about the webhook's own deliveries.
type Backlog interface {
	// Head is the newest event of the log; the next one gets a higher number.
	Head() int64
	// Oldest is the oldest event that is kept; Head()+1 when there is none.
	Oldest(ctx context.Context) (int64, error)
	// FirstSince is the first event recorded at or after t; Head()+1 when there is none.
	FirstSince(ctx context.Context, t time.Time) (int64, error)
	// OldestOpen is the oldest delivery with a row that will be tried again; Head()+1 when there is none.
	OldestOpen(ctx context.Context) (int64, error)
	// Skip ends all open rows of events up to a number.
	Skip(ctx context.Context, upTo int64) error
}

// apply changes the webhook. It runs inside the transaction that read it.
func (c change) apply(ctx context.Context, w *Webhook, b Backlog, now time.Time) error {
	if c.Headers.Given {
		headers, err := unmask(c.Headers.Value, w.Headers)
		if err != nil {
			return err
		}
		w.Headers = headers
		w.mended(Headers)
	}
	if c.URL.Given && c.URL.Value != w.URL {
		w.URL = c.URL.Value
		w.Breaker.forgive() // what failed was another endpoint
	}
	set(c.Events, &w.Events)
	set(c.Description, &w.Description)
	set(c.MaxInFlight, &w.MaxInFlight)
	set(c.RateLimit, &w.RateLimit)
	set(c.Version, &w.Version)
	if c.Ordering.Given {
		w.Ordering = Ordering(c.Ordering.Value)
	}
	if c.TimeoutSeconds.Given {
		w.Timeout = seconds(c.TimeoutSeconds.Value)
	}
	if c.Include.Given {
		w.Include = c.include
	}
	if err := c.secure(w); err != nil {
		return err
	}
	w.touch(now)
	if err := w.refilter(ctx, b); err != nil {
		return err
	}
	if !c.Active.Given {
		return nil
	}
	if c.resume.given && w.Status == Active {
		return fault.New(fault.Conflict, "resume_from needs a webhook that is paused or disabled")
	}
	if err := w.whole(); c.Active.Value && err != nil {
		return err
	}
	w.switchTo(c.Active.Value, now)
	return c.resume.skip(ctx, w, b)
}

// secure changes the TLS settings.
func (c change) secure(w *Webhook) error {
	if c.TLS.Given {
		w.TLS = nil
		if !c.TLS.Null {
			w.TLS = &c.TLS.Value
		}
		w.mended(TLSPart)
		w.Breaker.forgive() // what failed may have been the handshake
	}
	return w.checkScheme()
}

// touch sets UpdatedAt, which always grows: whoever keeps something about a webhook tells versions apart by it.
func (w *Webhook) touch(now time.Time) {
	if least := w.UpdatedAt.Add(time.Millisecond); now.Before(least) {
		now = least
	}
	w.UpdatedAt = now
}

// switchTo pauses or resumes by the user's will, whatever the status was.
func (w *Webhook) switchTo(active bool, now time.Time) {
	switch {
	case active && w.Status != Active:
		w.Status, w.Reason, w.StatusSince = Active, "", now
		w.Breaker.forgive()
	case !active && w.Status != Paused:
		w.Status, w.Reason, w.StatusSince = Paused, ReasonUser, now
	}
}

// forgive closes the breaker so that the next attempt is made at once. The times of the last success and failure stay.
func (b *Breaker) forgive() { b.OpenedAt, b.ProbeAt, b.Failures = time.Time{}, time.Time{}, 0 }

// maxFilters bounds the filters that a webhook keeps.
const maxFilters = 50

// refilter adds a filter when the wishes changed. Old ones are kept as long as the log holds events that they judge, so that
// a replay sends the bytes of the first attempt; beyond maxFilters only as long as deliveries depend on them.
func (w *Webhook) refilter(ctx context.Context, b Backlog) error {
	next := Filter{From: b.Head() + 1, Events: w.Events, Include: w.Include}
	if sameFilter(w.Filters[len(w.Filters)-1], next) {
		return nil
	}
	kept := slices.DeleteFunc(slices.Clone(w.Filters), func(f Filter) bool { return f.From >= next.From })
	w.Filters = append(kept, next)
	oldest, err := b.Oldest(ctx)
	if err != nil {
		return err
	}
	w.Filters = prune(w.Filters, oldest)
	if len(w.Filters) <= maxFilters {
		return nil
	}
	open, err := b.OldestOpen(ctx)
	if err != nil {
		return err
	}
	w.Filters = prune(w.Filters, min(w.Cursor+1, open))
	if len(w.Filters) > maxFilters {
		return fault.New(fault.Conflict, "events and include were changed %d times while events are held; resume first", maxFilters)
	}
	return nil
}

// prune drops the filters that judge no event from first on.
func prune(filters []Filter, first int64) []Filter {
	for len(filters) > 1 && filters[1].From <= first {
		filters = filters[1:]
	}
	return filters
}
