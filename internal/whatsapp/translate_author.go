package whatsapp

import (
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// word is what the claim of a sender is worth that a message is his own.
type word uint8

// The values of a word, from bad to good.
const (
	forged      word = iota // another one wrote it
	unconfirmed             // the message is not known here, or its author under another address only
	confirmed
)

// notTheAuthor is why an act was refused.
const notTheAuthor = "not_the_author"

// wordOf compares the sender with the author of the message that he acts on. WhatsApp's server cannot: what is encrypted names
// its target inside.
func (t *translator) wordOf(m *events.Message) word {
	if t.original == nil || t.original.FromMe == nil { // nobody says who writes in a newsletter
		return unconfirmed
	}
	return t.compared(&t.original.Sender, *t.original.FromMe, m)
}

// compared tells whether an author is the sender of a message.
func (t *translator) compared(author *event.Person, fromMe bool, m *events.Message) word {
	if fromMe || m.Info.IsFromMe {
		return verdict(fromMe == m.Info.IsFromMe)
	}
	lid, phone := t.addresses(parse(author.JID), parse(valueOf(author.LID)))
	if phone == "" {
		phone = valueOf(author.Phone)
	}
	by := t.sender(&m.Info)
	switch byLID, byPhone := valueOf(by.LID), valueOf(by.Phone); {
	case lid != "" && byLID != "":
		return verdict(lid == byLID)
	case phone != "" && byPhone != "":
		return verdict(phone == byPhone)
	case author.JID == by.JID:
		return confirmed
	case lid+phone == "" && byLID+byPhone == "":
		return forged
	}
	return unconfirmed
}

func verdict(same bool) word {
	if same {
		return confirmed
	}
	return forged
}

// refused tells of an act on a message that somebody else wrote. It changes nothing: those who look into what apps tell one
// another can see that it was tried.
func (t *translator) refused(m *events.Message, form, target string) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	e := event.New(event.MessageProtocol)
	e.Data = event.ProtocolMessage{Ref: t.self(m, by), ProtocolType: form, TargetMessageID: event.Text(target), Refused: notTheAuthor}
	return t.placed(e, m, by)
}
