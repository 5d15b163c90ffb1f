package access

import (
	"net/http"
	"strings"

	"wapost/internal/fault"
)

// The two ways to be refused (contract.md §2.3). The first says that nothing usable was presented, or an API key that is
// unknown, disabled or expired; the second that a token was, and does not hold.
var (
	ErrMissing = fault.New(fault.Unauthorized, "Invalid or missing authentication")
	ErrInvalid = fault.New(fault.Unauthorized, "Invalid or expired JWT token")
)

// presented returns the token of a request, or ErrMissing. Authorization carries it bare or after Bearer; X-API-Key is read
// only when Authorization is absent. A header that is sent twice is refused, because which one counts would be a guess.
func presented(h http.Header) (string, error) {
	values, ok := h["Authorization"]
	if !ok {
		return single(h.Values("X-API-Key"))
	}
	value, err := single(values)
	if err != nil {
		return "", err
	}
	scheme, rest, spaced := strings.Cut(value, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		if rest = strings.TrimSpace(rest); rest == "" {
			return "", ErrMissing
		}
		return rest, nil
	case spaced:
		return "", ErrMissing // Basic, Digest, …
	}
	return value, nil
}

func single(values []string) (string, error) {
	if len(values) != 1 {
		return "", ErrMissing
	}
	value := strings.TrimSpace(values[0])
	if value == "" {
		return "", ErrMissing
	}
	return value, nil
}
