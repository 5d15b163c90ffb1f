package simulator

import (
	"strings"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// receive decrypts at an end of the person what a client has sent. The phone alone notes it and answers; a second device says
// that it has it.
func (p *Person) receive(end *phone, from *Device, n *waBinary.Node, encs []waBinary.Node) {
	for i := range encs {
		body, err := end.openPart(from, n, &encs[i])
		if err != nil {
			p.noteError(from, attrJID(n, "to"), attrText(n, "id"), err)
			p.askAgain(end, from, n)
			continue
		}
		if body.GetSenderKeyDistributionMessage() != nil && len(encs) > 1 && attrText(&encs[i], "type") != "skmsg" {
			continue // the message itself is the next part
		}
		if end == p.signal {
			p.read(from, n, &encs[i], body)
		} else {
			p.confirm(end, from, n)
		}
	}
}

// confirm is the delivery receipt of a second device.
func (p *Person) confirm(end *phone, from *Device, n *waBinary.Node) {
	p.meet(from)
	if _, auto := p.profile(); auto.Deliver && from.person != p {
		from.enqueue(receiptNode(p.senderAttrs(end, attrJID(n, "to")), ReceiptDelivered, []string{attrText(n, "id")}))
	}
}

// openPart decrypts one part and learns a sender key that comes with it.
func (ph *phone) openPart(from *Device, n, enc *waBinary.Node) (*waE2E.Message, error) {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	plain, err := ph.decrypt(from.lid, enc, attrJID(n, "to"))
	if err != nil {
		return nil, err
	}
	body := &waE2E.Message{}
	if err = proto.Unmarshal(plain, body); err != nil {
		return nil, err
	}
	delete(ph.retries, attrText(n, "id"))
	if key := body.GetSenderKeyDistributionMessage(); key != nil {
		err = ph.learnSenderKey(from.lid, key)
	}
	return body, err
}

// read notes a decrypted message and does what phones do by themselves.
func (p *Person) read(from *Device, n, enc *waBinary.Node, body *waE2E.Message) {
	p.meet(from)
	to, other, fromMe := attrJID(n, "to"), from.person, false
	if wrapped := body.GetDeviceSentMessage(); wrapped != nil {
		body, fromMe = wrapped.GetMessage(), true
		if destination, err := types.ParseJID(wrapped.GetDestinationJID()); err == nil {
			to = destination
		}
		if peer := p.srv.byJID(to); peer != nil {
			other = peer
		}
	}
	if attrText(n, "category") == categoryPeer {
		p.answerPeer(from, attrText(n, "id"), body)
		return
	}
	chat := to
	if !sharedChat(to) {
		chat = other.lid
	}
	known := knownMessage{id: attrText(n, "id"), chat: chat, sender: from.person.lid, body: body, at: time.Now(), kind: attrText(n, "type")}
	p.remember(known)
	if g := p.srv.groupByJID(chat); g != nil {
		g.remember(known)
	}
	raw, err := proto.Marshal(body)
	if err != nil {
		p.noteError(from, to, known.id, err)
		return
	}
	p.note(Entry{Kind: KindMessage, From: from.sender(), Chat: chatName(other, chat), ID: known.id, FromMe: fromMe || from.person == p,
		Text: textOf(body), Raw: raw, Type: known.kind, Edit: attrText(n, "edit"), Encryption: attrText(enc, "type"), Retry: attrText(enc, "count") != ""})
	if from.person != p {
		p.react(from, &known, attrText(n, "edit"))
	}
}

// react is what the phone does by itself with a message of another person.
func (p *Person) react(from *Device, m *knownMessage, edit string) {
	name, auto := p.profile()
	group := ""
	if sharedChat(m.chat) {
		group = m.chat.String() // or the chat of status updates
	}
	for _, kind := range []struct {
		wanted bool
		name   string
	}{{auto.Deliver, ReceiptDelivered}, {auto.Read, ReceiptRead}} {
		if kind.wanted {
			p.tryTo("send a receipt", func() error {
				_, err := p.SendReceipt(Receipt{To: from.person.phone, Group: group, Type: kind.name, IDs: []string{m.id}})
				return err
			})
		}
	}
	text := textOf(m.body)
	if isStatus(group) || auto.Reply == "" || text == "" || edit != "" || m.kind != "text" && m.kind != "media" {
		return
	}
	template := auto.Reply
	if template == "echo" {
		template = "you said: {text}"
	}
	theirs, _ := from.person.profile()
	answer := Message{To: from.person.phone, Text: strings.NewReplacer("{text}", text, "{name}", theirs).Replace(template)}
	if group != "" {
		answer.To = group
	}
	p.tryTo("reply as "+name, func() error {
		_, err := p.Send(answer)
		return err
	})
}

// tryTo logs what a phone could not do by itself: nobody waits for the result.
func (p *Person) tryTo(what string, do func() error) {
	if err := do(); err != nil {
		p.srv.log.Warn("simulated phone failed", "what", what, "reason", err)
	}
}
