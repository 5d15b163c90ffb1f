package whatsapp

import (
	"fmt"
	"runtime/debug"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"wapost/internal/fault"
)

// opened is what a message holds that is encrypted with the secret of another message; all nil when it could not be opened,
// or there is nothing to open.
type opened struct {
	vote     *waE2E.PollVoteMessage
	response *waE2E.EventResponseMessage
	reaction *waE2E.ReactionMessage
	message  *waE2E.Message // an edit or a comment
}

// prepare gives the translator what it cannot find out itself, because it asks nobody: what is encrypted with the secret of
// another message, and that message. Both are reads of our own disk. What cannot be opened stays closed; only a store that
// does not work is an error.
func (l *Line) prepare(t *translator, evt any) error {
	m, ok := evt.(*events.Message)
	if !ok || m.Message == nil || bare(m.Message) && m.Info.MsgBotInfo.EditType == "" && !m.IsEdit {
		return nil
	}
	c := unwrap(m.Message)
	t.opened = l.open(m, &c)
	if err := l.guard.tainted(); err != nil {
		return fmt.Errorf("read a message secret: %w", err)
	}
	id := actsOn(m, &c)
	if id == "" {
		return nil
	}
	original, err := l.obs.Said(l.ctx, plain(showsIn(m)), id)
	switch {
	case fault.Is(err, fault.Unavailable):
		return fmt.Errorf("look for the original: %w", err)
	case err != nil: // the row cannot be read, and will not be next time either: the event is told without it
		l.log.Error("original not read", "device_id", l.deviceID(), "error", err)
	default:
		t.original = original
	}
	return nil
}

// showsIn returns the chat that a message shows in.
func showsIn(m *events.Message) types.JID {
	if m.Info.IsIncomingBroadcast() {
		return m.Info.Sender
	}
	return m.Info.Chat
}

// actsOn returns the id of the message that this one changes, or whose content its event tells too; "" = none.
func actsOn(m *events.Message, c *content) string {
	switch c.field {
	case "pollUpdateMessage":
		return c.msg.GetPollUpdateMessage().GetPollCreationMessageKey().GetID()
	case "encEventResponseMessage":
		return c.msg.GetEncEventResponseMessage().GetEventCreationMessageKey().GetID()
	case "pollAddOptionMessage":
		return c.msg.GetPollAddOptionMessage().GetPollCreationMessageKey().GetID()
	case "secretEncryptedMessage":
		return c.msg.GetSecretEncryptedMessage().GetTargetMessageKey().GetID()
	case "protocolMessage":
		return replaced(c.msg.GetProtocolMessage(), m.Info.ID)
	}
	switch bot := m.Info.MsgBotInfo; {
	case bot.EditTargetID != "":
		return bot.EditTargetID
	case m.IsEdit, c.edited, bot.EditType == types.EditTypeInner, bot.EditType == types.EditTypeLast:
		return m.Info.ID
	}
	return ""
}

// replaced returns the id of the message that a protocol message edits or deletes; an edit that names none is one of own.
func replaced(p *waE2E.ProtocolMessage, own string) string {
	switch {
	case p.Type == nil:
	case p.GetType() == waE2E.ProtocolMessage_REVOKE:
		return p.GetKey().GetID()
	case p.GetEditedMessage() != nil && p.GetKey().GetID() == "":
		return own
	case p.GetEditedMessage() != nil:
		return p.GetKey().GetID()
	}
	return ""
}

// sealed is something encrypted with the secret of another message.
type sealed interface {
	GetEncIV() []byte
	GetEncPayload() []byte
}

// open decrypts what is encrypted with the secret of another message.
func (l *Line) open(m *events.Message, c *content) (o opened) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("opening panicked", "device_id", l.deviceID(), "panic", p, "stack", string(debug.Stack()))
			o = opened{}
		}
	}()
	switch c.field {
	case "pollUpdateMessage":
		x := c.msg.GetPollUpdateMessage()
		o.vote = unseal[waE2E.PollVoteMessage](l, m, whatsmeow.EncSecretPollVote, x.GetVote(), x.GetPollCreationMessageKey())
	case "encEventResponseMessage":
		x := c.msg.GetEncEventResponseMessage()
		o.response = unseal[waE2E.EventResponseMessage](l, m, whatsmeow.EncSecretEventResponse, x, x.GetEventCreationMessageKey())
	case "encReactionMessage":
		x := c.msg.GetEncReactionMessage()
		o.reaction = unseal[waE2E.ReactionMessage](l, m, whatsmeow.EncSecretReaction, x, x.GetTargetMessageKey())
	case "encCommentMessage":
		x := c.msg.GetEncCommentMessage()
		o.message = unseal[waE2E.Message](l, m, whatsmeow.EncSecretComment, x, x.GetTargetMessageKey())
	case "secretEncryptedMessage":
		x := c.msg.GetSecretEncryptedMessage()
		for _, use := range uses(x.GetSecretEncType()) {
			if o.message = unseal[waE2E.Message](l, m, use, x, x.GetTargetMessageKey()); o.message != nil {
				break
			}
		}
	}
	return o
}

// uses are the keys that an encrypted edit may be made with. For added options the library has a key of its own that it does
// not use itself.
func uses(kind waE2E.SecretEncryptedMessage_SecretEncType) []whatsmeow.MsgSecretType {
	switch kind {
	case waE2E.SecretEncryptedMessage_MESSAGE_EDIT:
		return []whatsmeow.MsgSecretType{whatsmeow.EncSecretMessageEdit}
	case waE2E.SecretEncryptedMessage_EVENT_EDIT:
		return []whatsmeow.MsgSecretType{whatsmeow.EncSecretEventEdit}
	case waE2E.SecretEncryptedMessage_POLL_EDIT:
		return []whatsmeow.MsgSecretType{whatsmeow.EncSecretPollEdit}
	case waE2E.SecretEncryptedMessage_POLL_ADD_OPTION:
		return []whatsmeow.MsgSecretType{whatsmeow.EncSecretPollAddOption, whatsmeow.EncSecretPollEdit}
	}
	return nil
}

// nonceLength is that of AES-GCM.
const nonceLength = 12

// unseal decrypts and decodes; nil when the secret is not known or is not the right one.
func unseal[T any, P interface {
	*T
	proto.Message
}](l *Line, m *events.Message, use whatsmeow.MsgSecretType, s sealed, k *waCommon.MessageKey) *T {
	if len(s.GetEncIV()) != nonceLength { // the library would panic
		return nil
	}
	plaintext, err := l.cli.DangerousInternals().DecryptMsgSecret(l.ctx, m, use, s, k) //nolint:staticcheck // the library has no other door to it
	if err != nil && !m.Info.SenderAlt.IsEmpty() {                                     // the key also depends on the address that the sender believes to have
		other := *m
		other.Info.Sender, other.Info.SenderAlt = m.Info.SenderAlt, m.Info.Sender
		plaintext, err = l.cli.DangerousInternals().DecryptMsgSecret(l.ctx, &other, use, s, k) //nolint:staticcheck // the library has no other door to it
	}
	v := new(T)
	if err == nil {
		err = proto.Unmarshal(plaintext, P(v))
	}
	if err != nil {
		l.log.Debug("not opened", "device_id", l.deviceID(), "use", string(use), "reason", "secret unknown or wrong")
		return nil
	}
	return v
}
