package outbox

import (
	"context"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// fail ends a row that will not be sent.
func (o *Outbox) fail(ctx context.Context, dev *session.Device, row *Row, why *message.Refusal) {
	row.State, row.Error = Failed, sentence(why)
	e := event.New(event.MessageFailed)
	e.Data = event.FailedMessage{MessageID: row.MessageID, Chat: row.chat(), ClientRef: event.Text(row.Body.ClientRef),
		Reason: string(why.Reason), Error: row.Error, Attempts: row.Attempts}
	e.SourceKey = "message.failed|" + row.MessageID
	o.address(ctx, e, dev, row, time.Now())
	o.settle(ctx, row, e, why)
}

// settle puts the outcome and its event on disk together, then tells who waits.
func (o *Outbox) settle(ctx context.Context, row *Row, e *event.Event, outcome error) {
	ended := false
	stored := o.persist(ctx, func(ctx context.Context) (err error) {
		ended, err = o.end(ctx, row, e)
		return err
	})
	switch {
	case stored && ended:
		o.waiters.tell(row.DeviceID, row.MessageID, outcome)
	case stored: // a receipt was faster: the row tells how it ended
		o.waiters.tell(row.DeviceID, row.MessageID, nil)
	}
}

// end puts an outcome and its event on disk together; false = the row had ended before, and nothing is recorded.
func (o *Outbox) end(ctx context.Context, row *Row, e *event.Event) (ended bool, err error) {
	err = o.store.Atomic(ctx, "settle message", func(ctx context.Context) (err error) {
		if ended, err = o.store.Settle(ctx, *row); err != nil || !ended {
			return err
		}
		return o.sink.Append(ctx, e)
	})
	return ended, err
}

// address fills in what belongs to the device and the chat.
func (o *Outbox) address(ctx context.Context, e *event.Event, dev *session.Device, row *Row, at time.Time) {
	e.At, e.AccountID, e.DeviceID, e.Account = at, dev.AccountID, dev.ID, dev.Account()
	e.Key = dev.ID + "|c|" + o.chatKey(ctx, row)
}

// chatKey returns the one address under which the chat's events are kept in order.
func (o *Outbox) chatKey(ctx context.Context, row *Row) string {
	a, err := message.ParseAddress(row.Chat)
	if err != nil {
		return row.Chat
	}
	key, err := o.sender.ChatKey(ctx, row.DeviceID, a, row.Body.LID, row.Body.Phone)
	if err != nil { // the device has just been deleted: nobody is left to be told
		return row.Chat
	}
	return key
}

// sentEvent tells that WhatsApp has the message. Its identity is that of the same message seen by another way.
func (o *Outbox) sentEvent(ctx context.Context, dev *session.Device, row *Row, chatName string) *event.Event {
	e := event.New(event.MessageSent)
	m := sentMessage(dev, row)
	m.Chat.Name = event.Text(chatName)
	e.Data = event.SentMessage{Message: m, Via: "api", ClientRef: event.Text(row.Body.ClientRef)}
	o.address(ctx, e, dev, row, row.SentAt)
	e.SourceKey = "message.sent|" + o.chatKey(ctx, row) + "|me|" + row.MessageID
	return e
}

// sentMessage is the message object of an own message.
func sentMessage(dev *session.Device, row *Row) event.Message {
	m, fromMe, device := &row.Body, true, dev.Number()
	data := event.Message{
		MessageID: row.MessageID, Chat: row.chat(), SenderDevice: &device, FromMe: &fromMe, PushName: event.Text(dev.PushName),
		Sender: self(dev, row.Body.LID != ""), Quoted: row.Body.Quoted,
		SentAt: event.TimeOf(row.SentAt), Kind: event.KindText, Text: event.Text(m.Text), Mentions: []event.Person{},
		GroupMentions: []event.GroupMention{}, Story: row.chat().Kind == event.StatusChat,
		Broadcast: row.chat().Kind == event.BroadcastChat,
	}
	if data.Chat.Kind == event.DirectChat {
		data.AddressingMode = event.Text("pn")
		if row.Body.LID != "" {
			data.AddressingMode = event.Text("lid")
		}
	}
	if row.ServerID != 0 {
		data.ServerID = &row.ServerID
	}
	for _, s := range m.Mentions {
		if s == message.MentionAll {
			data.MentionsAll = true
		} else if a, err := message.ParsePerson(s); err == nil {
			data.Mentions = append(data.Mentions, person(a))
		}
	}
	if m.Forwarded {
		data.Forwarded = &event.Forwarded{Score: 1}
	}
	if m.Ephemeral != nil && *m.Ephemeral > 0 {
		data.Ephemeral = &event.Ephemeral{Seconds: *m.Ephemeral, ExpiresAt: event.TimeOf(row.SentAt.Add(time.Duration(*m.Ephemeral) * time.Second))}
	}
	return data
}

// self is the own number, by its LID or its phone number.
func self(dev *session.Device, lid bool) event.Person {
	return event.Person{JID: dev.Own(lid), LID: event.Text(dev.Own(true)), Phone: event.Text(dev.Phone), Name: event.Text(dev.PushName)}
}

// person returns someone by the one address that a caller gave.
func person(a message.Address) event.Person {
	p := event.Person{JID: a.JID(), Phone: event.Text(a.Phone())}
	if a.Server == message.ServerLID {
		p.LID = event.Text(a.JID())
	}
	return p
}

// List returns a page of a device's messages, oldest first, and the cursor of the next one.
//
// Errors: fault.NotFound for an unknown device.
func (o *Outbox) List(ctx context.Context, accountID int64, deviceID string, f Filter) ([]Entry, string, error) {
	if err := o.visible(ctx, accountID, deviceID); err != nil {
		return nil, "", err
	}
	rows, next, err := o.store.List(ctx, deviceID, f)
	if err != nil {
		return nil, "", err
	}
	list := make([]Entry, len(rows))
	for i := range rows {
		r := &rows[i]
		list[i] = Entry{Result: r.result(), Attempts: r.Attempts, Error: r.Error, NextAt: r.NextAt, ExpiresAt: r.ExpiresAt, CreatedAt: r.CreatedAt}
	}
	return list, next, nil
}

// Cancel ends a message that is still queued.
//
// Errors: fault.NotFound for an unknown one; fault.Conflict when it is being sent or has ended.
func (o *Outbox) Cancel(ctx context.Context, accountID int64, deviceID, messageID string) error {
	if err := o.visible(ctx, accountID, deviceID); err != nil {
		return err
	}
	was, err := o.store.Cancel(ctx, deviceID, messageID)
	if err != nil {
		return err
	}
	switch was {
	case Queued:
		o.waiters.tell(deviceID, messageID, fault.New(fault.Conflict, "Message was cancelled"))
		return nil
	case Sending:
		return fault.New(fault.Conflict, "Message is being sent")
	}
	return fault.New(fault.Conflict, "Message is already %s", was)
}

// visible reports fault.NotFound for a device that the account may not see.
func (o *Outbox) visible(ctx context.Context, accountID int64, deviceID string) error {
	if _, err := o.sender.Ready(ctx, accountID, deviceID, true); fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return err
	}
	return nil
}
