package outbox

import (
	"context"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// quote finds the message that is replied to: among those that were said, else among our own that wait, else as the caller
// describes it. It returns what WhatsApp is given and what events show.
//
// A bare id means a message of this chat. One of another chat must be named with its chat: a mistaken id would show the words
// of one person to another.
func (o *Outbox) quote(ctx context.Context, dev *session.Device, to message.Address, who session.Linked, r *message.ReplyTo) (session.Quote, *event.Quoted, error) {
	if r == nil {
		return session.Quote{}, nil, nil
	}
	place, err := placeOf(to, who, r.Chat)
	if err != nil {
		return session.Quote{}, nil, err
	}
	k, err := o.original(ctx, dev, &place, r.MessageID)
	switch {
	case fault.Is(err, fault.NotFound):
		return o.described(ctx, dev, &place, r)
	case err != nil:
		return session.Quote{}, nil, err
	case !k.DeletedAt.IsZero():
		return session.Quote{}, nil, fault.New(fault.Conflict, "Message was deleted")
	}
	q, shown := place.copyOf(dev, &k)
	return q, shown, nil
}

// place is the chat that the quoted message is in.
type place struct {
	chat      message.Address
	who       session.Linked // of a direct chat that the reply goes to
	elsewhere bool           // it is not the chat that the reply goes to
}

func placeOf(to message.Address, who session.Linked, named string) (place, error) {
	here := place{chat: to, who: who}
	if named == "" {
		return here, nil
	}
	a, err := message.ParseAddress(named)
	if err != nil {
		return place{}, err
	}
	if a.JID() == to.JID() || who.LID != "" && a.JID() == who.LID || who.Phone != "" && a.Phone() == who.Phone {
		return here, nil
	}
	return place{chat: a, elsewhere: true}, nil
}

// original finds a message that was said in a chat, or one of ours on its way there.
//
// Errors: fault.NotFound.
func (o *Outbox) original(ctx context.Context, dev *session.Device, p *place, id string) (chat.Kept, error) {
	if o.messages != nil {
		k, err := o.messages.Find(ctx, dev.AccountID, dev.ID, p.chat.JID(), id)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return k, err
		}
	}
	row, err := o.store.Get(ctx, dev.ID, id)
	if err != nil {
		return chat.Kept{}, err
	}
	if row.State == Failed || row.State == Cancelled || row.Chat != p.chat.JID() && (p.who.LID == "" || row.Chat != p.who.LID) {
		return chat.Kept{}, noSuchMessage()
	}
	return chat.Kept{Message: sentMessage(dev, &row)}, nil
}

func noSuchMessage() error { return fault.New(fault.NotFound, "No such message") }

// copyOf makes the quote of a message that is known.
func (p *place) copyOf(dev *session.Device, k *chat.Kept) (session.Quote, *event.Quoted) {
	q := session.Quote{MessageID: k.MessageID, Sender: k.Sender.JID, Kind: k.Kind, Media: k.MainMedia(), Edited: !k.EditedAt.IsZero()}
	shown := &event.Quoted{MessageID: k.MessageID, Sender: &k.Sender, Kind: k.Kind, Text: k.Text, Media: q.Media}
	if k.Text != nil {
		q.Text = *k.Text
	}
	if !k.ViewOnce { // the copy would hold what may be seen once
		q.Raw = k.Raw
	}
	if direct := k.Chat.Kind == event.DirectChat; direct && k.FromMe != nil && *k.FromMe {
		q.Sender = dev.Own(k.Chat.LID != nil || p.who.LID != "")
	} else if direct && k.Sender.LID != nil {
		q.Sender = *k.Sender.LID
	}
	if p.elsewhere {
		q.Chat, shown.Chat = k.Chat.JID, &k.Chat
	}
	return q, shown
}

// described makes the quote of a message that is not known here. Who wrote it and what cannot be guessed.
func (o *Outbox) described(ctx context.Context, dev *session.Device, p *place, r *message.ReplyTo) (session.Quote, *event.Quoted, error) {
	if err := o.complete(r); err != nil {
		return session.Quote{}, nil, err
	}
	sender, err := o.quotedSender(ctx, dev, p, r.Sender)
	if err != nil {
		return session.Quote{}, nil, err
	}
	q := session.Quote{MessageID: r.MessageID, Sender: sender.JID, Kind: event.KindText, Text: r.Text}
	shown := &event.Quoted{MessageID: r.MessageID, Sender: &sender, Kind: event.KindText, Text: event.Text(r.Text)}
	if p.elsewhere {
		q.Chat = p.chat.JID()
		shown.Chat = &event.Chat{JID: q.Chat, Kind: event.ChatKindOf(p.chat.User, p.chat.Server)}
	}
	return q, shown, nil
}

// complete reports what is missing for a quote of a message that is not known.
func (o *Outbox) complete(r *message.ReplyTo) error {
	switch {
	case r.Sender == "" && r.Text == "" && o.messages == nil:
		return fault.New(fault.NotFound, "No such message: none are kept here; give reply_to.sender and reply_to.text")
	case r.Sender == "" && r.Text == "":
		return noSuchMessage()
	case r.Sender == "":
		return fault.New(fault.Invalid, "reply_to.sender is required for a message that is not known here")
	case r.Text == "":
		return fault.New(fault.Invalid, "reply_to.text is required for a message that is not known here")
	}
	return nil
}

// quotedSender finds who the caller says has written the message.
func (o *Outbox) quotedSender(ctx context.Context, dev *session.Device, p *place, sender string) (event.Person, error) {
	a, err := message.ParsePerson(sender)
	if err != nil {
		return event.Person{}, err
	}
	if a.JID() == dev.Own(false) || a.JID() == dev.Own(true) {
		return self(dev, a.Server == message.ServerLID || p.who.LID != ""), nil
	}
	who, err := o.recipient(ctx, dev, a)
	if err != nil {
		return event.Person{}, err
	}
	found := event.Person{JID: a.JID(), LID: event.Text(who.LID), Phone: event.Text(who.Phone)}
	if who.LID != "" {
		found.JID = who.LID
	}
	return found, nil
}
