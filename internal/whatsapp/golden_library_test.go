package whatsapp

import (
	"bytes"
	"encoding/json"
	"testing"

	"go.mau.fi/whatsmeow/types/events"
)

// librarySays is a struct of the library other than a message or a receipt, as a test writes it down.
type librarySays struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

func (s *librarySays) event(t *testing.T) any {
	t.Helper()
	make, ok := map[string]func() any{
		"JoinedGroup": func() any { return new(events.JoinedGroup) },
		"GroupInfo":   func() any { return new(events.GroupInfo) },
	}[s.Type]
	if !ok {
		t.Fatalf("the tests do not know %q of the library", s.Type)
	}
	evt := make()
	dec := json.NewDecoder(bytes.NewReader(s.Value))
	dec.DisallowUnknownFields()
	if err := dec.Decode(evt); err != nil {
		t.Fatalf("%s: %v", s.Type, err)
	}
	return evt
}
