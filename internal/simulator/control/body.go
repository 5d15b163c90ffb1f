package control

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody bounds a request: room for a media file as base64.
const maxBody = 64 << 20

// readBody reads the whole body; none is the empty object.
func (c *call) readBody(w http.ResponseWriter) error {
	raw, err := io.ReadAll(http.MaxBytesReader(w, c.request.Body, maxBody))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return failure(codeTooLarge, "the body is larger than %d bytes", large.Limit)
	}
	if err != nil {
		return invalid("the body ended early")
	}
	if len(strings.TrimSpace(string(raw))) == 0 {
		raw = []byte("{}")
	}
	if !utf8.Valid(raw) {
		return invalid("the body is not UTF-8")
	}
	c.body = raw
	return nil
}

// decode fills a body struct: the defaults of its tags, then what was sent. Errors: simulator.ErrInvalid.
func (c *call) decode(into any) error {
	if !json.Valid(c.body) {
		return invalid("the body is not one JSON object")
	}
	target := reflect.ValueOf(into).Elem()
	if !c.route.partial {
		preset(target)
	}
	if err := (shape{partial: c.route.partial}).check(c.body, target.Type(), "", ""); err != nil {
		return err
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return invalid("the body cannot be read: %v", err)
	}
	return nil
}

// preset fills the fields that have a default tag.
func preset(target reflect.Value) {
	for i := range target.NumField() {
		text, ok := target.Type().Field(i).Tag.Lookup("default")
		switch field := target.Field(i); {
		case !ok:
		case field.Kind() == reflect.String:
			field.SetString(text)
		default:
			// The tags are ours; a test of the API document reads each of them.
			_ = json.Unmarshal([]byte(text), field.Addr().Interface())
		}
	}
}

// instant reads a time of a body; "" is the zero time. Errors: simulator.ErrInvalid.
func instant(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, invalid("%s must be a time such as 2026-11-23T10:00:00Z, not %q", field, text)
	}
	return at, nil
}

// moment is a time of a reply: RFC 3339, UTC, milliseconds.
type moment string

func at(t time.Time) moment {
	if t.IsZero() {
		return ""
	}
	return moment(t.UTC().Format("2006-01-02T15:04:05.000Z"))
}
