package outbox

import (
	"context"

	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// quote finds the message that is replied to: in the outbox, in the log, else as the caller describes it.
func (o *Outbox) quote(ctx context.Context, dev *session.Device, to message.Address, who session.Linked, r *message.ReplyTo) (session.Quote, error) {
	if r == nil {
		return session.Quote{}, nil
	}
	q := session.Quote{MessageID: r.MessageID, Text: r.Text}
	if r.Chat != "" && r.Chat != to.JID() && r.Chat != who.LID && r.Chat != who.Phone {
		a, err := message.ParseAddress(r.Chat)
		if err != nil {
			return q, err
		}
		q.Chat = a.JID()
	}
	own, err := o.store.Get(ctx, dev.ID, r.MessageID)
	switch {
	case err == nil:
		q.Sender, q.Text = dev.Own(who.LID != ""), own.Body.Text
		return q, nil
	case !fault.Is(err, fault.NotFound):
		return q, err
	}
	sender, err := o.quotedSender(ctx, dev, to, who, r)
	if err != nil {
		return q, err
	}
	q.Sender = sender.JID
	if sender.LID != "" {
		q.Sender = sender.LID
	}
	said, err := o.said(ctx, dev, to, who, sender, r.MessageID)
	if said != "" {
		q.Text = said
	}
	return q, err
}

// said finds the text of a message that was received, by its identity.
func (o *Outbox) said(ctx context.Context, dev *session.Device, to message.Address, who, sender session.Linked, id string) (string, error) {
	if sender.JID == dev.Own(false) || sender.JID == dev.Own(true) {
		return "", nil // what we said ourselves is in the outbox
	}
	chat, err := o.sender.ChatKey(ctx, dev.ID, to, who.LID, who.Phone)
	if err != nil {
		return "", err
	}
	by, err := message.ParseAddress(sender.JID)
	if err != nil {
		return "", err
	}
	from, err := o.sender.ChatKey(ctx, dev.ID, by, sender.LID, sender.Phone)
	if err != nil {
		return "", err
	}
	return o.store.Said(ctx, dev.ID, "message.received|"+chat+"|"+from+"|"+id)
}

// quotedSender says who wrote the quoted message: the caller knows it, or in a direct chat it can only be the other one.
func (o *Outbox) quotedSender(ctx context.Context, dev *session.Device, to message.Address, who session.Linked, r *message.ReplyTo) (session.Linked, error) {
	if r.Sender != "" {
		a, err := message.ParsePerson(r.Sender)
		if err != nil {
			return session.Linked{}, err
		}
		if a.JID() == dev.Own(false) || a.JID() == dev.Own(true) {
			return session.Linked{JID: a.JID()}, nil
		}
		found, err := o.recipient(ctx, dev, a)
		return found, err
	}
	if to.IsPerson() {
		return who, nil
	}
	return session.Linked{}, fault.New(fault.Invalid, "reply_to.sender is required for a message that is not known here")
}
