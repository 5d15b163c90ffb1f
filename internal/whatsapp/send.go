package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// Send gives a parcel to WhatsApp and waits for its answer. Errors: *message.Refusal is final; every other leaves it unknown
// whether WhatsApp has the message: the same parcel may be sent again, WhatsApp drops the repeat by its id.
func (l *Line) Send(ctx context.Context, p session.Parcel) (session.Accepted, error) {
	to, err := types.ParseJID(p.To)
	if err != nil {
		return session.Accepted{}, refusal(message.Refused, fault.Invalid, "Not a phone number or JID: %q", p.To)
	}
	msg := &waE2E.Message{} // the library changes what it is given; these bytes stay as they are
	if err := proto.Unmarshal(p.Payload, msg); err != nil {
		return session.Accepted{}, &message.Refusal{Reason: message.Refused, Err: fault.Wrap(err, fault.Internal, "Failed to send message")}
	}
	resp, err := l.cli.SendMessage(ctx, to, msg, whatsmeow.SendRequestExtra{ID: p.MessageID})
	if err != nil {
		return session.Accepted{}, sendError(err, to)
	}
	return session.Accepted{At: resp.Timestamp, ServerID: int64(resp.ServerID), ChatName: l.nameOf(to)}, nil
}

func refusal(reason message.Reason, kind fault.Kind, format string, args ...any) *message.Refusal {
	return &message.Refusal{Reason: reason, Err: fault.New(kind, format, args...)}
}

// answeredCode finds the code in the library's text of an answer with an error: there is no typed one.
var answeredCode = regexp.MustCompile(`server returned error (\d+)`)

// sendError sorts what the library says: final answers of WhatsApp become refusals, everything else stays unknown.
func sendError(err error, to types.JID) error {
	var iq *whatsmeow.IQError
	switch {
	case errors.Is(err, whatsmeow.ErrServerReturnedError):
		code := 0
		if m := answeredCode.FindStringSubmatch(err.Error()); m != nil {
			code, _ = strconv.Atoi(m[1]) // digits, by the expression
		}
		return codeRefusal(code, err)
	case strings.Contains(err.Error(), "no LID found"):
		return refusal(message.UnknownRecipient, fault.NotFound, "No WhatsApp account for %s", shown(to))
	case errors.Is(err, whatsmeow.ErrUnknownServer), errors.Is(err, whatsmeow.ErrBroadcastListUnsupported),
		errors.Is(err, whatsmeow.ErrRecipientADJID):
		return &message.Refusal{Reason: message.Refused, Err: fault.Wrap(err, fault.Invalid, "Messages to %s cannot be sent", shown(to))}
	case errors.Is(err, whatsmeow.ErrGroupNotFound), errors.Is(err, whatsmeow.ErrIQNotFound):
		return &message.Refusal{Reason: message.UnknownRecipient, Err: fault.Wrap(err, fault.NotFound, "No such group")}
	case errors.Is(err, whatsmeow.ErrNotInGroup), errors.Is(err, whatsmeow.ErrIQForbidden), errors.Is(err, whatsmeow.ErrIQNotAuthorized):
		return &message.Refusal{Reason: message.Forbidden, Err: fault.Wrap(err, fault.Forbidden, "Not a member of this group")}
	case errors.Is(err, whatsmeow.ErrNotLoggedIn):
		return &message.Refusal{Reason: message.DeviceGone, Err: fault.Wrap(err, fault.Conflict, "Device was logged out; pair it again")}
	case errors.Is(err, whatsmeow.ErrMessageTimedOut), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.GatewayTimeout, "WhatsApp did not answer within 75 s")
	case errors.As(err, &iq) && iq.Code != 0:
		return fault.Wrap(err, fault.BadGateway, "WhatsApp answered %d (%s)", iq.Code, iq.Text)
	}
	return fault.Wrap(err, fault.Unavailable, "WhatsApp could not be asked")
}

