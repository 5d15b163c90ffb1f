// Package fault holds the errors that a caller must be able to tell apart.
//
// An Error carries a Kind (which decides the HTTP status), a public sentence that may be shown to a client as it is, and
// the cause, which never leaves the process except into the log. It promises nothing about how an error is shown: that is
// the work of httpapi.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure this is. The set is closed: httpapi maps each one to a status.
type Kind uint8

// The kinds, with the HTTP status that httpapi gives them.
const (
	Internal       Kind = iota // 500: nobody foresaw it
	Invalid                    // 400: the caller must change the request
	Unauthorized               // 401
	Forbidden                  // 403: WhatsApp itself forbids the act
	NotFound                   // 404
	NotAllowed                 // 405
	Conflict                   // 409: the state of the resource forbids it now
	Gone                       // 410
	TooLarge                   // 413
	Unsupported                // 415: media type
	Unprocessable              // 422
	Throttled                  // 429
	BadGateway                 // 502: WhatsApp refused
	Unavailable                // 503: a store that is known to be down, shutting down
	GatewayTimeout             // 504: WhatsApp did not answer
)

// Error is a failure with a public face.
type Error struct {
	Kind       Kind
	Sentence   string        // shown to clients; no SQL, Go types, file names or addresses of ours
	RetryAfter time.Duration // for Throttled and Unavailable; 0 = say nothing
	Cause      error         // for the log only; may be nil
}

// Error returns the public sentence and, behind it, the cause: it is for logs, not for clients.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Sentence
	}
	return e.Sentence + ": " + e.Cause.Error()
}

// Unwrap gives errors.Is and errors.As the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a public sentence.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Sentence: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a kind with a public sentence and a private cause.
func Wrap(cause error, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Sentence: fmt.Sprintf(format, args...), Cause: cause}
}

// KindOf returns the kind of the outermost Error in the chain, Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether the outermost Error in the chain has this kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}
