package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// want is an event that the script has caused: its type, the chat whose order it keeps, and what it must say. A path of
// members is joined by dots.
type want struct {
	kind  string
	chat  string // a phone, an id of a group or newsletter, "status", or "d" for the device
	says  map[string]any
	loose bool // its place within the chat is not determined: it comes of another stanza than its neighbours
}

type says map[string]any

func (w want) String() string {
	s := w.kind + " in " + w.chat
	for _, name := range slices.Sorted(maps.Keys(w.says)) {
		s += fmt.Sprintf(" %s=%v", name, w.says[name])
	}
	return s
}

// is reports whether an event is the one that was wanted.
func (w *want) is(e *envelope) bool {
	if e.Type != w.kind {
		return false
	}
	for name, value := range w.says {
		if fmt.Sprint(e.at(strings.Split(name, ".")...)) != fmt.Sprint(value) {
			return false
		}
	}
	return true
}

// explained reports whether a type is one that the script accounts for one by one. The others tell of the connection, which
// kills and cuts make as they like; and of who is who, which the judge knows by itself.
func explained(e *envelope) bool {
	switch e.Type {
	case "device.state_changed", "contact.identity_resolved":
		return false
	}
	family, _, _ := strings.Cut(e.Type, ".")
	return family != "connection" && family != "offline" && family != "appstate"
}
