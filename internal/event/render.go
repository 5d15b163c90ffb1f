package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Sealed is a rendered event that lacks only its sequence number, which the commit gives.
type Sealed struct {
	*Event
	head, tail []byte
	RawJSON    []byte
}

// head and tail of the envelope: `sequence` lies between them.
type head struct {
	ID        string  `json:"id"`
	Type      Type    `json:"type"`
	Version   int     `json:"version"`
	Timestamp Time    `json:"timestamp"`
	DeviceID  *string `json:"device_id"`
}

type tail struct {
	Origin  Origin   `json:"origin"`
	Account *Account `json:"account"`
	Data    any      `json:"data"`
}

// Seal renders the event. An error means that the payload cannot be marshalled: a bug of the maker.
func (e *Event) Seal() (*Sealed, error) {
	h := head{ID: e.ID, Type: e.Type, Version: Version, Timestamp: Time{e.At}}
	if e.DeviceID != "" {
		h.DeviceID = &e.DeviceID
	}
	first, err := compact(h)
	if err != nil {
		return nil, fmt.Errorf("render head of %s: %w", e.Type, err)
	}
	last, err := compact(tail{e.Origin, e.Account, e.Data})
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", e.Type, err)
	}
	s := &Sealed{Event: e, head: first[:len(first)-1], tail: last[1:]}
	if e.Raw != nil {
		if s.RawJSON, err = compact(e.Raw); err != nil {
			return nil, fmt.Errorf("render raw of %s: %w", e.Type, err)
		}
	}
	return s, nil
}

// Body joins the parts around the sequence number; 0 gives null.
func (s *Sealed) Body(sequence int64) []byte {
	const name = `,"sequence":`
	b := make([]byte, 0, len(s.head)+len(name)+20+len(s.tail)+1)
	b = append(append(b, s.head...), name...)
	if sequence == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, sequence, 10)
	}
	return append(append(b, ','), s.tail...)
}

// compact marshals without HTML escapes and without the newline of Encoder. Invalid UTF-8 is replaced by encoding/json.
func compact(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'}), nil
}

// Timestamp reads from the body when the event happened; zero when the body is not ours.
func (r *Recorded) Timestamp() time.Time {
	_, rest, _ := bytes.Cut(r.Body, []byte(`"timestamp":"`)) // before it come only id, type and version
	if len(rest) < len(TimeLayout) {
		return time.Time{}
	}
	t, err := time.Parse(TimeLayout, string(rest[:len(TimeLayout)]))
	if err != nil {
		return time.Time{}
	}
	return t
}
