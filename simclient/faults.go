package simclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Faults is everything that can be made to go wrong.
type Faults struct {
	MuteHello        bool             `json:"mute_hello"`
	MutePings        bool             `json:"mute_pings"`
	DropAcks         bool             `json:"drop_acks"`
	RefuseLogin      *RefuseLogin     `json:"refuse_login"`
	AckError         *AckError        `json:"ack_error"`
	NoAck            *NoAck           `json:"no_ack"`
	QueryError       *QueryFault      `json:"query_error"`
	QuerySilence     *QueryFault      `json:"query_silence"`
	LatencyMS        int              `json:"latency_ms"`
	Wire             string           `json:"wire"` // "up" or "down"
	AckDeadlineMS    int              `json:"ack_deadline_ms"`
	WithholdBehind   bool             `json:"withhold_behind_unacked"`
	PageSize         int              `json:"page_size"`
	HarshClose       bool             `json:"harsh_close"`
	OfflineOnSuccess bool             `json:"offline_on_success"`
	PNAddressing     bool             `json:"pn_addressing"`
	PairTimeoutMS    int              `json:"pair_timeout_ms"`
	Media            *MediaFault      `json:"media"`
	MediaRetry       *MediaRetryFault `json:"media_retry"`
}

// RefuseLogin answers logins with a failure. In all faults Times 0 = once, below 0 = for ever.
type RefuseLogin struct {
	Reason  int    `json:"reason"`
	Times   int    `json:"times"`
	Code    string `json:"code,omitempty"`
	ExpireS int    `json:"expire_s,omitempty"`
	Message string `json:"message,omitempty"`
}

// AckError acknowledges messages of the client with an error; they reach nobody.
type AckError struct {
	Code  int    `json:"code"`
	Times int    `json:"times"`
	To    string `json:"to,omitempty"`
}

// NoAck leaves messages of the client without an ack.
type NoAck struct {
	Times int    `json:"times"`
	Then  string `json:"then"` // "nothing" or "kick"
}

// QueryFault selects queries of the client.
type QueryFault struct {
	XMLNS string `json:"xmlns"`
	Child string `json:"child,omitempty"`
	Code  int    `json:"code,omitempty"`
	Times int    `json:"times"`
}

// MediaFault answers media requests with a status, late, slowly, or with another file than the one that was asked for.
type MediaFault struct {
	Status    int  `json:"status"` // 0 = serve normally
	Times     int  `json:"times"`
	DelayMS   int  `json:"delay_ms,omitempty"`
	Corrupt   bool `json:"corrupt,omitempty"`     // one bit of the file is wrong, and so its hash
	BytesPerS int  `json:"bytes_per_s,omitempty"` // 0 = as fast as possible
	CutAfter  int  `json:"cut_after,omitempty"`   // the connection is cut after so many bytes
}

// MediaRetryFault says what phones answer when they are asked to upload a file once more.
type MediaRetryFault struct {
	Answer  string `json:"answer,omitempty"` // "upload" (default), "not_found", "decryption_error", "general_error", "error" or "silence"
	Times   int    `json:"times"`
	DelayMS int    `json:"delay_ms,omitempty"`
}

// Scope says whom faults concern: all, one phone, or one device.
type Scope struct {
	Phone, Device string
}

func (s Scope) query() url.Values {
	query := url.Values{}
	set(query, "phone", s.Phone)
	set(query, "device", s.Device)
	return query
}

// Faults returns the faults of a scope.
func (c *Client) Faults(ctx context.Context, scope Scope) (faults Faults, err error) {
	_, err = c.call(ctx, http.MethodGet, "/faults", scope.query(), nil, &faults)
	return faults, err
}

// ChangeFaults lets change edit the faults of a scope and sends the fields that it changed.
func (c *Client) ChangeFaults(ctx context.Context, scope Scope, change func(*Faults)) (faults Faults, err error) {
	before, err := c.Faults(ctx, scope)
	if err != nil {
		return Faults{}, err
	}
	old, err := members(before)
	if err != nil {
		return Faults{}, err
	}
	change(&before)
	next, err := members(before)
	if err != nil {
		return Faults{}, err
	}
	for name, value := range old {
		if bytes.Equal(value, next[name]) {
			delete(next, name)
		}
	}
	_, err = c.call(ctx, http.MethodPost, "/faults", scope.query(), next, &faults)
	return faults, err
}

// members are the fields of the faults, encoded one by one: a change may have touched what a pointer points to.
func members(f Faults) (fields map[string]json.RawMessage, err error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode faults: %w", err)
	}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, fmt.Errorf("encode faults: %w", err)
	}
	return fields, nil
}

// ClearFaults turns the faults of a scope off; the scope of all clears every scope.
func (c *Client) ClearFaults(ctx context.Context, scope Scope) (faults Faults, err error) {
	_, err = c.call(ctx, http.MethodDelete, "/faults", scope.query(), nil, &faults)
	return faults, err
}
