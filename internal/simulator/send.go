package simulator

import (
	"errors"
	"fmt"
	"strings"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// categoryPeer marks what a phone says to its own linked devices.
const categoryPeer = "peer"

// errNoKeys says that a device cannot be encrypted for: it was linked, but has not finished its first login.
var errNoKeys = errors.New("device has not uploaded keys")

// letter is a message on its way.
type letter struct {
	id, kind, media, edit, category string
	at                              time.Time
	addressing                      string
	body                            *waE2E.Message
	corrupt, noSenderKey, missing   bool
	missingType                     string  // of the unavailable element
	topLevel                        bool    // status updates: as an element of its own
	only                            *Device // nil = all
	from                            *phone  // nil = the phone
	delivery                        *Delivery
	onAck                           func() // per device
}

// Send writes a message and returns once it is in the queue of every receiving device. Devices that have no keys yet are
// left out, as real senders do. Errors: ErrInvalid, ErrUnknownPerson, ErrUnknownGroup, ErrUnknownDevice, ErrUnknownMsg,
// ErrNotAMember, ErrNotAllowed, ErrNotConnected when no device of the receiver has finished its first login.
func (p *Person) Send(m Message) (*Delivery, error) { return p.send(m, nil) }

func (p *Person) send(m Message, onAck func()) (*Delivery, error) {
	group, peer, err := p.srv.resolve(m.To)
	if err != nil {
		return nil, err
	}
	chat := types.StatusBroadcastJID
	if group != nil {
		if chat = group.jid; group.role(p) == "" {
			return nil, fail(CodeNotAMember, "%s is not a member of %s", p.phone, chat)
		}
		if group.mayWrite(p) != 0 {
			return nil, fail(CodeNotAllowed, "%s may not write in %s: only admins may, or nobody", p.phone, chat)
		}
	} else if peer != nil {
		chat = peer.lid
	} else if m.ReplyTo != "" {
		return nil, fail(CodeInvalid, "a reply to a status update goes to its author")
	}
	l, err := p.letter(&m, chat)
	if err != nil {
		return nil, err
	}
	l.onAck = onAck
	known := knownMessage{id: l.id, chat: chat, sender: p.lid, body: l.body, at: l.at, kind: l.kind, edit: l.edit, secret: m.ViewOnceMasked}
	p.remember(known)
	end := l.via(p)
	end.mu.Lock()
	defer end.mu.Unlock()
	switch {
	case group != nil:
		group.remember(known)
		return l.delivery, p.sendShared(group.jid, group.people(), l)
	case peer == nil:
		return l.delivery, p.sendStatus(l)
	}
	return l.delivery, p.sendDirect(peer, l)
}

func (p *Person) letter(m *Message, chat types.JID) (*letter, error) {
	body, err := p.compose(m, chat)
	if err != nil {
		return nil, err
	}
	switch m.Addressing {
	case "", AddressLID, AddressPN, AddressPNOnly, AddressLIDOnly:
	default:
		return nil, fail(CodeInvalid, "addressing must be lid, pn, pn_only or lid_only, not %q", m.Addressing)
	}
	l := &letter{id: m.ID, at: m.At, addressing: m.Addressing, body: body, corrupt: m.Corrupt, noSenderKey: m.NoSenderKey, missing: m.Unavailable || m.ViewOnceMasked,
		topLevel: m.TopLevel}
	if m.ViewOnceMasked {
		l.missingType = "view_once"
	}
	l.kind, l.media, l.edit = classify(body)
	if l.id == "" {
		l.id = newMessageID()
	}
	if l.at.IsZero() {
		l.at = time.Now()
	}
	if l.from = p.end(m.FromDevice); l.from == nil {
		return nil, fail(CodeUnknownDevice, "%s has no simulated device %d", p.phone, m.FromDevice)
	}
	if m.Only != "" {
		if l.only, err = p.only(m.Only, chat); err != nil {
			return nil, err
		}
	}
	l.delivery = &Delivery{ID: l.id, To: chat, At: l.at}
	return l, nil
}

// only finds the one device that a message goes to; it must be a receiver's or one of the sender's own.
func (p *Person) only(id string, chat types.JID) (*Device, error) {
	d, err := p.srv.Device(id)
	if err != nil {
		return nil, err
	}
	g := p.srv.groupByJID(chat)
	if chat.Server != types.BroadcastServer && d.person != p && d.person.lid != chat && (g == nil || g.role(d.person) == "") {
		return nil, fail(CodeInvalid, "device %s does not receive this message", d.ID())
	}
	return d, nil
}

// resolve finds what a "to" names: a group, a person, or neither for status updates.
func (s *Server) resolve(to string) (*Group, *Person, error) {
	if isStatus(to) {
		return nil, nil, nil
	}
	if strings.HasSuffix(to, "@"+types.GroupServer) {
		g, err := s.Group(to)
		return g, nil, err
	}
	p, err := s.Person(to)
	return nil, p, err
}

// sendDirect encrypts for the devices of the receiver, and a copy for the sender's own; the caller holds the phone.
func (p *Person) sendDirect(peer *Person, l *letter) error {
	plain, err := proto.Marshal(l.body)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	if peer != p && !peer.blocks(p) {
		if err = p.sendToAll(peer.Devices(), plain, l, types.EmptyJID); err != nil {
			return err
		}
	}
	if peer != p {
		copied := deviceSent(l.body, peer.lid)
		if plain, err = proto.Marshal(copied); err != nil {
			return fmt.Errorf("encode copy for own devices: %w", err)
		}
	}
	recipient := peer.lid
	if l.category == categoryPeer {
		recipient = types.EmptyJID
	}
	err = p.sendToAll(p.Devices(), plain, l, recipient)
	if peer != p && errors.Is(err, ErrNotConnected) {
		return nil // own devices get no copy; the receiver has the message
	}
	return err
}

// deviceSent wraps a message for the sender's own devices.
func deviceSent(body *waE2E.Message, to types.JID) *waE2E.Message {
	return &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{DestinationJID: proto.String(to.String()), Message: body}, MessageContextInfo: body.MessageContextInfo}
}

