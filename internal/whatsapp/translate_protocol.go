package whatsapp

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// protocol translates the messages that act on others or are meant for the client itself; false = content after all.
func (t *translator) protocol(m *events.Message, c *content) (session.Batch, bool) {
	p := c.msg.GetProtocolMessage()
	if p.Type == nil { // the first type has the number 0, and is not meant
		return t.otherProtocol(m, p, "unknown"), true
	}
	switch p.GetType() {
	case waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION:
		return t.historyNotice(m, p), true
	case waE2E.ProtocolMessage_REVOKE:
		if p.GetKey().GetID() != "" || m.Info.Chat.Server == types.NewsletterServer {
			return t.revoke(m, p), true
		}
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		if p.GetEditedMessage() != nil {
			return t.edit(m, p), true
		}
	case waE2E.ProtocolMessage_STATUS_MENTION_MESSAGE:
		return session.Batch{}, false
	case waE2E.ProtocolMessage_EPHEMERAL_SETTING:
		return t.timer(m, p), true
	case waE2E.ProtocolMessage_SHARE_PHONE_NUMBER:
		return t.phoneShared(m), true
	case waE2E.ProtocolMessage_LIMIT_SHARING:
		return t.limitSharing(m, c), true
	case waE2E.ProtocolMessage_GROUP_MEMBER_LABEL_CHANGE:
		return t.memberLabel(m, p), true
	case waE2E.ProtocolMessage_APP_STATE_FATAL_EXCEPTION_NOTIFICATION:
		return t.collectionsFailed(m, p), true
	case waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE, waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_REQUEST,
		waE2E.ProtocolMessage_MSG_FANOUT_BACKFILL_REQUEST, waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_MESSAGE,
		waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE, waE2E.ProtocolMessage_LID_MIGRATION_MAPPING_SYNC:
		return session.Batch{}, true // between the account's own devices
	}
	return t.otherProtocol(m, p, lower(p.GetType())), true
}

// otherProtocol: a protocol message without a type of its own.
func (t *translator) otherProtocol(m *events.Message, p *waE2E.ProtocolMessage, name string) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	e := event.New(event.MessageProtocol)
	e.Data = event.ProtocolMessage{Ref: t.self(m, by), ProtocolType: name, TargetMessageID: event.Text(p.GetKey().GetID())}
	return t.placed(e, m, by)
}

// historyNotice: the phone has a part of its history ready. Only our own phone may say so.
func (t *translator) historyNotice(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	n := p.GetHistorySyncNotification()
	if n == nil || !m.Info.IsFromMe {
		return session.Batch{}
	}
	job, err := notice(&m.Info, n)
	if err != nil {
		return t.otherProtocol(m, p, lower(p.GetType()))
	}
	return session.Batch{Notices: []session.Notice{job}}
}

// revoke: a message was deleted for everyone. Whose message that was is the word of who deletes it; only a group has admins, and
// there WhatsApp's server looks whether the sender is one.
func (t *translator) revoke(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	if m.Info.Chat.Server == types.NewsletterServer {
		return t.deletedPost(m, by, p.GetKey().GetID())
	}
	kind := event.MessageDeleted
	if m.Info.Chat == types.StatusBroadcastJID {
		kind = event.StatusDeleted
	}
	ref, word := t.target(m, p.GetKey(), by), t.wordOf(m)
	if word == unconfirmed {
		word = min(word, t.compared(ref.Sender, ref.FromMe, m)) // who names another author contradicts himself
	}
	admin := m.Info.Edit == types.EditAttributeAdminRevoke && m.Info.Chat.Server == types.GroupServer
	if word == forged && !admin {
		return t.refused(m, lower(p.GetType()), ref.MessageID)
	}
	if t.original != nil && t.original.FromMe != nil {
		ref.Sender, ref.FromMe = &t.original.Sender, *t.original.FromMe
	}
	e := event.New(kind)
	e.Data = event.DeletedMessage{Ref: ref, DeletedBy: t.sender(&m.Info), ByAdmin: admin, DeletedAt: event.TimeOf(m.Info.Timestamp),
		OriginalKnown: t.original != nil && (admin || word == confirmed)}
	return t.placed(e, m, by)
}

