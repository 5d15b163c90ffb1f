package simclient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Message is what a person writes; exactly one content must be given.
type Message struct {
	To string `json:"to"` // phone, LID, group id or "status"
	ID string `json:"id,omitempty"`

	Text     string    `json:"text,omitempty"`
	Image    *File     `json:"image,omitempty"`
	Video    *File     `json:"video,omitempty"`
	Audio    *File     `json:"audio,omitempty"`
	Document *File     `json:"document,omitempty"`
	Sticker  *File     `json:"sticker,omitempty"`
	Location *Location `json:"location,omitempty"`
	Contacts []Card    `json:"contacts,omitempty"`
	Poll     *Poll     `json:"poll,omitempty"`
	Vote     *Vote     `json:"vote,omitempty"`
	Event    *Event    `json:"event,omitempty"`
	Answer   *Answer   `json:"answer,omitempty"`
	Reaction *Reaction `json:"reaction,omitempty"`
	Edit     *Edit     `json:"edit,omitempty"`
	Revoke   *Revoke   `json:"revoke,omitempty"`
	Pin      *Pin      `json:"pin,omitempty"`
	Comment  *Comment  `json:"comment,omitempty"`
	Raw      []byte    `json:"raw,omitempty"` // waE2E.Message

	RawJSON json.RawMessage `json:"raw_json,omitempty"` // waE2E.Message as protobuf JSON
	Secret  bool            `json:"secret,omitempty"`   // for encrypted reactions, edits and comments

	ReplyTo    string    `json:"reply_to,omitempty"`
	Mentions   []string  `json:"mentions,omitempty"` // phones
	Forwarded  bool      `json:"forwarded,omitempty"`
	ExpiresS   int       `json:"expires_s,omitempty"`
	At         time.Time `json:"at,omitzero"`
	Addressing string    `json:"addressing,omitempty"` // "lid", "pn", "lid_only" or "pn_only"

	FromDevice int `json:"from_device,omitempty"` // number of a simulated second device; 0 = the phone

	Corrupt     bool   `json:"corrupt,omitempty"`
	NoSenderKey bool   `json:"no_sender_key,omitempty"`
	Unavailable bool   `json:"unavailable,omitempty"`
	Only        string `json:"only,omitempty"` // device

	ViewOnceMasked bool `json:"view_once_masked,omitempty"` // Unavailable as for a view-once message
	TopLevel       bool `json:"top_level,omitempty"`        // a status update that clients drop
}

// File is an attached file: either Data, or Size bytes that the simulator makes up.
type File struct {
	Data     []byte `json:"data,omitempty"`
	Size     int    `json:"size,omitempty"`
	Mimetype string `json:"mimetype,omitempty"`
	Thumb    []byte `json:"thumbnail,omitempty"` // a small JPEG that comes with the message
	Caption  string `json:"caption,omitempty"`   // image, video, document
	FileName string `json:"file_name,omitempty"` // document
	Voice    bool   `json:"voice,omitempty"`     // audio
	Seconds  int    `json:"seconds,omitempty"`   // audio, video
	Gone     int    `json:"gone,omitempty"`      // downloads are answered with this status
}

// Reaction to a message; an empty Emoji takes it back.
type Reaction struct {
	ID        string `json:"id"`
	Emoji     string `json:"emoji"`
	Encrypted bool   `json:"encrypted,omitempty"` // with the secret of the message
}

// Edit is a new text for an own message.
type Edit struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	Encrypted bool   `json:"encrypted,omitempty"` // with the secret of the message
}

// Revoke deletes a message for everyone.
type Revoke struct {
	ID string `json:"id"`
}

// Sent is a message on its way.
type Sent struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	At      time.Time `json:"at"`
	Devices []Target  `json:"devices"`
	Acked   bool      `json:"acked"`
	AckMS   *int64    `json:"ack_ms,omitempty"`
}

// Target is where a message stands at one device: queued, sent, acked or dropped.
type Target struct {
	JID   string `json:"jid"`
	State string `json:"state"`
}

// Send writes a message and returns once it is queued for every device.
func (c *Client) Send(ctx context.Context, phone string, m Message) (sent Sent, err error) {
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "messages"), nil, m, &sent)
	return sent, err
}

// SendAcked writes a message and waits until every device has acknowledged, or timeout has passed: then Acked is false.
func (c *Client) SendAcked(ctx context.Context, phone string, m Message, timeout time.Duration) (sent Sent, err error) {
	query := url.Values{"wait": {"acked"}, "timeout": {timeout.String()}}
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "messages"), query, m, &sent)
	return sent, err
}

// NewBurst is a row of numbered messages.
type NewBurst struct {
	To         string `json:"to"`
	Count      int    `json:"count"`
	IntervalMS int    `json:"interval_ms,omitempty"`
	Text       string `json:"text,omitempty"` // {n} becomes the number
	IDPrefix   string `json:"id_prefix,omitempty"`
}

// BurstStarted tells the ids: the prefix and six digits, from First to Last.
type BurstStarted struct {
	IDPrefix string `json:"id_prefix"`
	First    int    `json:"first"`
	Last     int    `json:"last"`
}

// Burst is how far the newest burst has come.
type Burst struct {
	IDPrefix string `json:"id_prefix"`
	Sent     int    `json:"sent"`
	Count    int    `json:"count"`
	Acked    int    `json:"acked"`
	Running  bool   `json:"running"`
	Error    string `json:"error,omitempty"`
}

// StartBurst begins a burst.
func (c *Client) StartBurst(ctx context.Context, phone string, b NewBurst) (started BurstStarted, err error) {
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "burst"), nil, b, &started)
	return started, err
}

// Burst returns the newest burst; it is all zero when there was none.
func (c *Client) Burst(ctx context.Context, phone string) (burst Burst, err error) {
	_, err = c.call(ctx, http.MethodGet, path("users", phone, "burst"), nil, nil, &burst)
	return burst, err
}

// StopBurst stops a burst.
func (c *Client) StopBurst(ctx context.Context, phone string) (burst Burst, err error) {
	_, err = c.call(ctx, http.MethodDelete, path("users", phone, "burst"), nil, nil, &burst)
	return burst, err
}
