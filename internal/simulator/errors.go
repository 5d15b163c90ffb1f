package simulator

import "fmt"

// Code is the stable name of a failure; the control API shows it as it is.
type Code string

// The codes.
const (
	CodeInvalid           Code = "invalid_request"
	CodeNotLoopback       Code = "not_loopback"
	CodeUnknownPerson     Code = "unknown_person"
	CodeUnknownGroup      Code = "unknown_group"
	CodeUnknownNewsletter Code = "unknown_newsletter"
	CodeUnknownDevice     Code = "unknown_device"
	CodeUnknownMsg        Code = "unknown_message"
	CodeNoPendingCode     Code = "no_pending_code"
	CodeNotAMember        Code = "not_a_member"
	CodeNotAllowed        Code = "not_allowed"
	CodeNotConnected      Code = "not_connected"
	CodeWrongCode         Code = "wrong_code"
	CodeWrongAccount      Code = "wrong_account"
	CodeLinkRefused       Code = "link_refused"
	CodeBurstRunning      Code = "burst_running"
	CodeExpired           Code = "code_expired"
	CodeNoAnswer          Code = "no_answer"
	CodeNotRunning        Code = "not_running"
)

// Error is a failure that callers tell apart, with a sentence for people.
type Error struct {
	Code    Code
	Message string
}

// Error returns the sentence, or the code when there is none.
func (e *Error) Error() string {
	if e.Message == "" {
		return string(e.Code)
	}
	return e.Message
}

// Is makes every Error equal to the sentinel of its code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Message == ""
}

// The sentinels for errors.Is, one per code.
var (
	ErrInvalid           = &Error{Code: CodeInvalid}       // the request makes no sense; the sentence names the field
	ErrNotLoopback       = &Error{Code: CodeNotLoopback}   // Listen was asked for an address that others could reach
	ErrUnknownPerson     = &Error{Code: CodeUnknownPerson} // nobody has this phone or LID
	ErrUnknownGroup      = &Error{Code: CodeUnknownGroup}
	ErrUnknownNewsletter = &Error{Code: CodeUnknownNewsletter}
	ErrUnknownDevice     = &Error{Code: CodeUnknownDevice}
	ErrUnknownMsg        = &Error{Code: CodeUnknownMsg}    // a reply, reaction, edit or revoke of a message nobody has seen
	ErrNoPendingCode     = &Error{Code: CodeNoPendingCode} // no client shows this QR code or waits for a typed code
	ErrNotAMember        = &Error{Code: CodeNotAMember}
	ErrNotAllowed        = &Error{Code: CodeNotAllowed}   // the group lets only admins write, or nobody
	ErrNotConnected      = &Error{Code: CodeNotConnected} // the device has no connection now
	ErrWrongCode         = &Error{Code: CodeWrongCode}    // the typed code is not the one that the client shows
	ErrWrongAccount      = &Error{Code: CodeWrongAccount} // a typed code is pending, but for another phone
	ErrLinkRefused       = &Error{Code: CodeLinkRefused}  // the account or the client refused; the sentence has the reason
	ErrBurstRunning      = &Error{Code: CodeBurstRunning}
	ErrExpired           = &Error{Code: CodeExpired}    // the QR code belongs to a connection that is over or already linked
	ErrNoAnswer          = &Error{Code: CodeNoAnswer}   // the client did not finish linking in 15 s
	ErrNotRunning        = &Error{Code: CodeNotRunning} // Run has not started or has ended
)

func fail(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
