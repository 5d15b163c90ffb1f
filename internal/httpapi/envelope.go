package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// envelope is the answer of every route that succeeded.
type envelope struct {
	Status  bool    `json:"status"`
	Code    int     `json:"code"`
	Message string  `json:"message"`
	Data    any     `json:"data,omitempty"`
	Page    *paging `json:"page,omitempty"`
}

// paging stands beside the data of a list.
type paging struct {
	Next  *string `json:"next" doc:"Value of after for the next page; null on the last page"`
	Limit int     `json:"limit" doc:"Entries per page"`
}

// failure is the answer of every route that did not succeed.
type failure struct {
	Status  bool   `json:"status"`
	Code    int    `json:"code"`
	Message string `json:"message" doc:"Fixed phrase of the status"`
	Error   string `json:"error" doc:"What is wrong, in one sentence"`
}

// phrases are the messages of failures (contract.md §2.2).
func phrase(status int) string {
	switch status {
	case http.StatusMethodNotAllowed:
		return "Method not allowed"
	case http.StatusRequestEntityTooLarge:
		return "Payload too large"
	case http.StatusUnsupportedMediaType:
		return "Unsupported media type"
	}
	words := strings.ToLower(http.StatusText(status))
	return strings.ToUpper(words[:1]) + words[1:]
}

// encode renders an answer: compact, without the escapes that only HTML needs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// writeLimit is how long a client may take to read an answer.
const writeLimit = 30 * time.Second

// send writes a whole answer.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeLimit)) // not every writer of a test can
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone: nobody is left to be told
}

const jsonType = "application/json"

// sendFailure writes the envelope of a failure with the headers that belong to its status.
func sendFailure(w http.ResponseWriter, f failed) {
	h := w.Header()
	if f.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((f.retryAfter+time.Second-1)/time.Second), 10))
	}
	send(w, f.status, jsonType, f.body())
}
