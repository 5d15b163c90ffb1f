package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// message translates a decrypted message: content, or an act on another message.
func (t *translator) message(m *events.Message) session.Batch {
	c := unwrap(m.Message)
	switch {
	case c.internal():
		return session.Batch{}
	case c.field == "encCommentMessage":
		t.uncover(&c)
	}
	if b, ok := t.act(m, &c); ok {
		return b
	}
	switch {
	case m.NewsletterMeta != nil && !m.NewsletterMeta.EditTS.IsZero():
		return t.editedPost(m, &c, m.Info.ID, m.NewsletterMeta.EditTS, m.NewsletterMeta.OriginalTS)
	case m.Info.MsgBotInfo.EditType == types.EditTypeInner, m.Info.MsgBotInfo.EditType == types.EditTypeLast:
		return t.streamed(m, &c)
	case (m.IsEdit || c.edited) && !remembered(m): // without a protocol message that says of what
		return t.edited(m, &c, edit{target: m.Info.ID, form: messageEdit, at: m.Info.Timestamp, final: true})
	}
	return t.content(m, &c)
}

// remembered reports whether a message comes with the history: there an edited message is the message, with its new content.
// (A message that the phone supplied afterwards has the same form, and may be an edit.)
func remembered(m *events.Message) bool { return m.SourceWebMsg != nil && m.UnavailableRequestID == "" }

// act translates what changes another message or a chat; false = content.
func (t *translator) act(m *events.Message, c *content) (session.Batch, bool) {
	switch c.field {
	case "protocolMessage":
		return t.protocol(m, c)
	case "reactionMessage":
		return t.reaction(m, c.msg.GetReactionMessage().GetKey(), c.msg.GetReactionMessage()), true
	case "encReactionMessage":
		return t.reaction(m, c.msg.GetEncReactionMessage().GetTargetMessageKey(), t.opened.reaction), true
	case "statusStickerInteractionMessage":
		return t.stickerReaction(m, c.msg.GetStatusStickerInteractionMessage()), true
	case "pollUpdateMessage":
		return t.vote(m, c.msg.GetPollUpdateMessage()), true
	case "encEventResponseMessage":
		return t.answer(m, c.msg.GetEncEventResponseMessage()), true
	case "pinInChatMessage":
		return t.pin(m, c), true
	case "keepInChatMessage":
		return t.keep(m, c.msg.GetKeepInChatMessage()), true
	case "pollAddOptionMessage":
		x := c.msg.GetPollAddOptionMessage()
		return t.option(m, x.GetPollCreationMessageKey().GetID(), x), true
	case "secretEncryptedMessage":
		return t.secretEdit(m, c)
	}
	return session.Batch{}, false
}

// content translates what a person would call a message.
func (t *translator) content(m *events.Message, c *content) session.Batch {
	p := t.parties(&m.Info.MessageSource)
	data, files := t.body(m, c, p, m.Info.ID)
	e := event.New(t.contentType(m, c))
	e.Class, e.Data, e.Attachments = event.Durable, data, files
	if e.Type == event.MessageSent {
		e.Data = event.SentMessage{Message: data, Via: "other_device"}
	}
	return t.placed(e, m, p)
}

// placed completes an event that comes of a message.
func (t *translator) placed(e *event.Event, m *events.Message, p parties) session.Batch {
	t.place(e, m, p)
	if !t.noRaw {
		e.Raw = rawMessage(m)
	}
	return session.Batch{Events: []*event.Event{e}, Learned: p.learned}
}

func (t *translator) contentType(m *events.Message, c *content) event.Type {
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

// body fills the message object, and returns the files that it names. Every member that does not belong to one kind is
// present. target is the id of the message whose content it is: the original of an edit.
func (t *translator) body(m *events.Message, c *content, p parties, target string) (event.Message, []event.Attachment) {
	info := &m.Info
	data := event.Message{
		MessageID: target, Chat: p.chat, Sender: t.sender(info), PushName: event.Text(info.PushName),
		SentAt: event.TimeOf(info.Timestamp), Mentions: []event.Person{}, GroupMentions: []event.GroupMention{},
		ViewOnce: m.IsViewOnce || c.viewOnce, Spoiler: c.spoiler, Question: c.question, Broadcast: info.Chat.IsBroadcastList(),
		Story:          info.Chat == types.StatusBroadcastJID || c.groupStory || info.IsNewsletterStatus || c.info.GetIsGroupStatus(),
		AddressingMode: event.Text(string(info.AddressingMode)), RetryCount: m.RetryCount, Recovered: recovered(m),
	}
	if data.Chat.Kind == event.DirectChat && !info.IsFromMe && data.Sender.Name != nil {
		data.Chat.Name = data.Sender.Name // the stanza may be the first to say it
	}
	if info.ServerID != 0 {
		id := int64(info.ServerID)
		data.ServerID = &id
	}
	if info.Chat.Server != types.NewsletterServer {
		device, fromMe := int(info.Sender.Device), info.IsFromMe
		data.SenderDevice, data.FromMe = &device, &fromMe
	}
	data.VerifiedName = event.Text(verifiedName(info))
	r := &reader{t: t, by: p, from: carrier{id: target, chat: plain(info.Chat), sender: plain(info.Sender), fromMe: info.IsFromMe}}
	r.say(&data, c, m.IsLottieSticker)
	r.context(&data, c, m)
	r.fit(&data, c)
	return data, r.files
}

// sender returns who wrote a message. In a newsletter that is the newsletter.
func (t *translator) sender(info *types.MessageInfo) event.Person {
	if info.IsFromMe {
		return t.me(info.Sender)
	}
	return t.verified(info.Sender, info.SenderAlt, verifiedName(info), info.PushName)
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

// verifiedName returns the name of a business that WhatsApp has checked; "" = none.
func verifiedName(info *types.MessageInfo) string {
	if info.VerifiedName == nil {
		return ""
	}
	return info.VerifiedName.Details.GetVerifiedName()
}

// uncover puts an encrypted comment's content in its place, when it could be opened.
func (t *translator) uncover(c *content) {
	key := c.msg.GetEncCommentMessage().GetTargetMessageKey()
	if t.opened.message != nil {
		outer := append(c.outer, c.msg)
		*c = unwrap(t.opened.message)
		c.outer = append(outer, c.outer...)
	}
	c.note = &waE2E.CommentMessage{TargetMessageKey: key}
}
