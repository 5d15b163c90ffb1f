package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// message translates a decrypted message.
func (t *translator) message(m *events.Message) session.Batch {
	c := unwrap(m)
	if c.internal() {
		return session.Batch{}
	}
	switch {
	case c.msg.GetProtocolMessage() != nil:
		return t.protocol(m, c)
	case c.msg.GetReactionMessage() != nil && c.msg.GetReactionMessage().GetKey().GetRemoteJID() != types.StatusBroadcastJID.String():
		return t.reaction(m, c.msg.GetReactionMessage())
	case m.NewsletterMeta != nil && !m.NewsletterMeta.EditTS.IsZero(), c.act(), m.Info.MsgBotInfo.EditType == types.EditTypeInner,
		m.Info.MsgBotInfo.EditType == types.EditTypeLast:
		return t.kept(m)
	}
	return t.content(m, c)
}

// kept keeps a message raw that is not content and has no type of its own in this build: a vote, a pin, an encrypted edit.
func (t *translator) kept(m *events.Message) session.Batch {
	b := t.unknown(m, unknownType, nil)
	b.Learned = t.parties(&m.Info.MessageSource).learned
	return b
}

// content translates what a person would call a message.
func (t *translator) content(m *events.Message, c content) session.Batch {
	p := t.parties(&m.Info.MessageSource)
	data := t.body(m, c, p)
	e := event.New(t.contentType(m, c))
	e.Class = event.Durable
	e.Data = data
	if e.Type == event.MessageSent {
		e.Data = event.SentMessage{Message: data, Via: "other_device"}
	}
	t.place(e, m)
	e.Raw = rawMessage(m)
	return session.Batch{Events: []*event.Event{e}, Learned: p.learned}
}

func (t *translator) contentType(m *events.Message, c content) event.Type {
	switch {
	case m.Info.Chat.Server == types.NewsletterServer:
		return event.NewsletterMessageReceived
	case m.Info.Chat == types.StatusBroadcastJID || c.groupStory:
		return event.StatusPosted
	case m.Info.IsFromMe:
		return event.MessageSent
	}
	return event.MessageReceived
}

// body fills the message object. Every member that does not belong to one kind is present.
func (t *translator) body(m *events.Message, c content, p parties) event.Message {
	info := &m.Info
	data := event.Message{
		MessageID: info.ID, Chat: p.chat, Sender: t.sender(info), PushName: event.Text(info.PushName),
		SentAt: event.TimeOf(info.Timestamp), Mentions: []event.Person{}, GroupMentions: []event.GroupMention{},
		ViewOnce: m.IsViewOnce, Spoiler: c.spoiler, Question: c.question, Broadcast: info.Chat.IsBroadcastList(),
		Story:          info.Chat == types.StatusBroadcastJID || c.groupStory || info.IsNewsletterStatus,
		AddressingMode: event.Text(string(info.AddressingMode)), RetryCount: m.RetryCount,
		ThreadID: event.Text(info.MsgMetaInfo.ThreadMessageID),
	}
	if info.ServerID != 0 {
		id := int64(info.ServerID)
		data.ServerID = &id
	}
	if info.Chat.Server != types.NewsletterServer {
		device, fromMe := int(info.Sender.Device), info.IsFromMe
		data.SenderDevice, data.FromMe = &device, &fromMe
	}
	if name := verifiedName(info); name != "" {
		data.VerifiedName = &name
	}
	data.Recovered = recovered(m)
	data.Association = association(m.Message.GetMessageContextInfo())
	t.say(&data, c, info.Chat == types.StatusBroadcastJID)
	t.context(&data, c.context(), m)
	return data
}

// sender returns who wrote a message. In a newsletter that is the newsletter.
func (t *translator) sender(info *types.MessageInfo) event.Person {
	if info.IsFromMe {
		return t.me(info.Sender)
	}
	name := verifiedName(info)
	if name == "" {
		name = info.PushName
	}
	return t.person(info.Sender, info.SenderAlt, name)
}

func recovered(m *events.Message) *string {
	switch {
	case m.UnavailableRequestID != "":
		return event.Text("phone")
	case m.RetryCount > 0:
		return event.Text("sender")
	}
	return nil
}

func association(c *waE2E.MessageContextInfo) *event.Association {
	a := c.GetMessageAssociation()
	if a == nil {
		return nil
	}
	out := &event.Association{Type: lower(a.GetAssociationType()), MessageID: a.GetParentMessageKey().GetID()}
	if a.MessageIndex != nil {
		i := int(a.GetMessageIndex())
		out.Index = &i
	}
	return out
}

// verifiedName returns the name of a business that WhatsApp has checked; "" = none.
func verifiedName(info *types.MessageInfo) string {
	if info.VerifiedName == nil {
		return ""
	}
	return info.VerifiedName.Details.GetVerifiedName()
}
