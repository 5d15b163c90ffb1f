package whatsapp

import (
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"wapost/internal/event"
	"wapost/internal/session"
)

// parties are the chat and the sender of a stanza, with the keys under which they are always the same, whether WhatsApp used
// the LID or the phone number.
type parties struct {
	chat      event.Chat
	chatKey   string
	senderKey string
	learned   []session.Identity
}

// parties reads the addresses of a stanza.
func (t *translator) parties(src *types.MessageSource) parties {
	chat, alt := src.Chat.ToNonAD(), types.EmptyJID
	switch {
	case src.IsIncomingBroadcast(): // shows in the sender's direct chat
		chat, alt = src.Sender.ToNonAD(), src.SenderAlt
	case src.IsGroup:
	case src.IsFromMe:
		alt = src.RecipientAlt
		if chat.User == t.own.jid.User || chat.User == t.own.lid.User {
			alt = t.ownAlt(chat)
		}
	default:
		alt = src.SenderAlt
	}
	p := parties{chat: t.chat(chat, alt), chatKey: t.key(chat, alt), senderKey: t.key(src.Sender, src.SenderAlt)}
	if src.IsFromMe {
		p.senderKey = "me"
	}
	p.learn(t.people, src.Sender, src.SenderAlt)
	p.learn(t.people, chat, alt)
	return p
}

// ownAlt returns our other address.
func (t *translator) ownAlt(j types.JID) types.JID {
	if j.Server == types.HiddenUserServer {
		return t.own.jid
	}
	return t.own.lid
}

// learn notes a pair that the stanza itself gave and that is new to the account.
func (p *parties) learn(people *session.Directory, a, b types.JID) {
	if a.Server == types.DefaultUserServer {
		a, b = b, a
	}
	if a.Server != types.HiddenUserServer || b.Server != types.DefaultUserServer || a.User == "" || b.User == "" {
		return
	}
	i := session.Identity{LID: a.User, Phone: b.User}
	if people.Knows(i) || (len(p.learned) > 0 && p.learned[0] == i) {
		return
	}
	p.learned = append(p.learned, i)
}

// person returns someone for a payload. The addresses come from the stanza, else from what the account has learnt. push is the
// name that the person gives, as the stanza says it.
func (t *translator) person(j, alt types.JID, push string) event.Person {
	return t.verified(j, alt, "", push)
}

// verified is person for someone of whom the stanza may say the name of a business.
func (t *translator) verified(j, alt types.JID, business, push string) event.Person {
	lid, phone := t.addresses(j, alt)
	return event.Person{JID: plain(j), LID: event.Text(lid), Phone: event.Text(phone), Name: t.called(lid, phone, business, push)}
}

// me returns ourselves, under the address that was used, by the name that others see.
func (t *translator) me(used types.JID) event.Person {
	if used.IsEmpty() {
		used = t.own.jid
	}
	lid, phone := t.addresses(used, t.ownAlt(used))
	return event.Person{JID: plain(used), LID: event.Text(lid), Phone: event.Text(phone), Name: event.Text(t.own.pushName)}
}

// addresses returns the LID (as a JID) and the phone number (E.164) of a person, "" for what is not known.
func (t *translator) addresses(j, alt types.JID) (lid, phone string) {
	for _, a := range []types.JID{j, alt} {
		switch a.Server {
		case types.HiddenUserServer:
			lid = plain(a)
		case types.DefaultUserServer:
			phone = phoneOf(a)
		}
	}
	if own := plain(t.own.lid); own != "" && (lid == own || phone != "" && phone == phoneOf(t.own.jid)) {
		return own, phoneOf(t.own.jid)
	}
	if phone == "" && lid != "" {
		if digits := t.people.PhoneOf(strings.TrimSuffix(lid, "@"+types.HiddenUserServer)); digits != "" {
			phone = "+" + digits
		}
	}
	if lid == "" && phone != "" {
		if user := t.people.LIDOf(phone[1:]); user != "" {
			lid = user + "@" + types.HiddenUserServer
		}
	}
	return lid, phone
}

// chat returns a chat for a payload.
func (t *translator) chat(j, alt types.JID) event.Chat {
	c := event.Chat{JID: plain(j), Kind: event.ChatKindOf(j.User, j.Server)}
	if j.IsBot() {
		c.Kind = event.BotChat
	}
	switch {
	case c.Kind == event.DirectChat && t.isMe(j):
		me := t.me(j)
		c.LID, c.Phone, c.Name = me.LID, me.Phone, me.Name
	case c.Kind == event.DirectChat:
		lid, phone := t.addresses(j, alt)
		c.LID, c.Phone, c.Name = event.Text(lid), event.Text(phone), t.called(lid, phone, "", "")
	case c.Kind == event.GroupChat || c.Kind == event.BroadcastChat:
		c.Name = t.chatCalled(c.JID)
	}
	return c
}

// key returns the one canonical address of a person or chat. A number that becomes a key here is learnt with the event.
func (t *translator) key(j, alt types.JID) string {
	lid, phone := t.addresses(j, alt)
	if lid == "" && phone == "" {
		return plain(j)
	}
	digits := strings.TrimPrefix(phone, "+")
	key, fresh := t.people.Key(strings.TrimSuffix(lid, "@"+types.HiddenUserServer), digits)
	if i := (session.Identity{Phone: digits}); fresh && !slices.Contains(t.numbers, i) {
		t.numbers = append(t.numbers, i)
	}
	return key
}

// parse reads a JID of a protobuf; the empty JID for what is none.
func parse(s string) types.JID {
	j, err := types.ParseJID(s)
	if err != nil || s == "" {
		return types.EmptyJID
	}
	return j
}
