package event

func exampleChat() Chat {
	return Chat{JID: "99000000000002@lid", Kind: DirectChat, LID: Text("99000000000002@lid"), Phone: Text("+4915550002222"), Name: Text("Ben")}
}

func exampleGroup() Chat {
	return Chat{JID: "120363000000000001@g.us", Kind: GroupChat, Name: Text("Choir")}
}

func examplePerson() Person {
	return Person{JID: "99000000000002@lid", LID: Text("99000000000002@lid"), Phone: Text("+4915550002222"), Name: Text("Ben")}
}

func exampleSelf() Person {
	return Person{JID: annaJID, LID: Text("99000000000001@lid"), Phone: Text("+4915550001111"), Name: Text("Anna")}
}

func exampleRef() Ref {
	by := examplePerson()
	return Ref{MessageID: messageID, Chat: exampleChat(), Sender: &by}
}

// exampleMessage is a reply with a mention in a direct chat.
func exampleMessage() Message {
	device, fromMe, chat, by := 0, false, exampleChat(), exampleSelf()
	return Message{
		MessageID: messageID, Chat: chat, Sender: examplePerson(), SenderDevice: &device, FromMe: &fromMe, PushName: Text("Ben"),
		SentAt: TimeOf(exampleTime), Kind: KindText, Text: Text("See you at eight, @4915550001111"),
		Quoted:   &Quoted{MessageID: "3EB01F2E3D4C5B6A7988", Chat: &chat, Sender: &by, Kind: KindText, Text: Text("When do we meet?")},
		Mentions: []Person{exampleSelf()}, GroupMentions: []GroupMention{}, AddressingMode: Text("lid"),
	}
}

func exampleOfMessages(t Type) any {
	now := TimeOf(exampleTime)
	switch t {
	case MessageReceived:
		return exampleMessage()
	case MessageSent:
		return SentMessage{Message: ownMessage(), Via: "api", ClientRef: Text("order-17")}
	case MessageFailed:
		return FailedMessage{MessageID: messageID, Chat: exampleChat(), ClientRef: Text("order-17"), Reason: "unknown_recipient", Error: "Not on WhatsApp", Attempts: 1}
	case MessageEdited:
		return EditedMessage{Message: exampleMessage(), EditID: "3EB0D1E2F30415263748", EditedAt: now, PreviousText: Text("See you at seven"), Final: true,
			OriginalKnown: true}
	case MessageDeleted:
		return DeletedMessage{Ref: exampleRef(), DeletedBy: examplePerson(), DeletedAt: now, OriginalKnown: true}
	case StatusDeleted:
		d := DeletedMessage{Ref: exampleRef(), DeletedBy: examplePerson(), DeletedAt: now, OriginalKnown: true}
		d.Chat = exampleStatus()
		return d
	case MessageReaction:
		return Reaction{Ref: exampleRef(), By: examplePerson(), Emoji: Text("👍"), ReactionID: "3EB0F00112233445566A"}
	case MessageUndecryptable:
		return UndecryptableMessage{Ref: exampleRef(), PushName: Text("Ben"), Recovery: "sender"}
	case StatusPosted:
		m := exampleMessage()
		m.Chat, m.Story, m.Quoted, m.Mentions, m.Text = exampleStatus(), true, nil, []Person{}, Text("Good morning")
		return m
	case NewsletterMessageReceived:
		return examplePost()
	}
	return nil
}

func exampleStatus() Chat { return Chat{JID: "status@broadcast", Kind: StatusChat} }

func ownMessage() Message {
	m, fromMe := exampleMessage(), true
	m.Sender, m.FromMe, m.PushName, m.Quoted, m.Mentions, m.Text = exampleSelf(), &fromMe, Text("Anna"), nil, []Person{}, Text("Your order is on its way")
	return m
}

func examplePost() Message {
	m, server := exampleMessage(), int64(231)
	m.Chat = Chat{JID: "120363000000000009@newsletter", Kind: NewsletterChat, Name: Text("Town news")}
	m.Sender = Person{JID: m.Chat.JID, Name: m.Chat.Name}
	m.ServerID, m.FromMe, m.SenderDevice, m.PushName, m.Quoted, m.Mentions = &server, nil, nil, nil, nil, []Person{}
	m.Text, m.AddressingMode = Text("The bridge is open again"), nil
	return m
}

func exampleOfReceipts(t Type) any {
	ids, sender := []string{messageID}, examplePerson()
	switch t {
	case MessageDelivered:
		return Delivered{MessageIDs: ids, Chat: exampleChat(), Recipient: sender, Active: true}
	case MessageRead, MessagePlayed:
		return Seen{MessageIDs: ids, Chat: exampleChat(), Recipient: sender}
	case StatusViewed:
		return Seen{MessageIDs: ids, Chat: exampleStatus(), Recipient: sender}
	case MessageReadSelf, MessagePlayedSelf:
		return SeenBySelf{MessageIDs: ids, Chat: exampleGroup(), Sender: &sender}
	case MessageReceipt:
		return OtherReceipt{ReceiptType: "server-error", MessageIDs: ids, Chat: exampleChat(), Sender: sender}
	}
	return nil
}
