package whatsapp

import (
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// undecryptable: a message came that cannot be read yet. The message that replaces it has an identity of its own.
func (t *translator) undecryptable(u *events.UndecryptableMessage) session.Batch {
	p := t.parties(&u.Info.MessageSource)
	sender := t.sender(&u.Info)
	e := event.New(event.MessageUndecryptable)
	e.Data = event.UndecryptableMessage{
		Ref:      event.Ref{MessageID: u.Info.ID, Chat: p.chat, Sender: &sender, FromMe: u.Info.IsFromMe},
		PushName: event.Text(u.Info.PushName), Unavailable: u.IsUnavailable, UnavailableType: event.Text(string(u.UnavailableType)),
		Hidden: u.DecryptFailMode == events.DecryptFailHide, Recovery: recovery(u),
	}
	e.At, e.Origin = u.Info.Timestamp, t.origin(u.Info.Timestamp)
	if e.At.IsZero() {
		e.At = t.now
	}
	e.Key = "c|" + p.chatKey
	e.SourceKey = identity(string(e.Type), p.chatKey, p.senderKey, u.Info.ID)
	return session.Batch{Events: []*event.Event{e}, Learned: p.learned}
}

// recovery says where the content may still come from.
func recovery(u *events.UndecryptableMessage) string {
	switch {
	case u.UnavailableType == events.UnavailableTypeViewOnce:
		return "none"
	case u.IsUnavailable:
		return "phone"
	}
	return "sender"
}
