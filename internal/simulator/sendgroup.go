package simulator

import (
	"errors"
	"fmt"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// sendShared encrypts once for the devices of all readers; who lacks the sender key gets it in the same stanza. The caller
// holds the phone.
func (p *Person) sendShared(chat types.JID, readers []*Person, l *letter) error {
	key, err := l.via(p).senderKey(chat)
	if err != nil {
		return err
	}
	keyPlain, err := proto.Marshal(&waE2E.Message{SenderKeyDistributionMessage: key})
	if err != nil {
		return fmt.Errorf("encode sender key: %w", err)
	}
	plain, err := proto.Marshal(l.body)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	shared, err := l.via(p).encryptGroup(chat, plain)
	if err != nil {
		return err
	}
	if l.media != "" {
		shared.Attrs["mediatype"] = l.media
	}
	for _, member := range readers {
		for _, d := range member.Devices() {
			if l.only != nil && d != l.only {
				continue
			}
			if err = p.sendGroupTo(d, chat, keyPlain, shared, l); err != nil && !errors.Is(err, errNoKeys) {
				return err
			}
		}
	}
	return nil
}

func (p *Person) sendGroupTo(d *Device, chat types.JID, keyPlain []byte, shared waBinary.Node, l *letter) error {
	n := p.groupNode(chat, l)
	damage := d.takeCorruption(true)
	if l.corrupt {
		damage = CorruptCiphertext
	}
	end := l.via(p)
	var parts []waBinary.Node
	if !end.gaveKey[chat][d] && !l.noSenderKey && damage != CorruptSenderKey {
		enc, err := end.encrypt(d, keyPlain)
		if err != nil {
			return err
		}
		end.gave(chat, d)
		parts = append(parts, enc)
	}
	switch damage {
	case "", CorruptSenderKey:
	case CorruptCiphertext, CorruptSession, CorruptProtobuf:
		// What all share cannot be unreadable for one alone; a damaged ciphertext shows the same retry path.
		shared = with(shared, "type", "skmsg")
		spoil(&shared)
	case CorruptEncType:
		shared = with(shared, "type", "future")
	}
	n.Content = append(parts, shared)
	if l.missing {
		n.Content = []waBinary.Node{element("unavailable", attrs{"type": l.missingType})}
	}
	p.hand(d, n, l)
	return nil
}

func (ph *phone) gave(chat types.JID, d *Device) {
	if ph.gaveKey[chat] == nil {
		ph.gaveKey[chat] = map[*Device]bool{}
	}
	ph.gaveKey[chat][d] = true
}

func (p *Person) groupNode(chat types.JID, l *letter) waBinary.Node {
	name, _ := p.profile()
	tag := "message"
	if l.topLevel {
		tag = "status"
	}
	return waBinary.Node{Tag: tag, Attrs: attrs{"from": chat, "participant": l.via(p).lid, "participant_pn": p.pn, "addressing_mode": "lid",
		"id": l.id, "t": l.at.Unix(), "type": l.kind, "notify": name, "edit": l.edit}}
}
