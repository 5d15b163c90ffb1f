package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Sealed is a rendered event that lacks only its sequence number, which the commit gives.
type Sealed struct {
	*Event
	head, tail []byte
	RawJSON    []byte
}

// tail of the envelope: what comes after `sequence`.
type tail struct {
	Origin  Origin   `json:"origin"`
	Account *Account `json:"account"`
	Data    any      `json:"data"`
}

// Seal renders the event within the limits of a body. One that is too large as a whole is sealed as event.unknown. An error means
// that the payload cannot be marshalled: a bug of the maker.
func (e *Event) Seal() (*Sealed, error) {
	s, err := e.within().seal()
	if err == nil && s.size() > LargestBody {
		s, err = e.tooLarge().seal()
	}
	return s, err
}

func (e *Event) seal() (*Sealed, error) {
	last, err := compact(tail{e.Origin, e.Account, e.Data})
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", e.Type, err)
	}
	s := &Sealed{Event: e, head: e.head(), tail: last[1:]}
	if e.Raw != nil {
		if s.RawJSON, err = e.Raw.render(); err != nil {
			return nil, fmt.Errorf("render raw of %s: %w", e.Type, err)
		}
	}
	return s, nil
}

// head renders what comes before `sequence`, without the closing brace.
func (e *Event) head() []byte {
	b := make([]byte, 0, 224)
	b = appendText(append(b, `{"id":`...), e.ID)
	b = appendText(append(b, `,"type":`...), string(e.Type))
	b = strconv.AppendInt(append(b, `,"version":`...), Version, 10)
	b = e.At.UTC().AppendFormat(append(b, `,"timestamp":"`...), TimeLayout)
	b = append(b, `","device_id":`...)
	if e.DeviceID == "" {
		return append(b, "null"...)
	}
	return appendText(b, e.DeviceID)
}

// appendText appends a string of JSON. Names and ids need no escapes.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\' {
			quoted, _ := compact(s) // a string always marshals
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// sequenceName and sequenceDigits are what Body puts between the parts.
const (
	sequenceName   = `,"sequence":`
	sequenceDigits = 20
)

// size is the most that Body returns.
func (s *Sealed) size() int {
	return len(s.head) + len(sequenceName) + sequenceDigits + 1 + len(s.tail)
}

// Body joins the parts around the sequence number; 0 gives null.
func (s *Sealed) Body(sequence int64) []byte {
	b := make([]byte, 0, s.size())
	b = append(append(b, s.head...), sequenceName...)
	if sequence == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, sequence, 10)
	}
	return append(append(b, ','), s.tail...)
}

// compact marshals without HTML escapes and without the newline of Encoder. Invalid UTF-8 is replaced by encoding/json.
func compact(v any) ([]byte, error) {
	r := renderers.Get().(*renderer)
	defer renderers.Put(r)
	r.buf.Reset()
	if err := r.enc.Encode(v); err != nil {
		*r = *newRenderer() // an encoder remembers its error
		return nil, err
	}
	return bytes.Clone(bytes.TrimSuffix(r.buf.Bytes(), []byte{'\n'})), nil
}

// renderer is a buffer that has grown to the size of an event.
type renderer struct {
	buf *bytes.Buffer
	enc *json.Encoder
}

func newRenderer() *renderer {
	r := &renderer{buf: new(bytes.Buffer)}
	r.enc = json.NewEncoder(r.buf)
	r.enc.SetEscapeHTML(false)
	return r
}

var renderers = sync.Pool{New: func() any { return newRenderer() }}

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
