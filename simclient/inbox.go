package simclient

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Kinds of inbox entries.
const (
	KindMessage  = "message"
	KindReceipt  = "receipt"
	KindPresence = "presence"
	KindTyping   = "typing"
	KindCall     = "call"
	KindGroup    = "group"
	KindError    = "error"
)

// InboxQuery selects entries of an inbox.
type InboxQuery struct {
	After   uint64        // Next of the last page; 0 = the oldest entry kept
	Limit   int           // 0 = 100
	Timeout time.Duration // wait so long for a first entry, at most a minute
	Kinds   []string      // nil = messages; "all" = every kind
}

// InboxPage is a part of an inbox.
type InboxPage struct {
	Entries       []InboxEntry `json:"entries"`
	Next          uint64       `json:"next"`
	DroppedBefore uint64       `json:"dropped_before"`
}

// InboxEntry is something that a person's phone has seen. The fields from ID on belong to some kinds only.
type InboxEntry struct {
	Seq  uint64    `json:"seq"`
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
	From Sender    `json:"from"`
	Chat string    `json:"chat"` // phone or group id

	ID         string   `json:"id,omitempty"`         // message, error
	FromMe     *bool    `json:"from_me,omitempty"`    // message: written on a linked device of this number
	Content    *Content `json:"content,omitempty"`    // message
	Encryption string   `json:"encryption,omitempty"` // message: pkmsg, msg, skmsg
	Retry      *bool    `json:"retry,omitempty"`      // message: sent again after a retry receipt
	Raw        []byte   `json:"raw,omitempty"`        // message: waE2E.Message
	Type       string   `json:"type,omitempty"`       // receipt
	IDs        []string `json:"ids,omitempty"`        // receipt
	Available  *bool    `json:"available,omitempty"`  // presence
	State      string   `json:"state,omitempty"`      // typing, call
	CallID     string   `json:"call_id,omitempty"`    // call
	Change     string   `json:"change,omitempty"`     // group
	Message    string   `json:"message,omitempty"`    // error
}

// Sender names the device that an entry came from; 0 is the phone.
type Sender struct {
	Phone  string `json:"phone"`
	LID    string `json:"lid"`
	Device int    `json:"device"`
}

// Inbox reads what the person's phone has seen.
func (c *Client) Inbox(ctx context.Context, phone string, q InboxQuery) (page InboxPage, err error) {
	query := feedQuery(q.After, q.Limit, q.Timeout)
	set(query, "kind", strings.Join(q.Kinds, ","))
	_, err = c.call(ctx, http.MethodGet, path("users", phone, "inbox"), query, nil, &page)
	return page, err
}

// InboxMedia returns the decrypted file of a received message.
func (c *Client) InboxMedia(ctx context.Context, phone string, seq uint64) ([]byte, error) {
	raw, _, err := c.raw(ctx, http.MethodGet, path("users", phone, "inbox", strconv.FormatUint(seq, 10), "media"), nil, nil)
	return raw, err
}

func feedQuery(after uint64, limit int, timeout time.Duration) url.Values {
	query := url.Values{}
	if after > 0 {
		query.Set("after", strconv.FormatUint(after, 10))
	}
	if limit != 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	set(query, "timeout", duration(timeout))
	return query
}
