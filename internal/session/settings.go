package session

// HistoryMode says what becomes of a phone's history.
type HistoryMode string

// The modes.
const (
	HistoryOff    HistoryMode = "off"    // it is not fetched
	HistoryStore  HistoryMode = "store"  // its messages can be looked up
	HistoryEvents HistoryMode = "events" // each message is an event too
)

// Settings are what the owner of a device has set. Every member has a default that is not its zero value in JSON.
type Settings struct {
	History HistoryMode `json:"history,omitempty"` // "" = store
}

// HistoryMode returns the mode, the default filled in.
func (s Settings) HistoryMode() HistoryMode {
	if s.History == "" {
		return HistoryStore
	}
	return s.History
}
