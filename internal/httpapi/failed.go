package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"wapost/internal/fault"
)

// failed is a failure on its way to the client.
type failed struct {
	status     int
	sentence   string
	retryAfter time.Duration
}

// defaultRetry is what a client is told to wait when we are unavailable and do not know for how long.
const defaultRetry = 5 * time.Second

func statusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.NotAllowed:
		return http.StatusMethodNotAllowed
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.Unprocessable:
		return http.StatusUnprocessableEntity
	case fault.Throttled:
		return http.StatusTooManyRequests
	case fault.BadGateway:
		return http.StatusBadGateway
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.GatewayTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

// fail turns an error into what the client is told. What nobody foresaw becomes a 500 with the fallback sentence: its own text
// may speak of the inside and goes to the log only.
func fail(err error, fallback string) failed {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind == fault.Internal {
		return failed{status: http.StatusInternalServerError, sentence: fallback}
	}
	f := failed{status: statusOf(e.Kind), sentence: e.Sentence, retryAfter: e.RetryAfter}
	if f.retryAfter == 0 && f.status == http.StatusServiceUnavailable {
		f.retryAfter = defaultRetry
	}
	return f
}

func (f failed) body() []byte {
	b, err := encode(failure{Code: f.status, Message: phrase(f.status), Error: f.sentence})
	if err != nil {
		panic(fmt.Sprintf("encode a failure: %v", err)) // four plain members always encode
	}
	return b
}

// final reports whether a repetition of the request under the same Idempotency-Key gets the same answer again. It does not
// after a refusal that passes by itself.
func (f failed) final() bool {
	return f.status < 500 && f.status != http.StatusTooManyRequests && f.status != http.StatusUnauthorized
}

// gone reports whether the client hung up, so that the error is of its own making.
func gone(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Canceled)
}

// errStopping ends streams and refuses requests while the process ends.
var errStopping = fault.New(fault.Unavailable, "Shutting down")
