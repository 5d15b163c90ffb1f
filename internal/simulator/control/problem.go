package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"wapost/internal/simulator"
)

// Codes of failures that happen before the simulator is asked.
const (
	codeForbiddenOrigin simulator.Code = "forbidden_origin"
	codeMediaType       simulator.Code = "unsupported_media_type"
	codeTooLarge        simulator.Code = "too_large"
	codeUnknownPath     simulator.Code = "unknown_path"
	codeMethod          simulator.Code = "method_not_allowed"
	codeInternal        simulator.Code = "internal"
)

// errorReply is the body of every failure.
type errorReply struct {
	Error problem `json:"error"`
}

type problem struct {
	Code    simulator.Code `json:"code" doc:"stable name of the failure"`
	Message string         `json:"message" doc:"a sentence for people; it may change"`
}

// statusOf is the HTTP status of each code.
func statusOf(code simulator.Code) int {
	switch code {
	case simulator.CodeInvalid:
		return http.StatusBadRequest
	case codeForbiddenOrigin:
		return http.StatusForbidden
	case simulator.CodeUnknownPerson, simulator.CodeUnknownGroup, simulator.CodeUnknownNewsletter, simulator.CodeUnknownDevice, simulator.CodeUnknownMsg,
		simulator.CodeNoPendingCode, codeUnknownPath:
		return http.StatusNotFound
	case codeMethod:
		return http.StatusMethodNotAllowed
	case simulator.CodeNotAMember, simulator.CodeNotAllowed, simulator.CodeNotConnected, simulator.CodeWrongCode, simulator.CodeWrongAccount,
		simulator.CodeLinkRefused, simulator.CodeBurstRunning:
		return http.StatusConflict
	case simulator.CodeExpired:
		return http.StatusGone
	case codeTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeMediaType:
		return http.StatusUnsupportedMediaType
	case simulator.CodeNotLoopback:
		return http.StatusMisdirectedRequest
	case simulator.CodeNotRunning:
		return http.StatusServiceUnavailable
	case simulator.CodeNoAnswer:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

// invalid is a 400; the sentence names the field.
func invalid(format string, args ...any) error {
	return failure(simulator.CodeInvalid, format, args...)
}

func failure(code simulator.Code, format string, args ...any) error {
	return &simulator.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// answerError tells a failure of the simulator; what has no code is logged and stays secret.
func (s *Server) answerError(w http.ResponseWriter, r *http.Request, err error) {
	var known *simulator.Error
	if !errors.As(err, &known) {
		if r.Context().Err() == nil {
			s.log.Error("control request failed", "method", r.Method, "path", r.URL.Path, "reason", err)
		}
		writeError(w, http.StatusInternalServerError, codeInternal, "internal error")
		return
	}
	message := known.Error()
	if known.Code == simulator.CodeUnknownPerson {
		message += "; create one with POST /users"
	}
	writeError(w, statusOf(known.Code), known.Code, message)
}

func writeError(w http.ResponseWriter, status int, code simulator.Code, message string) {
	writeJSON(w, status, errorReply{problem{Code: code, Message: message}})
}

// writeJSON writes a reply. A body that cannot be written has no reader any more.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(body)
}
