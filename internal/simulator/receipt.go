package simulator

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// handleAck is the client's word for stanzas that are not messages, and for messages that it could not decrypt or refuses.
// With an error it takes the stanza out of the queue all the same; what real servers do then differs by report.
func (d *Device) handleAck(n *waBinary.Node) {
	d.acknowledge(attrText(n, "class"), attrText(n, "id"), attrText(n, "error"))
}

// handleReceipt takes a receipt of a client. A delivery receipt is what acknowledges a message; a retry receipt is not,
// the client sends an <ack> beside it. Every receipt is acknowledged.
func (d *Device) handleReceipt(c *conn, n *waBinary.Node) {
	id, kind, to := attrText(n, "id"), attrText(n, "type"), attrJID(n, "to")
	switch kind {
	case "", "inactive", "sender", "peer_msg":
		d.acknowledge("message", id, "")
	}
	c.send(element("ack", attrs{"class": "receipt", "id": id, "from": to, "type": kind}))
	if asksForFile(n) {
		d.reupload(n)
		return
	}
	if kind == ReceiptRead || kind == ReceiptPlayed || kind == receiptReadSelf {
		d.person.tellOwnDevices(d.lid, d, to, receiptNode(attrs{}, kind, receiptIDs(n)))
	}
	if kind == receiptReadSelf {
		return // the account's read receipts are off: nobody else hears of it
	}
	if l := d.srv.newsletterByJID(to); l != nil {
		if kind == "view" {
			d.see(l, n)
		}
		return
	}
	target := to
	if participant := attrJID(n, "participant"); !participant.IsEmpty() {
		target = participant
	}
	p := d.srv.byJID(target)
	if p == nil {
		return
	}
	name := kind
	if name == "" {
		name = ReceiptDelivered
	}
	p.note(Entry{Kind: KindReceipt, From: d.sender(), Chat: chatName(d.person, to), Type: name, IDs: receiptIDs(n)})
	if p != d.person {
		d.forwardReceipt(p, target.Device, n)
	}
	if p == d.person {
		d.settleHistory(n, id, kind)
	}
	if end := p.end(target.Device); kind == ReceiptRetry && end != nil {
		p.tryTo("encrypt a message again", func() error { return p.resend(end, d, id, n) })
	}
}

// Receipts for the account's own devices alone: the account's read receipts are off.
const (
	receiptReadSelf   = "read-self"
	receiptPlayedSelf = "played-self"
)

// tellOwnDevices tells the account's devices but one what another end of it has read in a chat. It returns how many.
func (p *Person) tellOwnDevices(from types.JID, but *Device, chat types.JID, receipt waBinary.Node) (told int) {
	receipt.Attrs["from"], receipt.Attrs["recipient"] = from, chat
	if sharedChat(chat) {
		delete(receipt.Attrs, "recipient")
		receipt.Attrs["from"], receipt.Attrs["participant"] = chat, from
	}
	for _, other := range p.Devices() {
		if other != but {
			other.enqueue(receipt)
			told++
		}
	}
	return told
}

func receiptIDs(n *waBinary.Node) []string {
	ids := []string{attrText(n, "id")}
	list := n.GetChildByTag("list")
	for _, item := range list.GetChildren() {
		ids = append(ids, attrText(&item, "id"))
	}
	return ids
}

// forwardReceipt tells the real clients of the person whose message it was: all of them, but a retry receipt only the
// device that has encrypted the message.
func (d *Device) forwardReceipt(p *Person, device uint16, n *waBinary.Node) {
	kind, chat := attrText(n, "type"), attrJID(n, "to")
	a := attrs{"id": attrText(n, "id"), "t": now(), "type": kind, "from": d.lid, "sender_pn": d.jid}
	if sharedChat(chat) {
		a = attrs{"id": a["id"], "t": a["t"], "type": kind, "from": chat, "participant": d.lid, "participant_pn": d.jid}
	}
	for _, other := range p.Devices() {
		if kind != ReceiptRetry || other.number == device {
			other.enqueue(waBinary.Node{Tag: "receipt", Attrs: a, Content: n.Content})
		}
	}
}

// SendReceipt has the phone send a receipt: it is queued for every device of a linked number and, when it is for something read or
// played, for the person's own linked devices. It returns for how many; of a person that has switched read receipts off, only
// the own ones hear in a direct chat. Errors: ErrInvalid, ErrUnknownPerson, ErrUnknownGroup, and ErrNotConnected when nobody of the two has a
// linked device.
func (p *Person) SendReceipt(r Receipt) (queued int, err error) {
	if len(r.IDs) == 0 {
		return 0, fail(CodeInvalid, "a receipt needs at least one message id")
	}
	to, err := p.srv.Person(r.To)
	if err != nil {
		return 0, err
	}
	from, chat := attrs{"from": p.lid, "sender_pn": p.pn}, to.lid
	if r.Group != "" {
		chat = types.StatusBroadcastJID
		if !isStatus(r.Group) {
			g, err := p.srv.Group(r.Group)
			if err != nil {
				return 0, err
			}
			chat = g.jid
		}
		from = p.senderAttrs(p.signal, chat)
	}
	own, devices := p.readHere(to, chat, &r), to.Devices()
	if r.Group == "" && r.Type == ReceiptRead && p.setting(PrivacyReadReceipts) == nobody {
		return own, nil
	}
	if own == 0 && len(devices) == 0 {
		return 0, fail(CodeNotConnected, "nobody hears of it: neither %s nor %s has a linked device", to.phone, p.phone)
	}
	for _, d := range devices {
		if r.Type == ReceiptRetry {
			for _, id := range r.IDs {
				p.signal.sendRetry(d, from, id, 1)
			}
			continue
		}
		d.enqueue(receiptNode(from, r.Type, r.IDs))
	}
	return own + len(devices), nil
}

// readHere tells the person's own linked devices of what was read or played on its phone, and returns how many.
func (p *Person) readHere(to *Person, chat types.JID, r *Receipt) int {
	quiet, off := map[string]string{ReceiptRead: receiptReadSelf, ReceiptPlayed: receiptPlayedSelf}, p.setting(PrivacyReadReceipts) == nobody
	kind := r.Type
	switch {
	case to == p || quiet[kind] == "":
		return 0
	case off && r.Group == "":
		kind = quiet[kind]
	}
	return p.tellOwnDevices(p.lid, nil, chat, receiptNode(attrs{}, kind, r.IDs))
}

func receiptNode(from attrs, kind string, ids []string) waBinary.Node {
	n := with(waBinary.Node{Tag: "receipt", Attrs: from}, "id", ids[0])
	n.Attrs["t"] = now()
	if kind != "" && kind != ReceiptDelivered {
		n.Attrs["type"] = kind
	}
	if len(ids) > 1 {
		var items []waBinary.Node
		for _, id := range ids[1:] {
			items = append(items, element("item", attrs{"id": id}))
		}
		n.Content = []waBinary.Node{element("list", nil, items...)}
	}
	return n
}

// senderAttrs name an end of the person as the source of a receipt in a chat.
func (p *Person) senderAttrs(end *phone, chat types.JID) attrs {
	if sharedChat(chat) {
		return attrs{"from": chat, "participant": end.lid, "participant_pn": p.pn}
	}
	return attrs{"from": end.lid, "sender_pn": p.pn}
}
