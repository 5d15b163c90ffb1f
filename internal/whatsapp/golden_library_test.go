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
		"JoinedGroup":             func() any { return new(events.JoinedGroup) },
		"GroupInfo":               func() any { return new(events.GroupInfo) },
		"Mute":                    func() any { return new(events.Mute) },
		"Archive":                 func() any { return new(events.Archive) },
		"Pin":                     func() any { return new(events.Pin) },
		"MarkChatAsRead":          func() any { return new(events.MarkChatAsRead) },
		"ClearChat":               func() any { return new(events.ClearChat) },
		"DeleteChat":              func() any { return new(events.DeleteChat) },
		"Star":                    func() any { return new(events.Star) },
		"DeleteForMe":             func() any { return new(events.DeleteForMe) },
		"LabelEdit":               func() any { return new(events.LabelEdit) },
		"LabelAssociationChat":    func() any { return new(events.LabelAssociationChat) },
		"LabelAssociationMessage": func() any { return new(events.LabelAssociationMessage) },
		"Contact":                 func() any { return new(events.Contact) },
		"PushNameSetting":         func() any { return new(events.PushNameSetting) },
		"UnarchiveChatsSetting":   func() any { return new(events.UnarchiveChatsSetting) },
		"UserStatusMute":          func() any { return new(events.UserStatusMute) },
		"AppState":                func() any { return new(events.AppState) },
		"AppStateSyncComplete":    func() any { return new(events.AppStateSyncComplete) },
		"AppStateSyncError":       func() any { return new(events.AppStateSyncError) },
		"CallOffer":               func() any { return new(events.CallOffer) },
		"CallOfferNotice":         func() any { return new(events.CallOfferNotice) },
		"CallAccept":              func() any { return new(events.CallAccept) },
		"CallPreAccept":           func() any { return new(events.CallPreAccept) },
		"CallReject":              func() any { return new(events.CallReject) },
		"CallTerminate":           func() any { return new(events.CallTerminate) },
		"CallTransport":           func() any { return new(events.CallTransport) },
		"CallRelayLatency":        func() any { return new(events.CallRelayLatency) },
		"UnknownCallEvent":        func() any { return new(events.UnknownCallEvent) },
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