// codeRefusal turns the code of an answer into why the message will not be sent.
func codeRefusal(code int, cause error) *message.Refusal {
	r := &message.Refusal{Reason: message.Refused, Err: fault.Wrap(cause, fault.BadGateway, "WhatsApp answered %d%s", code, codeName(code))}
	switch code {
	case 429:
		r.Reason, r.Err = message.RateLimited, fault.Wrap(cause, fault.Throttled, "WhatsApp limits the rate of messages")
	case 463:
		r.Reason, r.Err = message.Timelocked, fault.Wrap(cause, fault.Conflict, "Account may not message new contacts now (WhatsApp answered 463)")
	case 401, 403:
		r.Reason, r.Err = message.Forbidden, fault.Wrap(cause, fault.Forbidden, "WhatsApp answered %d (forbidden)", code)
	case 404:
		r.Reason, r.Err = message.UnknownRecipient, fault.Wrap(cause, fault.NotFound, "WhatsApp answered 404 (no such recipient)")
	}
	return r
}

// codeName names the codes that are known.
func codeName(code int) string {
	switch code {
	case 479:
		return " (smax-invalid)"
	case 400:
		return " (bad-request)"
	case 500:
		return " (internal-server-error)"
	case 503:
		return " (service-unavailable)"
	}
	return ""
}

// shown returns an address as a caller knows it.
func shown(j types.JID) string {
	if phone := phoneOf(j); phone != "" {
		return phone
	}
	return plain(j)
}

// Lookup asks which numbers are on WhatsApp.
//
// Errors: fault.BadGateway, fault.GatewayTimeout: a question without an answer is never a "no".
func (l *Line) Lookup(ctx context.Context, phones []string) ([]session.Registration, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	found, err := l.cli.IsOnWhatsApp(ctx, phones)
	if err != nil {
		return nil, askError(err)
	}
	list := make([]session.Registration, 0, len(found))
	for _, f := range found {
		r := session.Registration{Phone: f.Query, Registered: f.IsIn}
		if f.IsIn {
			r.JID = plain(f.PhoneNumber)
			if f.JID.Server == types.HiddenUserServer {
				r.LID = plain(f.JID)
			} else if r.JID == "" {
				r.JID = plain(f.JID)
			}
		}
		list = append(list, r)
	}
	return list, nil
}

// askError is sendError for questions: nothing about them is final.
func askError(err error) error {
	var iq *whatsmeow.IQError
	switch {
	case errors.Is(err, whatsmeow.ErrIQTimedOut), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.GatewayTimeout, "WhatsApp did not answer in time")
	case errors.As(err, &iq) && iq.Code == 429:
		return fault.Wrap(err, fault.Throttled, "WhatsApp limits the rate of questions")
	case errors.As(err, &iq) && iq.Code != 0:
		return fault.Wrap(err, fault.BadGateway, "WhatsApp answered %d (%s)", iq.Code, iq.Text)
	}
	return fault.Wrap(err, fault.BadGateway, "WhatsApp could not be asked")
}

// PairCode asks for the code that a user types on the phone.
//
// Errors: fault.Invalid for a number that WhatsApp does not take; otherwise as Lookup.
func (l *Line) PairCode(ctx context.Context, phone string, notify bool, client string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	a, err := message.ParseAddress(phone)
	if err != nil {
		return "", err
	}
	code, err := l.cli.PairPhone(ctx, a.User, notify, whatsmeow.PairClientChrome, client)
	switch {
	case err == nil:
		return code, nil
	case errors.Is(err, whatsmeow.ErrPhoneNumberTooShort), errors.Is(err, whatsmeow.ErrPhoneNumberIsNotInternational):
		return "", fault.Wrap(err, fault.Invalid, "Not a phone number: %q", phone)
	}
	return "", askError(err)
}

// Logout unlinks the device at WhatsApp and deletes its keys.
func (l *Line) Logout(ctx context.Context) error {
	if err := l.cli.Logout(ctx); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	return nil
}
