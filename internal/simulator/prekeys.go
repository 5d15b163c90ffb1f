package simulator

import (
	"context"
	"encoding/binary"
	"fmt"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/util/optional"
	waBinary "go.mau.fi/whatsmeow/binary"
)

// lowPreKeys is where a client is told that its one-time prekeys run out.
const lowPreKeys = 5

// deviceKeys is what a device has uploaded; guarded by the device.
type deviceKeys struct {
	registration uint32
	signed       waBinary.Node // <skey>; empty before the first upload
	oneTime      []waBinary.Node
}

// answerKeys handles uploads, counts and fetches of prekeys.
func (d *Device) answerKeys(n *waBinary.Node, kind string) reply {
	if kind == "set" {
		d.storeKeys(n)
		return result()
	}
	if _, ok := n.GetOptionalChildByTag("count"); ok {
		return result(element("count", attrs{"value": d.Info().PreKeys}))
	}
	wanted := n.GetChildByTag("key")
	var list []waBinary.Node
	for _, user := range wanted.GetChildren() {
		list = append(list, d.srv.bundleOf(&user))
	}
	return result(element("list", nil, list...))
}

func (d *Device) storeKeys(n *waBinary.Node) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if registration := childContent(n, "registration"); len(registration) == 4 {
		d.keys.registration = binary.BigEndian.Uint32(registration)
	}
	d.keys.signed = n.GetChildByTag("skey")
	list := n.GetChildByTag("list")
	d.keys.oneTime = append(d.keys.oneTime, list.GetChildren()...)
}

// bundleOf answers one <user> of a prekey query.
func (s *Server) bundleOf(user *waBinary.Node) waBinary.Node {
	jid := attrJID(user, "jid")
	answer := element("user", attrs{"jid": jid, "t": now()})
	var bundle []waBinary.Node
	if p := s.byJID(jid); p != nil {
		if end := p.end(jid.Device); end != nil {
			bundle = end.bundle()
		} else {
			bundle = p.device(jid.Device).bundle()
		}
	}
	if len(bundle) == 0 {
		bundle = []waBinary.Node{element("error", attrs{"code": "404", "text": "item-not-found"})}
	}
	answer.Content = bundle
	return answer
}

// bundle gives one prekey of a device away, with the identity that its account has signed; nil when it has no keys.
func (d *Device) bundle() []waBinary.Node {
	if d == nil {
		return nil
	}
	signed, oneTime, registration, ok := d.takeKeys()
	if !ok {
		return nil
	}
	list := []waBinary.Node{leaf("registration", binary.BigEndian.AppendUint32(nil, registration)), leaf("type", []byte{ecc.DjbType}),
		leaf("identity", d.identity[:]), signed}
	if oneTime != nil {
		list = append(list, *oneTime)
	}
	return append(list, leaf("device-identity", d.adv))
}

// takeKeys takes a one-time prekey, nil when none is left, and tells the client when they run out.
func (d *Device) takeKeys() (signed waBinary.Node, oneTime *waBinary.Node, registration uint32, ok bool) {
	d.mu.Lock()
	signed, registration, ok = d.keys.signed, d.keys.registration, d.keys.signed.Tag != ""
	if ok && len(d.keys.oneTime) > 0 {
		oneTime = &d.keys.oneTime[0]
		d.keys.oneTime = d.keys.oneTime[1:]
	}
	left := len(d.keys.oneTime)
	d.mu.Unlock()
	if ok && left < lowPreKeys {
		d.tellPreKeys(left)
	}
	return signed, oneTime, registration, ok
}

// takeBundle is a bundle of the device in libsignal's form.
func (d *Device) takeBundle() (*prekey.Bundle, error) {
	signed, oneTime, registration, ok := d.takeKeys()
	if !ok {
		return nil, fmt.Errorf("encrypt for %s: %w", d.ID(), errNoKeys)
	}
	return buildBundle(registration, uint32(d.number), &signed, oneTime, d.identity[:])
}

// buildBundle reads a bundle out of its nodes; oneTime may be nil.
func buildBundle(registration, device uint32, signed, oneTime *waBinary.Node, identityKey []byte) (*prekey.Bundle, error) {
	value, signature := childContent(signed, "value"), childContent(signed, "signature")
	if len(value) != 32 || len(signature) != 64 || len(identityKey) != 32 {
		return nil, fmt.Errorf("signed prekey or identity has a wrong length")
	}
	id, public := optional.NewEmptyUint32(), ecc.ECPublicKeyable(nil)
	if oneTime != nil {
		key := childContent(oneTime, "value")
		if len(key) != 32 {
			return nil, fmt.Errorf("one-time prekey has %d bytes", len(key))
		}
		id, public = optional.NewOptionalUint32(keyID(oneTime)), ecc.NewDjbECPublicKey([32]byte(key))
	}
	return prekey.NewBundle(registration, device, id, keyID(signed), public, ecc.NewDjbECPublicKey([32]byte(value)), [64]byte(signature),
		identity.NewKey(ecc.NewDjbECPublicKey([32]byte(identityKey)))), nil
}

// keyID reads the three bytes of <id>.
func keyID(n *waBinary.Node) uint32 {
	raw := childContent(n, "id")
	if len(raw) != 3 {
		return 0
	}
	return uint32(frameLength(raw))
}

func keyNode(tag string, id uint32, public, signature []byte) waBinary.Node {
	children := []waBinary.Node{leaf("id", []byte{byte(id >> 16), byte(id >> 8), byte(id)}), leaf("value", public)}
	if signature != nil {
		children = append(children, leaf("signature", signature))
	}
	return element(tag, nil, children...)
}

// bundle is a bundle of keys: registration, type, identity, skey, key, and of a second device its signed identity. Empty when the store fails, which a map does
// not.
func (ph *phone) bundle() []waBinary.Node {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	oneTime, err := ph.store.PreKeys.GenOnePreKey(context.Background())
	if err != nil {
		return nil
	}
	signed := ph.store.SignedPreKey
	list := []waBinary.Node{
		leaf("registration", binary.BigEndian.AppendUint32(nil, ph.store.RegistrationID)),
		leaf("type", []byte{ecc.DjbType}),
		leaf("identity", ph.store.IdentityKey.Pub[:]),
		keyNode("skey", signed.KeyID, signed.Pub[:], signed.Signature[:]),
		keyNode("key", oneTime.KeyID, oneTime.Pub[:], nil),
	}
	if ph.adv != nil {
		list = append(list, leaf("device-identity", ph.adv))
	}
	return list
}
