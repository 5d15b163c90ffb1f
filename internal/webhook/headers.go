package webhook

import (
	"maps"
	"slices"
	"strings"

	"wapost/internal/fault"
)

// Mask stands for the value of a custom header in every answer.
const Mask = "***"

const (
	maxHeaders     = 20
	maxHeaderName  = 64
	maxHeaderValue = 1024
)

// CheckHeaders judges custom headers (contract.md §2.8): when they are given, and again before they are sent. The error is
// fault.Invalid and never holds a value.
func CheckHeaders(headers map[string]string) error {
	if len(headers) > maxHeaders {
		return fault.New(fault.Invalid, "headers must have at most %d entries", maxHeaders)
	}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		lower := strings.ToLower(name)
		switch {
		case !isToken(name):
			return fault.New(fault.Invalid, `headers has a name that is not an HTTP token of at most %d bytes: "%.64s"`, maxHeaderName, name)
		case reserved(lower):
			return fault.New(fault.Invalid, `headers must not set "%s"`, name)
		case seen[lower]:
			return fault.New(fault.Invalid, `headers has "%s" twice`, name)
		case !isValue(headers[name]):
			return fault.New(fault.Invalid, `headers must have values of visible ASCII, at most %d bytes: "%s"`, maxHeaderValue, name)
		}
		seen[lower] = true
	}
	return nil
}

// isToken knows the names of RFC 9110 §5.6.2.
func isToken(name string) bool {
	return name != "" && len(name) <= maxHeaderName && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// isValue allows spaces inside, as in "Bearer abc", and none at the ends: HTTP would drop them on the way.
func isValue(value string) bool {
	return len(value) <= maxHeaderValue && strings.Trim(value, " ") == value && !strings.ContainsFunc(value, func(r rune) bool {
		return r < ' ' || r >= 0x7f
	})
}

// reserved names are ours, or the connection's.
func reserved(lower string) bool {
	switch lower {
	case "host", "user-agent", "cookie", "expect",
		"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer", "trailers",
		"transfer-encoding", "upgrade", "http2-settings":
		return true
	}
	for _, prefix := range []string{"content-", "webhook-", "x-webhook-", "x-hub-"} {
		if strings.HasPrefix(lower, prefix) {
			return true
		}
	}
	return false
}

// unmask puts the stored values where the caller gave the mask, so that what was read can be written back. A mask with no
// stored value behind it is refused: it would be sent as the value.
func unmask(given, stored map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(given))
	for name, value := range given {
		if value == Mask {
			var ok bool
			if value, ok = lookup(stored, name); !ok {
				return nil, fault.New(fault.Invalid, `headers has no stored value for "%s"; give one`, name)
			}
		}
		out[name] = value
	}
	return out, nil
}

func lookup(headers map[string]string, name string) (string, bool) {
	for n, v := range headers {
		if strings.EqualFold(n, name) {
			return v, true
		}
	}
	return "", false
}
