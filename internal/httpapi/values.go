package httpapi

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// instant is a time in an answer: RFC 3339, UTC, milliseconds.
type instant time.Time

const instantForm = "2006-01-02T15:04:05.000Z"

// MarshalJSON implements json.Marshaler.
func (t instant) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(t).UTC().Format(instantForm))
}

// Schema implements huma.SchemaProvider.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Examples: []any{"2025-12-17T10:30:00.412Z"}}
}

// second is the creation time of a webhook, which has whole seconds (contract.md §2.1).
type second time.Time

// MarshalJSON implements json.Marshaler.
func (t second) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(t).UTC().Format(time.RFC3339))
}

// Schema implements huma.SchemaProvider.
func (second) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Examples: []any{"2025-12-17T10:30:00Z"}}
}

// moment returns a time for an answer, nil when it is not known.
func moment(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	i := instant(t)
	return &i
}

// text returns a string for an answer, nil when it is not known.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// positive returns a number for an answer, nil when it is 0.
func positive(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// object is a JSON object of any members, shown as it was given: numbers keep all their digits.
type object json.RawMessage

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	if len(o) == 0 {
		return []byte("{}"), nil
	}
	return o, nil
}

// Schema implements huma.SchemaProvider.
func (object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}
