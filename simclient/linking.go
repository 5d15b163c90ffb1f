package simclient

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// States of linking.
const (
	LinkingNone    = "none"
	LinkingWaiting = "waiting"
	LinkingPasskey = "passkey_requested"
	LinkingConfirm = "waiting_confirmation"
	LinkingDone    = "linked"
	LinkingFailed  = "failed"
)

// LinkedDevice names a linked device.
type LinkedDevice struct {
	JID   string `json:"jid"`
	LID   string `json:"lid"`
	Phone string `json:"phone"`
}

// LinkResult is a linked device, or the status LinkingPasskey while the account demands a passkey.
type LinkResult struct {
	Device *LinkedDevice `json:"device,omitempty"`
	TookMS *int64        `json:"took_ms,omitempty"`
	Status string        `json:"status,omitempty"`
}

// Linking is how far the newest attempt to link has come.
type Linking struct {
	Status    string        `json:"status"`
	PhoneCode string        `json:"phone_code,omitempty"`
	Device    *LinkedDevice `json:"device,omitempty"`
	Error     *Problem      `json:"error,omitempty"`
}

// Problem is why linking failed.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Scan scans the text of a QR code with the person's phone.
func (c *Client) Scan(ctx context.Context, phone, code string) (result LinkResult, err error) {
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "scan"), nil, map[string]string{"code": code}, &result)
	return result, err
}

// EnterCode types the code that a client shows for this number.
func (c *Client) EnterCode(ctx context.Context, phone, code string) (result LinkResult, err error) {
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "enter-code"), nil, map[string]string{"code": code}, &result)
	return result, err
}

// Linking returns how far linking has come, once it is no longer at the status while, or timeout has passed. An empty while
// is the status at the time of the call.
func (c *Client) Linking(ctx context.Context, phone, while string, timeout time.Duration) (linking Linking, err error) {
	query := url.Values{}
	set(query, "while", while)
	set(query, "timeout", duration(timeout))
	_, err = c.call(ctx, http.MethodGet, path("users", phone, "linking"), query, nil, &linking)
	return linking, err
}
