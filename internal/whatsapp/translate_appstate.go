package whatsapp

import (
	"errors"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// errNoAddress: an entry of the app state names no chat or person that we can read.
var errNoAddress = errors.New("the entry has no address")

// errNoValue: an entry of the app state lacks the value that says what was changed.
var errNoValue = errors.New("the entry has no value")

// appState translates what the account's devices changed among themselves; false = something else.
func (t *translator) appState(evt any) (session.Batch, bool) {
	for _, family := range []func(any) (session.Batch, bool){t.chatSetting, t.messageMark, t.label, t.ownSetting} {
		if b, ok := family(evt); ok {
			return b, true
		}
	}
	return session.Batch{}, false
}

// entry is a change of the app state on its way to an event. The library leaves the address empty when it cannot read it.
type entry struct {
	evt     any
	kind    event.Type
	jid     types.JID // chat or person; empty for settings of the account
	alt     types.JID // its other address, if the entry gave it
	at      time.Time
	missing bool // the value that says what was changed is not there
}

// chatEntry makes the event of a change that is about a chat or a person.
func (t *translator) chatEntry(n entry, data any) (session.Batch, bool) {
	switch {
	case n.missing:
		return t.unknown(n.evt, convertFailed, errNoValue), true
	case n.jid.IsEmpty():
		return t.unknown(n.evt, convertFailed, errNoAddress), true
	}
	return t.stateEvent(n, "c|"+t.key(n.jid, n.alt), data), true
}

// accountEntry makes the event of a change that is about the account.
func (t *translator) accountEntry(n entry, data any) (session.Batch, bool) {
	if n.missing {
		return t.unknown(n.evt, convertFailed, errNoValue), true
	}
	return t.stateEvent(n, "d", data), true
}

func (t *translator) stateEvent(n entry, key string, data any) session.Batch {
	e := event.New(n.kind)
	e.Data, e.Key, e.At = data, key, t.now
	if stamped(n.at) {
		e.At, e.Origin = n.at, t.origin(n.at)
		e.SourceKey = identity(string(n.kind), strconv.FormatInt(n.at.UnixMilli(), 10), digest(n.evt))
	}
	e.Raw = rawEvent(n.evt)
	return session.Batch{Events: []*event.Event{e}}
}

// stamped reports whether a time of the library is one: it writes "never" as the zero time or as the epoch.
func stamped(at time.Time) bool { return at.Unix() > 0 }

// timeOf returns a time of the library for a payload, nil for "never".
func timeOf(at time.Time) *event.Time {
	if !stamped(at) {
		return nil
	}
	return event.TimeOf(at)
}

// secondsOf is timeOf for Unix seconds.
func secondsOf(s int64) *event.Time { return timeOf(time.Unix(s, 0)) }

// chatOf returns the chat of an entry.
func (t *translator) chatOf(j types.JID) event.Chat { return t.chat(j.ToNonAD(), types.EmptyJID) }

// ownSetting translates settings of the account itself, and its address book.
func (t *translator) ownSetting(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.Contact:
		return t.contact(v)
	case *events.PushNameSetting:
		return t.accountEntry(entry{evt: evt, kind: event.PushNameSet, at: v.Timestamp, missing: v.Action == nil},
			event.PushNameSetting{PushName: v.Action.GetName()})
	case *events.UnarchiveChatsSetting:
		return t.accountEntry(entry{evt: evt, kind: event.UnarchiveChatsSet, at: v.Timestamp, missing: v.Action == nil},
			event.UnarchiveChats{Unarchive: v.Action.GetUnarchiveChats()})
	case *events.UserStatusMute:
		return t.chatEntry(entry{evt: evt, kind: event.StatusMuted, jid: v.JID, at: v.Timestamp, missing: v.Action == nil},
			event.StatusMute{User: t.anyone(v.JID), Muted: v.Action.GetMuted()})
	case *events.AppState:
		return t.patch(v), true
	}
	return session.Batch{}, false
}

// contact translates a change of the address book.
func (t *translator) contact(v *events.Contact) (session.Batch, bool) {
	alt := parse(v.Action.GetLidJID())
	if v.JID.Server == types.HiddenUserServer {
		alt = parse(v.Action.GetPnJID())
	}
	data := event.ContactUpdate{Contact: t.entered(v.JID, alt, firstOf(v.Action.GetFullName(), v.Action.GetFirstName())),
		FirstName: event.Text(v.Action.GetFirstName()), FullName: event.Text(v.Action.GetFullName()), Username: event.Text(v.Action.GetUsername())}
	if v.Action != nil {
		data.SavedOnPhone = v.Action.SaveOnPrimaryAddressbook
	}
	b, ok := t.chatEntry(entry{evt: v, kind: event.ContactUpdated, jid: v.JID, alt: alt, at: v.Timestamp, missing: v.Action == nil}, data)
	var p parties
	p.learn(t.people, v.JID, alt)
	b.Learned = p.learned
	return b, ok
}

// entered returns someone by the name in the address book; "" = the entry has none.
func (t *translator) entered(j, alt types.JID, name string) event.Person {
	p := t.person(j, alt, "")
	if name != "" {
		p.Name = &name
	}
	return p
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
