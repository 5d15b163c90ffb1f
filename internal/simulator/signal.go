package simulator

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/util/random"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// phone is the Signal end of a person: of its phone or, with an identity that the phone has signed, of a second device. mu covers a whole send or receive: what a phone encrypts and queues keeps its order.
type phone struct {
	pn, lid types.JID
	mu      sync.Mutex
	store   *store.Device
	gaveKey map[types.JID]map[*Device]bool // group → devices that have the phone's sender key
	retries map[string]int                 // message id → retry receipts sent
	adv     []byte                         // second devices: ADVSignedDeviceIdentity with both signatures
}

func newPhone(pn, lid types.JID) *phone {
	ph := &phone{pn: pn, lid: lid}
	ph.install()
	return ph
}

// install makes a new Signal identity; the caller holds mu or owns the phone alone.
func (ph *phone) install() {
	pn := ph.pn
	identity := keys.NewKeyPair()
	ph.store = &store.Device{Log: waLog.Noop, IdentityKey: identity, NoiseKey: keys.NewKeyPair(), SignedPreKey: identity.CreateSignedPreKey(1),
		RegistrationID: rand.Uint32(), AdvSecretKey: random.Bytes(32), ID: &pn, LID: ph.lid, Initialized: true}
	ph.store.SetAllStores(newMemStore())
	ph.gaveKey, ph.retries = map[types.JID]map[*Device]bool{}, map[string]int{}
}

// identity is the account's identity key.
func (ph *phone) identity() *keys.KeyPair {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	return ph.store.IdentityKey
}

// Reinstall gives the phone a new Signal identity, as after a change of phones. With notify the devices that knew the old
// one are told at once; else they see it at the next message.
func (p *Person) Reinstall(notify bool) {
	p.signal.mu.Lock()
	p.signal.install()
	p.signal.mu.Unlock()
	p.forgetCompanions()
	p.mu.Lock()
	knew := p.acquainted
	p.acquainted = map[*Device]bool{}
	p.mu.Unlock()
	for d := range knew {
		if notify && d.person != p {
			d.enqueue(element("notification", attrs{"from": p.lid, "type": "encrypt", "id": p.srv.nextID(), "t": now()}, element("identity", nil)))
		}
	}
}

// encrypt makes the <enc> of one device; the caller holds mu. A session is begun with one of the device's prekeys when
// there is none.
func (ph *phone) encrypt(d *Device, plaintext []byte) (waBinary.Node, error) {
	ctx, address := context.Background(), d.lid.SignalAddress()
	builder := session.NewBuilderFromSignal(ph.store, address, store.SignalProtobufSerializer)
	has, err := ph.store.ContainsSession(ctx, address)
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("look for a session with %s: %w", d.ID(), err)
	}
	if !has {
		if err = ph.begin(ctx, d, builder); err != nil {
			return waBinary.Node{}, err
		}
	}
	sealed, err := session.NewCipher(builder, address).Encrypt(ctx, pad(plaintext))
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("encrypt for %s: %w", d.ID(), err)
	}
	kind := "msg"
	if sealed.Type() == protocol.PREKEY_TYPE {
		kind = "pkmsg"
	}
	return waBinary.Node{Tag: "enc", Attrs: attrs{"v": "2", "type": kind}, Content: sealed.Serialize()}, nil
}

func (ph *phone) begin(ctx context.Context, d *Device, builder *session.Builder) error {
	bundle, err := d.takeBundle()
	if err != nil {
		return err
	}
	if err = ph.store.Identities.DeleteIdentity(ctx, d.lid.SignalAddress().String()); err != nil {
		return fmt.Errorf("forget identity of %s: %w", d.ID(), err)
	}
	if err = builder.ProcessBundle(ctx, bundle); err != nil {
		return fmt.Errorf("begin session with %s: %w", d.ID(), err)
	}
	return nil
}

// forgetSession makes the next message to a device begin a new session; the caller holds mu.
func (ph *phone) forgetSession(d *Device) error {
	return ph.store.Sessions.DeleteSession(context.Background(), d.lid.SignalAddress().String())
}

// pad adds 1 to 15 bytes that say how many they are.
func pad(plaintext []byte) []byte {
	n := 1 + rand.IntN(15)
	padded := make([]byte, len(plaintext)+n)
	copy(padded, plaintext)
	for i := len(plaintext); i < len(padded); i++ {
		padded[i] = byte(n)
	}
	return padded
}

func unpad(padded []byte) ([]byte, error) {
	if len(padded) == 0 || int(padded[len(padded)-1]) > len(padded) {
		return nil, fmt.Errorf("padding of %d bytes is wrong", len(padded))
	}
	return padded[:len(padded)-int(padded[len(padded)-1])], nil
}
