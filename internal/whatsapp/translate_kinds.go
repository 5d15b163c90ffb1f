package whatsapp

import (
	"wapost/internal/event"
)

// say sets the kind of a message, the member of that name, and the text.
func (r *reader) say(d *event.Message, c *content, lottie bool) {
	switch {
	case c.field == "conversation":
		d.Kind, d.Text = event.KindText, text(c.msg.GetConversation())
	case c.field == "extendedTextMessage":
		r.extendedText(d, c.msg.GetExtendedTextMessage())
	case r.sayOfFile(d, c, lottie), r.sayOfPeople(d, c), r.sayOfBusiness(d, c), r.sayOfStory(d, c), r.sayOfApp(d, c), r.payment(d, c.msg):
	default:
		unsupported(d, c)
	}
}

// sayOfFile reads files; false = something else.
func (r *reader) sayOfFile(d *event.Message, c *content, lottie bool) bool {
	m := c.msg
	switch c.field {
	case "imageMessage":
		r.image(d, m.GetImageMessage())
	case "videoMessage":
		r.video(d, m.GetVideoMessage())
	case "ptvMessage":
		r.videoNote(d, m.GetPtvMessage())
	case "audioMessage":
		r.audio(d, m.GetAudioMessage())
	case "documentMessage":
		r.document(d, m.GetDocumentMessage())
	case "stickerMessage":
		r.sticker(d, m.GetStickerMessage(), lottie)
	case "stickerPackMessage":
		r.stickerPack(d, m.GetStickerPackMessage())
	case "albumMessage":
		x := m.GetAlbumMessage()
		d.Kind, d.Album = event.KindAlbum, &event.Album{Images: int(x.GetExpectedImageCount()), Videos: int(x.GetExpectedVideoCount())}
	case "messageHistoryBundle":
		r.historyBundle(d, m.GetMessageHistoryBundle())
	case "musicMessage":
		r.music(d, m.GetMusicMessage())
	default:
		return false
	}
	return true
}

// sayOfPeople reads what people make in a chat besides files: places, cards, polls, dates; false = something else.
func (r *reader) sayOfPeople(d *event.Message, c *content) bool {
	m := c.msg
	switch c.field {
	case "locationMessage":
		r.location(d, m.GetLocationMessage())
	case "liveLocationMessage":
		r.liveLocation(d, m.GetLiveLocationMessage())
	case "contactMessage":
		r.contact(d, m.GetContactMessage())
	case "contactsArrayMessage":
		r.contacts(d, m.GetContactsArrayMessage())
	case "pollCreationMessage", "pollCreationMessageV2", "pollCreationMessageV3", "pollCreationMessageV5", "pollCreationMessageV6":
		r.poll(d, pollOf(m))
	case "pollResultSnapshotMessage":
		r.pollResult(d, m.GetPollResultSnapshotMessage())
	case "pollResultSnapshotMessageV3":
		r.pollResult(d, m.GetPollResultSnapshotMessageV3())
	case "eventMessage":
		r.meeting(d, m.GetEventMessage())
	case "eventInviteMessage":
		r.eventInvite(d, m.GetEventInviteMessage())
	case "groupInviteMessage":
		r.groupInvite(d, m.GetGroupInviteMessage())
	default:
		return false
	}
	return true
}

// sayOfBusiness reads what businesses send, and the answers to it; false = something else.
func (r *reader) sayOfBusiness(d *event.Message, c *content) bool {
	m := c.msg
	switch c.field {
	case "listMessage":
		r.list(d, m.GetListMessage())
	case "listResponseMessage":
		r.listReply(d, m.GetListResponseMessage())
	case "buttonsMessage":
		r.buttons(d, m.GetButtonsMessage())
	case "buttonsResponseMessage":
		x := m.GetButtonsResponseMessage()
		r.buttonReply(d, x.GetSelectedButtonID(), x.GetSelectedDisplayText(), nil)
	case "templateMessage":
		r.template(d, m.GetTemplateMessage())
	case "highlyStructuredMessage":
		r.structured(d, m.GetHighlyStructuredMessage())
	case "templateButtonReplyMessage":
		x := m.GetTemplateButtonReplyMessage()
		r.buttonReply(d, x.GetSelectedID(), x.GetSelectedDisplayText(), x.SelectedIndex)
	case "interactiveMessage":
		r.interactive(d, m.GetInteractiveMessage())
	case "interactiveResponseMessage":
		r.interactiveReply(d, m.GetInteractiveResponseMessage())
	case "productMessage":
		r.product(d, m.GetProductMessage())
	case "orderMessage":
		r.order(d, m.GetOrderMessage())
	default:
		return false
	}
	return true
}

