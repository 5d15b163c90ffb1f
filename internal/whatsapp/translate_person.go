package whatsapp

import (
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// aboutPerson translates what happens to a person; false = something else.
func (t *translator) aboutPerson(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.PushName:
		if v.OldPushName == "" {
			return session.Batch{}, true // the first one is no change; it stands in the message
		}
		return t.renamed(event.PushNameUpdate, v.JID, v.JIDAlt, v.OldPushName, v.NewPushName, v.Message), true
	case *events.BusinessName:
		if v.OldBusinessName == "" {
			return session.Batch{}, true
		}
		return t.renamed(event.BusinessNameUpdate, v.JID, types.EmptyJID, v.OldBusinessName, v.NewBusinessName, v.Message), true
	case *events.IdentityChange:
		data := event.IdentityChanged{User: t.anyone(v.JID), Implicit: v.Implicit}
		return t.personEvent(event.IdentityChange, v.JID, v.Timestamp, "", data), true
	case *events.UserAbout:
		data := event.About{User: t.anyone(v.JID), About: v.Status}
		source := identity(string(event.UserAbout), t.key(v.JID, types.EmptyJID), strconv.FormatInt(v.Timestamp.Unix(), 10), v.Status)
		return t.personEvent(event.UserAbout, v.JID, v.Timestamp, source, data), true
	case *events.Picture:
		return t.picture(v), true
	case *events.Presence:
		data := event.PresenceUpdate{User: t.anyone(v.From), Online: !v.Unavailable, LastSeenAt: event.TimeOf(v.LastSeen)}
		return t.personEvent(event.PresenceChange, v.From, time.Time{}, "", data), true
	case *events.ChatPresence:
		return t.typing(v), true
	}
	return session.Batch{}, false
}

func (t *translator) renamed(kind event.Type, j, alt types.JID, was, is string, m *types.MessageInfo) session.Batch {
	business, push := "", is
	if kind == event.BusinessNameUpdate {
		business, push = is, ""
	}
	data := event.NameUpdate{User: t.verified(j, alt, business, push), Old: was, New: is}
	if m != nil {
		data.MessageID = event.Text(m.ID)
	}
	return t.personEvent(kind, j, time.Time{}, "", data)
}

func (t *translator) personEvent(kind event.Type, j types.JID, at time.Time, source string, data any) session.Batch {
	e := event.New(kind)
	e.Data, e.At, e.Origin, e.SourceKey = data, at, t.origin(at), source
	if e.At.IsZero() {
		e.At = t.now
	}
	e.Key = "c|" + t.key(j, types.EmptyJID)
	return session.Batch{Events: []*event.Event{e}}
}

func (t *translator) typing(v *events.ChatPresence) session.Batch {
	p := t.parties(&v.MessageSource)
	e := event.New(event.ChatPresenceChange)
	media := string(v.Media)
	if media == "" {
		media = "text"
	}
	sender := t.person(v.Sender, v.SenderAlt, "")
	if v.IsFromMe {
		sender = t.me(v.Sender)
	}
	e.Data = event.ChatPresence{Chat: p.chat, Sender: sender, FromMe: v.IsFromMe, State: string(v.State), Media: media}
	e.At, e.Key = t.now, "c|"+p.chatKey
	return session.Batch{Events: []*event.Event{e}}
}
