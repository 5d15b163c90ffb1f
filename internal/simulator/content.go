package simulator

import (
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// Values of a message stanza's edit attribute.
const (
	editMessage     = "1"
	editPin         = "2"
	editOwnRevoke   = "7"
	editAdminRevoke = "8"
)

// compose builds the protobuf of a message for a chat. Errors: ErrInvalid, ErrUnknownMsg, ErrUnknownPerson.
func (p *Person) compose(m *Message, chat types.JID) (*waE2E.Message, error) {
	body, err := p.composeContent(m, chat)
	if err == nil && m.Secret {
		body = withSecret(body)
	}
	return body, err
}

func (p *Person) composeContent(m *Message, chat types.JID) (*waE2E.Message, error) {
	given := 0
	for _, is := range []bool{m.Text != "", m.Media != nil, m.Reaction != nil, m.Edit != nil, m.Revoke != nil, m.Raw != nil, m.Location != nil,
		len(m.Contacts) > 0, m.Poll != nil, m.Vote != nil, m.Event != nil, m.Answer != nil, m.Pin != nil, m.Comment != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, fail(CodeInvalid, "a message needs exactly one content, not %d", given)
	}
	switch {
	case m.Media != nil:
		return p.composeMedia(m, chat)
	case m.Reaction != nil:
		return p.composeReaction(m, chat)
	case m.Edit != nil:
		return p.composeEdit(m, chat)
	case m.Revoke != nil:
		return p.composeRevoke(m.Revoke, chat)
	case m.Raw != nil:
		var body waE2E.Message
		if err := proto.Unmarshal(m.Raw, &body); err != nil {
			return nil, fail(CodeInvalid, "raw is not a message protobuf: %v", err)
		}
		return &body, nil
	}
	if m.Text == "" {
		return p.composeOther(m, chat)
	}
	info, err := p.contextOf(m, chat)
	if err != nil || info == nil {
		return &waE2E.Message{Conversation: &m.Text}, err
	}
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &m.Text, ContextInfo: info}}, nil
}

// composeOther builds places, cards, polls and events, and what acts on them.
func (p *Person) composeOther(m *Message, chat types.JID) (*waE2E.Message, error) {
	switch {
	case m.Location != nil:
		return p.composeLocation(m, chat)
	case m.Poll != nil:
		return p.composePoll(m, chat)
	case m.Vote != nil:
		return p.composeVote(m, chat)
	case m.Event != nil:
		return p.composeEvent(m, chat)
	case m.Answer != nil:
		return p.composeAnswer(m, chat)
	case m.Pin != nil:
		return p.composePin(m.Pin, chat)
	case m.Comment != nil:
		return p.composeComment(m, chat)
	}
	return p.composeContact(m, chat)
}

// contextOf is what a message says about others; nil when it says nothing.
func (p *Person) contextOf(m *Message, chat types.JID) (*waE2E.ContextInfo, error) {
	if m.ReplyTo == "" && len(m.Mentions) == 0 && !m.Forwarded && m.ExpiresS == 0 {
		return nil, nil
	}
	info := &waE2E.ContextInfo{}
	if m.ReplyTo != "" {
		quoted, err := p.recall(m.ReplyTo, chat)
		if err != nil { // or a status update, which is answered in the chat with its author
			if quoted, err = p.recall(m.ReplyTo, types.StatusBroadcastJID); err != nil {
				return nil, fail(CodeUnknownMsg, "no message %q in this chat", m.ReplyTo)
			}
			info.RemoteJID = proto.String(types.StatusBroadcastJID.String())
		}
		info.StanzaID, info.Participant, info.QuotedMessage = &quoted.id, proto.String(quoted.sender.String()), quoted.body
	}
	for _, phone := range m.Mentions {
		mentioned, err := p.srv.Person(phone)
		if err != nil {
			return nil, err
		}
		info.MentionedJID = append(info.MentionedJID, mentioned.lid.String())
	}
	if m.Forwarded {
		info.IsForwarded, info.ForwardingScore = proto.Bool(true), proto.Uint32(1)
	}
	if m.ExpiresS > 0 {
		info.Expiration = proto.Uint32(uint32(m.ExpiresS))
	}
	return info, nil
}

