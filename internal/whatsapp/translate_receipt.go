package whatsapp

import (
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// receipt translates a receipt, by the table of events.md §6.2. One that names more messages than a list may hold is told in parts,
// so that no message stays unread for it.
func (t *translator) receipt(r *events.Receipt) session.Batch {
	p := t.parties(&r.MessageSource)
	b := session.Batch{Learned: p.learned, Receipt: &session.Receipt{MessageIDs: r.MessageIDs, At: r.Timestamp}}
	if p.chat.Name != nil {
		b.Receipt.ChatName = *p.chat.Name
	}
	for i := 0; i == 0 || i < len(r.MessageIDs); i += event.LongestList {
		part := *r
		part.MessageIDs = first(r.MessageIDs[i:])
		b.Events = append(b.Events, t.receiptPart(&part, p))
	}
	return b
}

func (t *translator) receiptPart(r *events.Receipt, p parties) *event.Event {
	kind, data := t.receiptEvent(r, p)
	e := event.New(kind)
	e.Data = data
	e.At, e.Origin = r.Timestamp, t.origin(r.Timestamp)
	if e.At.IsZero() {
		e.At = t.now
	}
	e.Key = "c|" + p.chatKey
	e.SourceKey = identity(string(kind), string(r.Type), p.chatKey, p.senderKey, strings.Join(r.MessageIDs, ","),
		strconv.FormatInt(r.Timestamp.Unix(), 10))
	return e
}

func (t *translator) receiptEvent(r *events.Receipt, p parties) (event.Type, any) {
	person := t.person(r.Sender, r.SenderAlt, "")
	if r.IsFromMe {
		person = t.me(r.Sender)
	}
	seen := event.Seen{MessageIDs: r.MessageIDs, Chat: p.chat, Recipient: person}
	self := event.SeenBySelf{MessageIDs: r.MessageIDs, Chat: p.chat, Sender: t.readSender(r)}
	switch {
	case r.Type == types.ReceiptTypeDelivered && !r.IsFromMe:
		return event.MessageDelivered, event.Delivered{MessageIDs: r.MessageIDs, Chat: p.chat, Recipient: person, Active: true}
	case r.Type == types.ReceiptTypeInactive && !r.IsFromMe:
		return event.MessageDelivered, event.Delivered{MessageIDs: r.MessageIDs, Chat: p.chat, Recipient: person}
	case r.Type == types.ReceiptTypeRead && !r.IsFromMe && r.Chat == types.StatusBroadcastJID:
		return event.StatusViewed, seen
	case r.Type == types.ReceiptTypeRead && !r.IsFromMe:
		return event.MessageRead, seen
	case r.Type == types.ReceiptTypePlayed && !r.IsFromMe:
		return event.MessagePlayed, seen
	case r.Type == types.ReceiptTypeRead:
		return event.MessageReadSelf, self
	case r.Type == types.ReceiptTypeReadSelf && r.IsFromMe:
		self.Private = true
		return event.MessageReadSelf, self
	case r.Type == types.ReceiptTypePlayed:
		return event.MessagePlayedSelf, self
	case r.Type == types.ReceiptTypePlayedSelf && r.IsFromMe:
		self.Private = true
		return event.MessagePlayedSelf, self
	}
	return event.MessageReceipt, event.OtherReceipt{ReceiptType: string(r.Type), MessageIDs: r.MessageIDs, Chat: p.chat,
		Sender: person, FromMe: r.IsFromMe}
}

// readSender returns who wrote what the own account has read: in a group it is told, in a direct chat it is the other one.
func (t *translator) readSender(r *events.Receipt) *event.Person {
	if !r.MessageSender.IsEmpty() {
		p := t.anyone(r.MessageSender)
		return &p
	}
	if r.IsGroup || r.Chat.IsEmpty() {
		return nil
	}
	p := t.person(r.Chat, r.RecipientAlt, "")
	return &p
}
