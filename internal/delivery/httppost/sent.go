package httppost

import (
	"errors"
	"maps"
	"math"
	"slices"

	"wapost/internal/delivery"
)

// unsentError is the failure of an attempt of which no request went out.
type unsentError struct{ err error }

func (e *unsentError) Error() string { return e.err.Error() }

// Unwrap implements errors.Unwrap.
func (e *unsentError) Unwrap() error { return e.err }

// sent takes the mark off the failure of a second request: the first one had gone out.
func sent(err error) error {
	if e, ok := errors.AsType[*unsentError](err); ok {
		return e.err
	}
	return err
}

// seconds is the value of webhook-next-retry, 0 when there is to be none.
func seconds(r delivery.Request) int { return int(math.Ceil(max(r.NextRetry, 0).Seconds())) }

// sent tells what is kept of a request.
func (p *prepared) sent(r delivery.Request) *delivery.Sent {
	return &delivery.Sent{Agent: p.fixed.Get("User-Agent"), NextRetry: seconds(r), Custom: slices.Sorted(maps.Keys(r.Webhook.Headers))}
}
