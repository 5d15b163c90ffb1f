package simulator

import (
	"context"
	"fmt"

	"go.mau.fi/libsignal/groups"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// decrypt opens an <enc> of a device; the caller holds mu. The store keeps serialized values, so a failure leaves no half
// advanced ratchet.
func (ph *phone) decrypt(from types.JID, enc *waBinary.Node, chat types.JID) ([]byte, error) {
	plain, err := ph.open(from, attrText(enc, "type"), content(*enc), chat)
	if err != nil {
		return nil, err
	}
	return unpad(plain)
}

func (ph *phone) open(from types.JID, kind string, raw []byte, chat types.JID) ([]byte, error) {
	ctx, address := context.Background(), from.SignalAddress()
	builder := session.NewBuilderFromSignal(ph.store, address, store.SignalProtobufSerializer)
	switch kind {
	case "pkmsg":
		m, err := protocol.NewPreKeySignalMessageFromBytes(raw, store.SignalProtobufSerializer.PreKeySignalMessage, store.SignalProtobufSerializer.SignalMessage)
		if err != nil {
			return nil, err
		}
		return session.NewCipher(builder, address).DecryptMessage(ctx, m)
	case "msg":
		m, err := protocol.NewSignalMessageFromBytes(raw, store.SignalProtobufSerializer.SignalMessage)
		if err != nil {
			return nil, err
		}
		return session.NewCipher(builder, address).Decrypt(ctx, m)
	case "skmsg":
		m, err := protocol.NewSenderKeyMessageFromBytes(raw, store.SignalProtobufSerializer.SenderKeyMessage)
		if err != nil {
			return nil, err
		}
		name := protocol.NewSenderKeyName(chat.String(), address)
		return groups.NewGroupCipher(groups.NewGroupSessionBuilder(ph.store, store.SignalProtobufSerializer), name, ph.store).Decrypt(ctx, m)
	}
	return nil, fmt.Errorf("unknown encryption %q", kind)
}

// learnSenderKey takes a group key that a device has distributed; the caller holds mu.
func (ph *phone) learnSenderKey(from types.JID, sk *waE2E.SenderKeyDistributionMessage) error {
	m, err := protocol.NewSenderKeyDistributionMessageFromBytes(sk.GetAxolotlSenderKeyDistributionMessage(), store.SignalProtobufSerializer.SenderKeyDistributionMessage)
	if err != nil {
		return fmt.Errorf("read sender key of %s: %w", from, err)
	}
	name := protocol.NewSenderKeyName(sk.GetGroupID(), from.SignalAddress())
	return groups.NewGroupSessionBuilder(ph.store, store.SignalProtobufSerializer).Process(context.Background(), name, m)
}

// senderKey is the phone's own key of a group, as a message to hand over; the caller holds mu.
func (ph *phone) senderKey(chat types.JID) (*waE2E.SenderKeyDistributionMessage, error) {
	name := protocol.NewSenderKeyName(chat.String(), ph.lid.SignalAddress())
	key, err := groups.NewGroupSessionBuilder(ph.store, store.SignalProtobufSerializer).Create(context.Background(), name)
	if err != nil {
		return nil, fmt.Errorf("make sender key for %s: %w", chat, err)
	}
	return &waE2E.SenderKeyDistributionMessage{GroupID: proto.String(chat.String()), AxolotlSenderKeyDistributionMessage: key.Serialize()}, nil
}

// encryptGroup makes the <enc> that all members share; the caller holds mu and has called senderKey.
func (ph *phone) encryptGroup(chat types.JID, plaintext []byte) (waBinary.Node, error) {
	name := protocol.NewSenderKeyName(chat.String(), ph.lid.SignalAddress())
	builder := groups.NewGroupSessionBuilder(ph.store, store.SignalProtobufSerializer)
	sealed, err := groups.NewGroupCipher(builder, name, ph.store).Encrypt(context.Background(), pad(plaintext))
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("encrypt for %s: %w", chat, err)
	}
	return waBinary.Node{Tag: "enc", Attrs: attrs{"v": "2", "type": "skmsg"}, Content: sealed.SignedSerialize()}, nil
}
