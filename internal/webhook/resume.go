package webhook

import (
	"context"
	"time"

	"wapost/internal/fault"
)

// resume says which of the held events a webhook goes on with. The zero value is "held": all of them.
type resume struct {
	given bool
	since time.Time // zero with given: none of them ("now")
}

// parseResume reads resume_from, which only means something beside active true.
func parseResume(p Patch, now time.Time) (resume, error) {
	if !p.ResumeFrom.Given || p.ResumeFrom.Null {
		return resume{}, nil
	}
	if !p.Active.Given || !p.Active.Value {
		return resume{}, fault.New(fault.Invalid, "resume_from needs active true")
	}
	switch p.ResumeFrom.Value {
	case "held":
		return resume{}, nil
	case "now":
		return resume{given: true}, nil
	}
	t, err := time.Parse(time.RFC3339, p.ResumeFrom.Value)
	if err != nil {
		return resume{}, fault.New(fault.Invalid, "resume_from must be held, now or an RFC 3339 time")
	}
	if t.After(now) {
		return resume{}, fault.New(fault.Invalid, "resume_from must not be in the future")
	}
	return resume{given: true, since: t}, nil
}

// skip moves the cursor over what is not wanted any more. It never moves back: what lies before the cursor is settled, or
// has a row of its own; what was delivered once is had again by replay. Open rows before the new begin become skipped, also
// those behind a cursor that is further on already.
func (r resume) skip(ctx context.Context, w *Webhook, b Backlog) error {
	if !r.given {
		return nil
	}
	upTo := b.Head()
	if !r.since.IsZero() {
		first, err := b.FirstSince(ctx, r.since)
		if err != nil {
			return err
		}
		upTo = first - 1
	}
	w.Cursor = max(w.Cursor, upTo)
	return b.Skip(ctx, upTo)
}