// key names a message from the point of view of the person.
func (p *Person) key(m knownMessage) *waCommon.MessageKey {
	key := &waCommon.MessageKey{RemoteJID: proto.String(m.chat.String()), FromMe: proto.Bool(m.sender == p.lid), ID: &m.id}
	if sharedChat(m.chat) {
		key.Participant = proto.String(m.sender.String())
	}
	return key
}

func (p *Person) composeRevoke(r *Revoke, chat types.JID) (*waE2E.Message, error) {
	target, err := p.recall(r.ID, chat)
	if err != nil {
		return nil, err
	}
	if g := p.srv.groupByJID(chat); target.sender != p.lid && (g == nil || !g.isAdmin(p)) {
		return nil, fail(CodeInvalid, "only own messages can be revoked, or others' by an admin of the group")
	}
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: p.key(target)}}, nil
}

// classify tells the attributes of a message's stanza.
func classify(m *waE2E.Message) (kind, media, edit string) {
	if media = mediaType(m); media != "" {
		return "media", media, ""
	}
	switch {
	case m.ReactionMessage != nil || m.EncReactionMessage != nil:
		return "reaction", "", ""
	case pollOf(m) != nil || m.PollUpdateMessage != nil:
		return "poll", "", ""
	case m.EventMessage != nil || m.EncEventResponseMessage != nil:
		return "event", "", ""
	case m.PinInChatMessage != nil:
		return "text", "", editPin
	case m.EditedMessage != nil || m.SecretEncryptedMessage.GetSecretEncType() == waE2E.SecretEncryptedMessage_MESSAGE_EDIT:
		return "text", "", editMessage
	case m.GetProtocolMessage().GetType() == waE2E.ProtocolMessage_REVOKE && m.ProtocolMessage.GetKey() != nil:
		if m.ProtocolMessage.GetKey().GetFromMe() {
			return "text", "", editOwnRevoke
		}
		return "text", "", editAdminRevoke
	}
	return "text", "", ""
}

// mediaType is how a stanza names what is no text; "" for text.
func mediaType(m *waE2E.Message) string {
	switch {
	case m.ImageMessage != nil:
		return "image"
	case m.VideoMessage != nil:
		return "video"
	case m.AudioMessage.GetPTT():
		return "ptt"
	case m.AudioMessage != nil:
		return "audio"
	case m.DocumentMessage != nil:
		return "document"
	case m.StickerMessage != nil:
		return "sticker"
	case m.LocationMessage != nil:
		return "location"
	case m.LiveLocationMessage != nil:
		return "livelocation"
	case m.ContactMessage != nil:
		return "vcard"
	case m.ContactsArrayMessage != nil:
		return "contact_array"
	}
	return ""
}

// textOf is what a person reads first in a message.
func textOf(m *waE2E.Message) string {
	for _, text := range []string{m.GetConversation(), m.GetExtendedTextMessage().GetText(), m.GetImageMessage().GetCaption(),
		m.GetVideoMessage().GetCaption(), m.GetDocumentMessage().GetCaption(), m.GetReactionMessage().GetText(),
		m.GetEditedMessage().GetMessage().GetProtocolMessage().GetEditedMessage().GetConversation(),
		m.GetProtocolMessage().GetEditedMessage().GetConversation()} {
		if text != "" {
			return text
		}
	}
	return ""
}

// pollOf is a poll in any of its versions, nil when the message is none.
func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, poll := range []*waE2E.PollCreationMessage{m.PollCreationMessage, m.PollCreationMessageV2, m.PollCreationMessageV3,
		m.PollCreationMessageV5, m.PollCreationMessageV6} {
		if poll != nil {
			return poll
		}
	}
	return nil
}
