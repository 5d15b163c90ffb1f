package simulator

import (
	"context"
	"encoding/binary"
	"fmt"

	"go.mau.fi/libsignal/session"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// maxRetries is how often a phone asks for a message again.
const maxRetries = 3

// askAgain makes an end of the person tell a client that it could not decrypt; the client then encrypts to the keys in the receipt.
func (p *Person) askAgain(end *phone, from *Device, n *waBinary.Node) {
	id, chat := attrText(n, "id"), attrJID(n, "to")
	end.mu.Lock()
	end.retries[id]++
	count := end.retries[id]
	end.mu.Unlock()
	if count <= maxRetries {
		end.sendRetry(from, p.senderAttrs(end, chat), id, count)
	}
}

// sendRetry queues a retry receipt with a fresh bundle.
func (ph *phone) sendRetry(d *Device, from attrs, id string, count int) {
	b := ph.bundle()
	if len(b) < 5 {
		return
	}
	registration, kind, identity, signed, oneTime := b[0], b[1], b[2], b[3], b[4]
	n := with(waBinary.Node{Tag: "receipt", Attrs: from}, "id", id)
	n.Attrs["type"], n.Attrs["t"] = ReceiptRetry, now()
	n.Content = []waBinary.Node{
		element("retry", attrs{"count": count, "id": id, "t": now(), "v": "1"}),
		registration,
		element("keys", nil, kind, identity, oneTime, signed),
	}
	if ph.adv != nil {
		n.Content.([]waBinary.Node)[2].Content = append(n.Content.([]waBinary.Node)[2].GetChildren(), leaf("device-identity", ph.adv))
	}
	d.enqueue(n)
}

// resend answers a client's retry receipt: same id, new session, in groups with the sender key inside. Errors:
// ErrUnknownMsg.
func (p *Person) resend(end *phone, d *Device, id string, receipt *waBinary.Node) error {
	p.mu.Lock()
	m, ok := p.known.byID[id]
	p.mu.Unlock()
	if !ok || m.sender != p.lid {
		return fail(CodeUnknownMsg, "%s has not written message %q", p.phone, id)
	}
	end.mu.Lock()
	defer end.mu.Unlock()
	if err := end.renew(d, receipt); err != nil {
		return err
	}
	n, body, err := p.resendNode(end, d, &m)
	if err != nil {
		return err
	}
	plain, err := proto.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	enc, err := end.encrypt(d, plain)
	if err != nil {
		return err
	}
	retry := receipt.GetChildByTag("retry")
	enc.Attrs["count"] = attrText(&retry, "count")
	n.Content = []waBinary.Node{enc}
	if end.adv != nil {
		n.Content = append(n.GetChildren(), leaf("device-identity", end.adv))
	}
	d.enqueue(n)
	return nil
}

// resendNode is the envelope and the body of a resend; the caller holds the phone.
func (p *Person) resendNode(end *phone, d *Device, m *knownMessage) (waBinary.Node, *waE2E.Message, error) {
	l := &letter{id: m.id, kind: m.kind, edit: m.edit, at: m.at, category: m.category, from: end}
	if sharedChat(m.chat) {
		key, err := end.senderKey(m.chat)
		if err != nil {
			return waBinary.Node{}, nil, err
		}
		body, ok := proto.Clone(m.body).(*waE2E.Message)
		if !ok {
			return waBinary.Node{}, nil, fmt.Errorf("copy message %s", m.id)
		}
		body.SenderKeyDistributionMessage = key
		end.gave(m.chat, d)
		return p.groupNode(m.chat, l), body, nil
	}
	if d.person == p && m.category == "" && m.chat != p.lid {
		return p.directNode(d, l, m.chat), deviceSent(m.body, m.chat), nil
	}
	return p.directNode(d, l, types.EmptyJID), m.body, nil
}

// renew begins a new session with a device, from the keys in its retry receipt when there are any, else at the next
// encryption from the server's; the caller holds mu.
func (ph *phone) renew(d *Device, receipt *waBinary.Node) error {
	if err := ph.forgetSession(d); err != nil {
		return fmt.Errorf("forget session with %s: %w", d.ID(), err)
	}
	keys, ok := receipt.GetOptionalChildByTag("keys")
	registration := childContent(receipt, "registration")
	if !ok || len(registration) != 4 {
		return nil
	}
	signed, oneTime := keys.GetChildByTag("skey"), keys.GetChildByTag("key")
	bundle, err := buildBundle(binary.BigEndian.Uint32(registration), uint32(d.number), &signed, &oneTime, childContent(&keys, "identity"))
	if err != nil {
		return fmt.Errorf("read keys of a retry receipt: %w", err)
	}
	ctx, address := context.Background(), d.lid.SignalAddress()
	if err = ph.store.Identities.DeleteIdentity(ctx, address.String()); err != nil {
		return fmt.Errorf("forget identity of %s: %w", d.ID(), err)
	}
	return session.NewBuilderFromSignal(ph.store, address, store.SignalProtobufSerializer).ProcessBundle(ctx, bundle)
}