// sayOfStory reads what is about stories and newsletters; false = something else.
func (r *reader) sayOfStory(d *event.Message, c *content) bool {
	m := c.msg
	switch c.field {
	case "newsletterAdminInviteMessage":
		x := m.GetNewsletterAdminInviteMessage()
		r.newsletterInvite(d, x.GetNewsletterJID(), x.GetNewsletterName(), x.GetCaption(), "admin", x.GetInviteExpiration())
	case "newsletterFollowerInviteMessageV2":
		x := m.GetNewsletterFollowerInviteMessageV2()
		r.newsletterInvite(d, x.GetNewsletterJID(), x.GetNewsletterName(), x.GetCaption(), "follower", 0)
	case "statusMentionMessage":
		r.statusMention(d, m.GetStatusMentionMessage(), false)
	case "groupStatusMentionMessage":
		r.statusMention(d, m.GetGroupStatusMentionMessage(), true)
	case "protocolMessage": // only a mention gets here
		d.Kind, d.StatusMention = event.KindStatusMention, &event.StatusMention{TargetMessageID: event.Text(m.GetProtocolMessage().GetKey().GetID())}
	case "statusNotificationMessage":
		r.statusNotification(d, m.GetStatusNotificationMessage())
	case "statusQuotedMessage":
		r.statusQuoted(d, m.GetStatusQuotedMessage())
	case "statusQuestionAnswerMessage":
		r.questionAnswer(d, m.GetStatusQuestionAnswerMessage().GetKey().GetID(), m.GetStatusQuestionAnswerMessage().GetText())
	case "questionResponseMessage":
		r.questionAnswer(d, m.GetQuestionResponseMessage().GetKey().GetID(), m.GetQuestionResponseMessage().GetText())
	default:
		return false
	}
	return true
}

// sayOfApp reads what the apps themselves make: calls and notices; false = something else.
func (r *reader) sayOfApp(d *event.Message, c *content) bool {
	m := c.msg
	switch c.field {
	case "callLogMesssage":
		r.callLog(d, m.GetCallLogMesssage())
	case "scheduledCallCreationMessage":
		r.scheduledCall(d, m.GetScheduledCallCreationMessage())
	case "scheduledCallEditMessage":
		r.scheduledCallEdit(d, m.GetScheduledCallEditMessage())
	case "bcallMessage":
		r.broadcastCall(d, m.GetBcallMessage())
	case "requestPhoneNumberMessage":
		d.Kind, d.PhoneRequest = event.KindPhoneRequest, &event.PhoneRequest{}
	case "messageHistoryNotice":
		d.Kind, d.HistoryNotice = event.KindHistoryNotice, historyNotice(m.GetMessageHistoryNotice().GetMessageHistoryMetadata())
	case "richResponseMessage":
		r.aiResponse(d, m.GetRichResponseMessage())
	case "placeholderMessage":
		r.placeholder(d, m.GetPlaceholderMessage())
	default:
		return false
	}
	return true
}

// unsupported keeps what this build cannot render: the raw form of the event has it.
func unsupported(d *event.Message, c *content) {
	d.Kind, d.Text = event.KindUnsupported, text(c.legible())
	d.Unsupported = &event.Unsupported{Field: event.Text(c.field), Reason: "unknown"}
	switch c.field {
	case "conditionalRevealMessage", "secretEncryptedMessage", "encCommentMessage":
		d.Unsupported.Reason = "encrypted"
	}
}
