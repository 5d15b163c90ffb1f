package httppost

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"wapost/internal/delivery"
)

// judge turns a status into a class and a sentence (contract.md §5.5).
func judge(status int) (delivery.Class, string) {
	switch {
	case status >= 200 && status <= 299:
		return "", ""
	case status >= 300 && status <= 399:
		return delivery.ClassRedirect, answered(status) + "; redirects are not followed"
	case status >= 500 && status <= 599:
		return delivery.ClassServerError, answered(status)
	case status < 400 || status > 599:
		return delivery.ClassProtocol, answered(status) + ", which is not a final status"
	}
	switch status {
	case http.StatusGone:
		return delivery.ClassGone, answered(status)
	case http.StatusTooManyRequests:
		return delivery.ClassThrottled, answered(status)
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired,
		http.StatusMisdirectedRequest, http.StatusRequestTimeout, http.StatusTooEarly:
		return delivery.ClassDenied, answered(status)
	}
	return delivery.ClassRefused, answered(status)
}

func answered(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("Endpoint answered %d %s", status, text)
	}
	return fmt.Sprintf("Endpoint answered %d", status)
}

// maxRetryAfter bounds what an endpoint may ask for.
const maxRetryAfter = time.Hour

// retryAfter reads Retry-After, seconds or a date, where the contract heeds it. What cannot be read, or lies in the past,
// asks for nothing.
func retryAfter(status int, h http.Header, now time.Time) time.Duration {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusRequestTimeout, http.StatusTooEarly:
	default:
		return 0
	}
	value := h.Get("Retry-After")
	if value == "" {
		return 0
	}
	if n, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(n, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	t, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(t.Sub(now), 0), maxRetryAfter)
}