// timer: messages of the chat disappear from now on, or do so no longer.
func (t *translator) timer(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	e := event.New(event.ChatDisappearingTimer)
	e.Data = event.DisappearingTimer{Chat: by.chat, Seconds: int(p.GetEphemeralExpiration()), By: t.sender(&m.Info), ByMe: m.Info.IsFromMe}
	return t.placed(e, m, by)
}

// phoneShared: the peer of a chat by LID shows its number.
func (t *translator) phoneShared(m *events.Message) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	e := event.New(event.ContactPhoneShared)
	e.Data = event.PhoneShared{Contact: t.sender(&m.Info), MessageID: m.Info.ID}
	return t.placed(e, m, by)
}

// limitSharing: what is said in the chat may be passed on, or may not.
func (t *translator) limitSharing(m *events.Message, c *content) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	e := event.New(event.ChatLimitSharing)
	setting := c.msg.GetProtocolMessage().GetLimitSharing()
	for _, x := range c.contexts(m) {
		if setting == nil {
			setting = x.GetLimitSharingV2()
		}
		if setting == nil {
			setting = x.GetLimitSharing()
		}
	}
	e.Data = event.LimitSharing{Chat: by.chat, Enabled: setting.GetSharingLimited(), By: t.sender(&m.Info)}
	return t.placed(e, m, by)
}

// memberLabel: a member set a label for itself in a group.
func (t *translator) memberLabel(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	who := t.sender(&m.Info)
	e := event.New(event.GroupMemberLabel)
	e.Data = event.MemberLabel{Group: by.chat, Actor: &who, User: who, Label: event.Text(p.GetMemberLabel().GetLabel())}
	return t.placed(e, m, by)
}

// collectionsFailed: the phone says that it can no longer read some of the account's state.
func (t *translator) collectionsFailed(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	b := session.Batch{Learned: by.learned}
	names := p.GetAppStateFatalExceptionNotification().GetCollectionNames()
	if len(names) == 0 {
		names = []string{""}
	}
	for _, name := range names {
		e := event.New(event.AppStateSyncError)
		e.Data = event.AppStateFailed{Name: event.Text(name), Error: "the phone reports that the collection is damaged"}
		t.place(e, m, by)
		e.Key, e.SourceKey = "d", identity(e.SourceKey, name)
		b.Events = append(b.Events, e)
	}
	return b
}

// deletedPost: a post of a newsletter is gone.
func (t *translator) deletedPost(m *events.Message, by parties, target string) session.Batch {
	e := event.New(event.NewsletterMessageDeleted)
	if target == "" {
		target = m.Info.ID
	}
	data := event.DeletedPost{Newsletter: event.Newsletter{JID: by.chat.JID, Name: by.chat.Name}, MessageID: target}
	if m.Info.ServerID != 0 {
		id := int64(m.Info.ServerID)
		data.ServerID = &id
	}
	e.Data = data
	return t.placed(e, m, by)
}

// edit: the content of a message was replaced, by its author as he says.
func (t *translator) edit(m *events.Message, p *waE2E.ProtocolMessage) session.Batch {
	c := unwrap(p.GetEditedMessage())
	ed := edit{target: p.GetKey().GetID(), form: messageEdit, at: m.Info.Timestamp, final: true}
	if ed.target == "" {
		ed.target = m.Info.ID
	}
	if at := millis(p.GetTimestampMS()); at != nil {
		ed.at = at.Time
	}
	if m.Info.Chat.Server == types.NewsletterServer {
		return t.editedPost(m, &c, ed.target, ed.at, time.Time{})
	}
	return t.edited(m, &c, ed)
}
