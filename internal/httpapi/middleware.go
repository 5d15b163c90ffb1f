package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// withRequestID gives every request an id and every answer the headers that all answers have, and logs the request.
func (a *API) withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-ID")
		if !requestIDForm.MatchString(id) {
			id = uuid.NewString()
		}
		h := w.Header()
		h.Set("X-Request-ID", id)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'") // answers are data, not pages
		seen, start := &watched{ResponseWriter: w}, time.Now()
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		next.ServeHTTP(seen, r)
		a.observe(seen, r.Pattern, start)
		a.log.DebugContext(r.Context(), "request", "method", r.Method, "route", r.Pattern, "status", seen.status,
			"duration_ms", time.Since(start).Milliseconds())
	})
}

// watched remembers whether an answer was begun.
type watched struct {
	http.ResponseWriter
	status   int
	fallback string // what a panic is answered
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// withRecover turns a panic into a 500. One that comes after the first byte cuts the connection, because nothing else tells
// the client that the answer is not whole.
func (a *API) withRecover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // a panic carries this very value
				panic(p)
			}
			a.log.ErrorContext(r.Context(), "panic in a handler", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			fallback := "Failed to handle the request"
			if seen, ok := w.(*watched); ok && seen.status != 0 {
				panic(http.ErrAbortHandler)
			} else if ok && seen.fallback != "" {
				fallback = seen.fallback
			}
			sendFailure(w, failed{status: http.StatusInternalServerError, sentence: fallback})
		}()
		next.ServeHTTP(w, r)
	})
}

// The headers of CORS: what scripts of an allowed origin may send and read. Credentials of the browser (cookies) are never
// allowed: callers authenticate with headers of their own.
const (
	corsMethods = "GET, POST, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Range, X-Admin-Secret, X-API-Key, X-Device-ID, X-Request-ID, Last-Event-ID"
	corsExposed = "Allow, Content-Disposition, Content-Range, ETag, Idempotent-Replayed, Retry-After, X-Request-ID"
)

func (a *API) withCORS(next http.Handler) http.Handler {
	if len(a.Origins) == 0 {
		return next
	}
	any := slices.Contains(a.Origins, "*")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin, h := r.Header.Get("Origin"), w.Header()
		h.Add("Vary", "Origin")
		allowed := origin != "" && (any || slices.Contains(a.Origins, origin))
		if allowed {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", corsExposed)
		}
		if allowed && r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", corsMethods)
			h.Set("Access-Control-Allow-Headers", corsHeaders)
			h.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cleanBase gives a base path its one form: "" or "/a/b".
func cleanBase(base string) string {
	base = strings.Trim(base, "/")
	if base == "" {
		return ""
	}
	return "/" + base
}
