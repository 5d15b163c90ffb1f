package webhook

import (
	"slices"
	"time"

	"wapost/internal/fault"
)

const (
	defaultOverlap = 86400  // seconds
	maxOverlap     = 604800 // seconds
	maxSecrets     = 5      // live keys
)

// Rotation asks for a new secret. Nil means absent or null.
type Rotation struct {
	Secret         *string // nil = generate one
	OverlapSeconds *int    // how long the older keys go on signing beside the new one; 0 drops them now
}

// checked returns the new secret's text, the same again when it was generated, and the overlap.
func (r Rotation) checked() (text, generated string, overlap time.Duration, err error) {
	if r.Secret == nil {
		generated = GenerateSecret()
		r.Secret = &generated
	}
	if err := CheckSecret(*r.Secret); err != nil {
		return "", "", 0, err
	}
	n := or(r.OverlapSeconds, defaultOverlap)
	return *r.Secret, generated, seconds(n), between("overlap_seconds", n, 0, maxOverlap)
}

// rotate puts a new key in front. The one before it gets an end; those that have one keep it.
func (w *Webhook) rotate(text string, overlap time.Duration, now time.Time) (previousEnds time.Time, err error) {
	old := w.Live(now)
	if overlap == 0 {
		old = nil
	}
	if len(old) >= maxSecrets {
		return time.Time{}, fault.New(fault.Conflict, "Webhook has %d live secrets; wait until one expires, or rotate with overlap_seconds 0", maxSecrets)
	}
	for i := range old {
		if old[i].ExpiresAt.IsZero() {
			previousEnds = now.Add(overlap)
			old[i].ExpiresAt = previousEnds
		}
	}
	w.Secrets = append([]Secret{{Text: text, CreatedAt: now}}, old...)
	w.mended(Keys) // one that cannot be opened signs no more
	w.touch(now)
	return previousEnds, nil
}

// Live returns the keys that sign at a time, newest first.
func (w *Webhook) Live(now time.Time) []Secret {
	return slices.DeleteFunc(slices.Clone(w.Secrets), func(s Secret) bool { return !s.ExpiresAt.IsZero() && !s.ExpiresAt.After(now) })
}
