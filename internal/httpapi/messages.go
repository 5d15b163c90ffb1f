package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/outbox"
)

// SendFields are the members that every kind of message has (api.md §1.6). It is exported because the schema generator skips
// embedded structs that are not.
type SendFields struct {
	ReplyTo   *replyTo   `json:"reply_to,omitempty"`
	Mentions  []string   `json:"mentions,omitempty" nullable:"true" doc:"People whose @<digits> in the text is linked; all = everyone"`
	Ephemeral *ephemeral `json:"ephemeral,omitempty"`
	Forwarded *bool      `json:"forwarded,omitempty" nullable:"true" default:"false"`
	ClientRef *string    `json:"client_ref,omitempty" nullable:"true" maxLength:"128" doc:"Returned in events and status"`
	ExpiresIn *int       `json:"expires_in,omitempty" nullable:"true" minimum:"1" default:"86400" doc:"Seconds after which an unsent message is given up"`
}

type textBody struct {
	Text string `json:"text" minLength:"1"`
	SendFields
}

type messageBody struct {
	To   string  `json:"to" doc:"JID, or phone number in international form"`
	Kind *string `json:"kind,omitempty" nullable:"true" enum:"text" default:"text"`
	Text string  `json:"text" minLength:"1"`
	SendFields
}

// ResultFields is the Result of the API (api.md §1.5).
type ResultFields struct {
	MessageID string     `json:"message_id"`
	Chat      event.Chat `json:"chat"`
	State     string     `json:"state" enum:"queued,sending,sent,failed,cancelled"`
	SentAt    *instant   `json:"sent_at" nullable:"true"`
	ServerID  *int64     `json:"server_id"`
	ClientRef *string    `json:"client_ref"`
}

type sendParams struct {
	Wait int `query:"wait" default:"20" minimum:"0" maximum:"60" doc:"Seconds to wait for WhatsApp; 0 = queue"`
}

type chatSendParams struct {
	sendParams
	Chat string `path:"chat" doc:"JID, or phone number in international form"`
}

// The two answers to a send.
const (
	sentMessage   = "Message sent"
	queuedMessage = "Message queued"
)

func (a *API) messageRoutes() {
	also := map[int]string{http.StatusAccepted: queuedMessage}
	mount(a, operation[sendParams, messageBody, ResultFields]{
		method: http.MethodPost, path: "/messages", tag: tagMessages, id: "send-message", auth: deviceUser,
		summary: "Send a message", message: sentMessage, also: also, fallback: "Failed to send message",
		errors: []int{403, 410, 502, 504}, handle: func(ctx context.Context, c *call, p sendParams, b messageBody) (ResultFields, error) {
			m := b.outgoing(b.Text)
			m.To, m.Kind = b.To, message.Kind(or(b.Kind, string(message.Text)))
			return a.submit(ctx, c, m, p.Wait, b.ExpiresIn)
		},
	})
	mount(a, operation[chatSendParams, textBody, ResultFields]{
		method: http.MethodPost, path: "/chats/{chat}/messages", tag: tagMessages, id: "send-text", auth: deviceUser,
		summary: "Send a text message", message: sentMessage, also: also, fallback: "Failed to send message",
		errors: []int{403, 410, 502, 504}, handle: func(ctx context.Context, c *call, p chatSendParams, b textBody) (ResultFields, error) {
			m := b.outgoing(b.Text)
			m.To, m.Kind = p.Chat, message.Text
			return a.submit(ctx, c, m, p.Wait, b.ExpiresIn)
		},
	})
}

func (f SendFields) outgoing(content string) message.Outgoing {
	m := message.Outgoing{
		Text: content, Mentions: f.Mentions, Forwarded: or(f.Forwarded, false),
		ClientRef: or(f.ClientRef, ""),
	}
	if f.ReplyTo != nil {
		m.ReplyTo = &message.ReplyTo{MessageID: f.ReplyTo.MessageID, Chat: f.ReplyTo.Chat, Sender: f.ReplyTo.Sender, Text: f.ReplyTo.Text}
	}
	if f.Ephemeral != nil && !f.Ephemeral.inherit {
		m.Ephemeral = &f.Ephemeral.seconds
	}
	return m
}

// maxExpiry bounds expires_in before it becomes a duration, so that no number overflows into a valid one.
const maxExpiry = int(message.MaxExpiry / time.Second)

// submit hands a message to the outbox and says how far it came.
func (a *API) submit(ctx context.Context, c *call, m message.Outgoing, wait int, expiresIn *int) (ResultFields, error) {
	if expiresIn != nil {
		if *expiresIn < 1 || *expiresIn > maxExpiry {
			return ResultFields{}, fault.New(fault.Invalid, "expires_in must be 1 to %d seconds", maxExpiry)
		}
		m.ExpiresIn = seconds(*expiresIn)
	}
	if err := m.Validate(); err != nil {
		return ResultFields{}, err
	}
	r, err := a.Outbox.Submit(ctx, c.account, c.deviceID, m, outbox.Options{Wait: seconds(wait), IdempotencyKey: c.r.Header.Get("Idempotency-Key")})
	if err != nil {
		return ResultFields{}, err
	}
	if r.State != outbox.Sent {
		c.answer(http.StatusAccepted, queuedMessage)
	}
	return viewResult(r), nil
}

func viewResult(r outbox.Result) ResultFields {
	v := ResultFields{MessageID: r.MessageID, Chat: r.Chat, State: string(r.State), SentAt: moment(r.SentAt), ClientRef: text(r.ClientRef)}
	if r.ServerID != 0 {
		v.ServerID = &r.ServerID
	}
	return v
}

// replyTo is a message id, or an object for a message that we may not know.
type replyTo struct {
	MessageID string `json:"message_id"`
	Chat      string `json:"chat,omitempty" doc:"Of the message, when it is not the chat that the reply goes to"`
	Sender    string `json:"sender,omitempty" doc:"Who wrote it; needed with text when the message is not known here"`
	Text      string `json:"text,omitempty" doc:"What it says; a message that is known here is quoted as it is"`
}

// SetName implements strict.Named: the string form.
func (r *replyTo) SetName(id string) { r.MessageID = id }

// ephemeral is "inherit" or a number of seconds.
type ephemeral struct {
	inherit bool
	seconds int
}

// Set implements strict.Value.
func (e *ephemeral) Set(raw json.RawMessage) bool {
	if string(raw) == `"inherit"` {
		e.inherit = true
		return true
	}
	return json.Unmarshal(raw, &e.seconds) == nil
}

// Must implements strict.Value.
func (*ephemeral) Must() string { return `"inherit" or a number of seconds` }
