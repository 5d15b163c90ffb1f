package sink

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// notice is what the ledger wants to know of a request.
type notice struct {
	id       [16]byte
	typ      string
	device   string
	key      string // events with the same one must come in order
	sequence int64  // 0 = none
	attempt  int
	replayed bool // sent again on somebody's wish: it may come at any time
	live     bool
	happened time.Time // by WhatsApp's clock; zero = not told
	recorded time.Time // by the gateway's, from the id
	at       time.Time
	refusal  int // status, when it is refused
}

var errID = errors.New("webhook-id is not evt_ and a UUIDv7")

// decode reads a request by the contract and refuses what the contract does not allow.
func decode(h http.Header, body []byte, at time.Time) (notice, error) {
	var e struct {
		ID        string    `json:"id"`
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		DeviceID  string    `json:"device_id"`
		Sequence  int64     `json:"sequence"`
		Origin    string    `json:"origin"`
		Data      struct {
			Chat  named `json:"chat"`
			Group named `json:"group"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return notice{}, fmt.Errorf("the body is not an envelope: %w", err)
	}
	if e.ID != h.Get("Webhook-Id") || e.Type == "" || e.Type != h.Get("X-Webhook-Event") {
		return notice{}, errors.New("headers and body tell different events")
	}
	id, recorded, err := readID(e.ID)
	if err != nil {
		return notice{}, err
	}
	attempt, _ := strconv.Atoi(h.Get("Webhook-Attempt")) // 0 when it is missing, which no try is
	n := notice{id: id, typ: e.Type, device: e.DeviceID, sequence: e.Sequence, attempt: attempt, replayed: h.Get("Webhook-Replay") == "true", live: e.Origin == "live",
		happened: e.Timestamp, recorded: recorded, at: at}
	family, _, _ := strings.Cut(e.Type, ".")
	switch {
	case e.Data.Chat != "":
		n.key = e.DeviceID + " " + string(e.Data.Chat)
	case e.Data.Group != "":
		n.key = e.DeviceID + " " + string(e.Data.Group)
	default:
		n.key = e.DeviceID + " " + family
	}
	return n, nil
}

// readID reads an event id; the first 48 bits of a UUIDv7 are milliseconds.
func readID(text string) (id [16]byte, recorded time.Time, err error) {
	digits, ok := strings.CutPrefix(text, "evt_")
	b, err := hex.DecodeString(strings.ReplaceAll(digits, "-", ""))
	if !ok || err != nil || len(b) != len(id) || b[6]>>4 != 7 {
		return id, recorded, errID
	}
	copy(id[:], b)
	var ms int64
	for _, x := range b[:6] {
		ms = ms<<8 | int64(x)
	}
	return id, time.UnixMilli(ms), nil
}

// named is the JID of a chat, given as such or as a member of an object.
type named string

// UnmarshalJSON takes any value; what names no chat is "".
func (n *named) UnmarshalJSON(b []byte) error {
	var object struct {
		JID string `json:"jid"`
	}
	var text string
	switch {
	case json.Unmarshal(b, &object) == nil:
		*n = named(object.JID)
	case json.Unmarshal(b, &text) == nil:
		*n = named(text)
	}
	return nil
}