func (p *Person) sendToAll(devices []*Device, plain []byte, l *letter, recipient types.JID) error {
	wanted, reached := 0, 0
	for _, d := range devices {
		if l.only != nil && d != l.only {
			continue
		}
		wanted++
		n := p.directNode(d, l, recipient)
		if err := p.fill(&n, d, plain, l); errors.Is(err, errNoKeys) {
			continue
		} else if err != nil {
			return err
		}
		reached++
		p.hand(d, n, l)
	}
	if wanted > 0 && reached == 0 {
		return fail(CodeNotConnected, "no device of the receiver has finished its first login")
	}
	return nil
}

// hand queues a finished message stanza for a device.
func (p *Person) hand(d *Device, n waBinary.Node, l *letter) {
	p.meet(d)
	if name, ok := p.verifiedName(); ok && l.category == "" {
		n.Content = append(n.GetChildren(), name)
	}
	if end := l.via(p); end.adv != nil && !l.missing {
		n.Content = append(n.GetChildren(), leaf("device-identity", end.adv))
	}
	st := d.enqueueCounted(n, l.onAck)
	l.delivery.targets = append(l.delivery.targets, target{jid: d.jid, stanza: st})
}

// fill puts the ciphertext for one device into its stanza.
func (p *Person) fill(n *waBinary.Node, d *Device, plain []byte, l *letter) error {
	if l.missing {
		n.Content = []waBinary.Node{element("unavailable", attrs{"type": l.missingType})}
		return nil
	}
	enc, err := p.seal(d, plain, l)
	if err != nil {
		return err
	}
	n.Content = []waBinary.Node{enc}
	return nil
}

// directNode is the envelope of a message outside of groups. recipient is set for the sender's own devices.
func (p *Person) directNode(d *Device, l *letter, recipient types.JID) waBinary.Node {
	name, _ := p.profile()
	a := attrs{"id": l.id, "t": l.at.Unix(), "type": l.kind, "edit": l.edit, "category": l.category}
	own := d.person == p
	if l.category == "" {
		a["notify"] = name
	}
	end := l.via(p)
	byPhone := l.addressing == AddressPN || l.addressing == AddressPNOnly || l.addressing == "" && p.srv.faults.forDevice(d).PNAddressing
	if byPhone {
		a["from"] = end.pn
		if !own && l.addressing != AddressPNOnly {
			a["sender_lid"] = p.lid
		}
	} else {
		a["from"], a["addressing_mode"] = end.lid, "lid"
		if !own && l.addressing != AddressLIDOnly {
			a["sender_pn"] = p.pn
		}
	}
	if own && !recipient.IsEmpty() {
		a["recipient"] = recipient
		if peer := p.srv.byJID(recipient); peer != nil {
			a["peer_recipient_pn"] = peer.pn
		}
	}
	return waBinary.Node{Tag: "message", Attrs: a}
}
