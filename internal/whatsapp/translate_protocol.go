package whatsapp

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// protocol translates the messages that act on others or are meant for the client itself.
func (t *translator) protocol(m *events.Message, c content) session.Batch {
	p := c.msg.GetProtocolMessage()
	newsletter := m.Info.Chat.Server == types.NewsletterServer
	switch p.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		if !newsletter && p.Type != nil && p.GetKey().GetID() != "" {
			return t.revoke(m, p)
		}
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		if !newsletter && m.Info.Chat != types.StatusBroadcastJID && p.GetEditedMessage() != nil {
			return t.edit(m, p)
		}
	case waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE, waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_REQUEST,
		waE2E.ProtocolMessage_MSG_FANOUT_BACKFILL_REQUEST, waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_MESSAGE,
		waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE, waE2E.ProtocolMessage_LID_MIGRATION_MAPPING_SYNC,
		waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION, waE2E.ProtocolMessage_INITIAL_SECURITY_NOTIFICATION_SETTING_SYNC:
		return session.Batch{} // between the account's own devices; history is not fetched by this build
	}
	return t.kept(m)
}

// revoke: a message was deleted for everyone.
func (t *translator) revoke(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	kind := event.MessageDeleted
	if m.Info.Chat == types.StatusBroadcastJID {
		kind = event.StatusDeleted
	}
	e := event.New(kind)
	author, fromMe := t.author(m, p.GetKey())
	e.Data = event.DeletedMessage{
		Ref:       event.Ref{MessageID: p.GetKey().GetID(), Chat: by.chat, Sender: &author, FromMe: fromMe},
		DeletedBy: t.sender(&m.Info), ByAdmin: m.Info.Edit == types.EditAttributeAdminRevoke, DeletedAt: event.TimeOf(m.Info.Timestamp),
	}
	t.place(e, m)
	e.Raw = rawMessage(m)
	return session.Batch{Events: []*event.Event{e}, Learned: by.learned}
}

// author returns who wrote the message that a key names. The key is written from the view of the one who acts: its "from me"
// means the actor.
func (t *translator) author(m *events.Message, k *waCommon.MessageKey) (event.Person, bool) {
	switch j := parse(k.GetParticipant()); {
	case k.GetFromMe():
		return t.sender(&m.Info), m.Info.IsFromMe
	case !j.IsEmpty():
		return t.anyone(j), t.isMe(j)
	case m.Info.IsGroup:
		return t.sender(&m.Info), m.Info.IsFromMe // an own message, by a client that does not say so
	case m.Info.IsFromMe:
		return t.person(m.Info.Chat, m.Info.RecipientAlt, ""), false
	}
	return t.me(types.EmptyJID), true
}

// edit: the content of a message was replaced by its author.
func (t *translator) edit(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	inner := unwrap(&events.Message{Message: p.GetEditedMessage()})
	by := t.parties(&m.Info.MessageSource)
	data := t.body(m, inner, by)
	data.MessageID, data.SentAt = p.GetKey().GetID(), nil
	editedAt := m.Info.Timestamp
	if ms := p.GetTimestampMS(); ms > 0 {
		editedAt = time.UnixMilli(ms)
	}
	e := event.New(event.MessageEdited)
	e.Data = event.EditedMessage{Message: data, EditID: m.Info.ID, EditedAt: event.TimeOf(editedAt), Final: true}
	t.place(e, m)
	e.Raw = rawMessage(m)
	return session.Batch{Events: []*event.Event{e}, Learned: by.learned}
}

// reaction: set, changed or removed.
func (t *translator) reaction(m *events.Message, r *waE2E.ReactionMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	author, fromMe := t.author(m, r.GetKey())
	e := event.New(event.MessageReaction)
	e.Data = event.Reaction{
		Ref: event.Ref{MessageID: r.GetKey().GetID(), Chat: by.chat, Sender: &author, FromMe: fromMe},
		By:  t.sender(&m.Info), ByMe: m.Info.IsFromMe, Emoji: event.Text(r.GetText()), ReactionID: m.Info.ID,
	}
	t.place(e, m)
	e.Raw = rawMessage(m)
	return session.Batch{Events: []*event.Event{e}, Learned: by.learned}
}
