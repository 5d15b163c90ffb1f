package simulator

import (
	"fmt"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// handleMessage takes a message of a client: acknowledges it, then hands each part to a phone or to another device.
func (d *Device) handleMessage(c *conn, n *waBinary.Node) {
	id, to := attrText(n, "id"), attrJID(n, "to")
	if to.Server == types.NewsletterServer {
		d.handlePost(c, n, to)
		return
	}
	ack := attrs{"class": "message", "id": id, "from": to, "t": now()}
	if fault := d.srv.faults.takeAckError(d, d.srv.names(to)); fault != nil {
		ack["error"] = fault.Code
	} else if code := d.srv.undeliverable(d, n, to); code != 0 {
		ack["error"] = code
	}
	if ack["error"] != nil {
		c.send(element("ack", ack))
		return
	}
	if hash := d.deviceHashWith(to); hash != "" {
		ack["phash"] = hash
	}
	if fault := d.srv.faults.takeNoAck(d); fault == nil {
		c.send(element("ack", ack))
	} else if fault.Then == "kick" {
		c.end(0, false)
	}
	if _, whole := n.GetOptionalChildByTag("participants"); whole && !d.firstTime(id) {
		return // after a cut connection the client sends the very frame again, and its ciphertext has been used
	}
	d.route(n, id, to)
}

// names makes a test whether a phone, LID or group is the one that a JID names.
func (s *Server) names(j types.JID) func(string) bool {
	return func(to string) bool {
		if to == j.String() || to == j.User {
			return true
		}
		p := s.lookup(to)
		return p != nil && p == s.byJID(j)
	}
}

// undeliverable is the error code for a message that goes nowhere; 0 when it goes somewhere.
func (s *Server) undeliverable(d *Device, n *waBinary.Node, to types.JID) int {
	switch to.Server {
	case types.GroupServer:
		g := s.groupByJID(to)
		if g == nil {
			return 404
		}
		return g.mayWrite(d.person)
	case types.DefaultUserServer, types.HiddenUserServer:
		return 0
	case types.BroadcastServer:
		if to == types.StatusBroadcastJID {
			return 0
		}
	}
	s.unknown.query("message", "", to.String(), n)
	return 501
}

func (d *Device) firstTime(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen.add(id)
}

// route hands the parts of a message to their devices.
func (d *Device) route(n *waBinary.Node, id string, to types.JID) {
	var shared, single *waBinary.Node
	for _, enc := range n.GetChildrenByTag("enc") {
		if attrText(&enc, "type") == "skmsg" {
			shared = &enc
		} else {
			single = &enc
		}
	}
	if single != nil { // to the own phone, or again after a retry receipt
		target := to
		if participant := attrJID(n, "participant"); !participant.IsEmpty() {
			target = participant
		}
		d.pass(target, n, []waBinary.Node{*single})
		return
	}
	served := map[types.JID]bool{}
	list := n.GetChildByTag("participants")
	for _, part := range list.GetChildren() {
		encs := part.GetChildrenByTag("enc")
		if shared != nil {
			encs = append(encs, *shared)
		}
		target := attrJID(&part, "jid")
		served[d.srv.canonical(target)] = true
		d.pass(target, n, encs)
	}
	if g := d.srv.groupByJID(to); shared != nil && g != nil {
		d.passRest(g, n, *shared, served)
	}
}

// passRest gives the shared part to members' devices that were not named: they have the sender key already.
func (d *Device) passRest(g *Group, n *waBinary.Node, shared waBinary.Node, served map[types.JID]bool) {
	for _, member := range g.people() {
		if !served[member.lid] && member != d.person {
			d.pass(member.lid, n, []waBinary.Node{shared})
		}
		for _, number := range member.Companions() {
			if other := member.deviceLID(number); !served[other] {
				d.pass(other, n, []waBinary.Node{shared})
			}
		}
		for _, other := range member.Devices() {
			if other != d && !served[other.lid] {
				d.pass(other.lid, n, []waBinary.Node{shared})
			}
		}
	}
}

// canonical is the LID form of a device's JID.
func (s *Server) canonical(j types.JID) types.JID {
	if p := s.byJID(j); p != nil {
		return p.deviceLID(j.Device)
	}
	return j
}

// pass gives ciphertexts to one device: a phone decrypts, a real client gets them in its queue.
func (d *Device) pass(target types.JID, n *waBinary.Node, encs []waBinary.Node) {
	p := d.srv.byJID(target)
	if p == nil {
		return
	}
	if to := attrJID(n, "to"); to.Server != types.GroupServer && p.blocks(d.person) {
		return
	}
	if end := p.end(target.Device); end != nil {
		p.receive(end, d, n, encs)
	} else if other := p.device(target.Device); other != nil && other != d {
		other.enqueue(d.forward(other, n, encs))
	}
}

// forward is the stanza by which another client hears of a client's message.
func (d *Device) forward(to *Device, n *waBinary.Node, encs []waBinary.Node) waBinary.Node {
	name, _ := d.person.profile()
	chat := attrJID(n, "to")
	a := attrs{"id": attrText(n, "id"), "t": now(), "type": attrText(n, "type"), "notify": name, "edit": attrText(n, "edit")}
	switch {
	case sharedChat(chat):
		a["from"], a["participant"], a["participant_pn"], a["addressing_mode"] = chat, d.lid, d.jid, "lid"
	case to.person == d.person:
		a["from"], a["recipient"] = d.lid, chat
	case d.srv.faults.forDevice(to).PNAddressing:
		a["from"], a["sender_lid"] = d.jid, d.lid
	default:
		a["from"], a["sender_pn"], a["addressing_mode"] = d.lid, d.jid, "lid"
	}
	children := append([]waBinary.Node(nil), encs...)
	if identity, ok := n.GetOptionalChildByTag("device-identity"); ok {
		children = append(children, identity)
	}
	return element("message", a, children...)
}

// note puts an entry into the inbox.
func (p *Person) note(e Entry) {
	e.At = time.Now()
	p.inbox.add(func(seq uint64) Entry {
		e.Seq = seq
		return e
	})
}

func (d *Device) sender() Sender {
	return Sender{Phone: d.person.phone, LID: d.person.lid.User, Device: d.number}
}

func (p *Person) noteError(from *Device, chat types.JID, id string, err error) {
	p.note(Entry{Kind: KindError, From: from.sender(), Chat: chatName(from.person, chat), ID: id, Error: fmt.Sprint(err)})
}

// chatName is how an inbox names a chat: the group's id, or the other's phone.
func chatName(other *Person, chat types.JID) string {
	switch {
	case chat == types.StatusBroadcastJID:
		return ToStatus
	case chat.Server == types.GroupServer:
		return chat.String()
	}
	return other.phone
}
