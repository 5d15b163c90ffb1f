package simulator

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/libsignal/ecc"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// What precedes the signed bytes of an account's and of a device's signature.
const (
	accountPrefix = "\x06\x00"
	devicePrefix  = "\x06\x01"
)

// attempt is one linking of a client to a person, from pair-success to the client's signature.
type attempt struct {
	person   *Person
	c        *conn
	number   uint16
	identity [32]byte
	details  []byte // waAdv.ADVDeviceIdentity, serialized
	key      [32]byte
	queryID  string
	started  time.Time

	once   sync.Once
	done   chan struct{}
	device *Device // set before done
	err    error
}

// begin sends a client the account's signature over its identity, under the secret that came with the code.
func (p *Person) begin(c *conn, identity [32]byte, secret []byte) (*attempt, error) {
	if !bytes.Equal(c.payload.GetDevicePairingData().GetEIdent(), identity[:]) {
		return nil, fail(CodeInvalid, "the code names another identity than the client registered")
	}
	a := &attempt{person: p, c: c, number: p.nextNumber(), identity: identity, queryID: p.srv.nextID(), started: time.Now(), done: make(chan struct{})}
	container, err := a.sign(secret)
	if err != nil {
		return nil, err
	}
	p.srv.mu.Lock()
	taken := c.pairing.Load().attempt != nil
	if !taken {
		c.pairing.Load().attempt = a
	}
	p.srv.mu.Unlock()
	if taken {
		return nil, fail(CodeExpired, "this client is being linked already")
	}
	p.setLinking(Linking{Status: LinkingWaiting})
	children := []waBinary.Node{
		leaf("device-identity", container),
		element("device", attrs{"jid": p.deviceJID(a.number), "lid": p.deviceLID(a.number)}),
		element("platform", attrs{"name": "android"}),
	}
	if business := p.Info().BusinessName; business != "" {
		children = append(children, element("biz", attrs{"name": business}))
	}
	// Without t the client's clock offset is wrong.
	if !c.send(element("iq", attrs{"from": types.ServerJID, "type": "set", "id": a.queryID, "xmlns": "md", "t": now()},
		element("pair-success", nil, children...))) {
		a.finish(nil, fail(CodeLinkRefused, "the client closed the connection before it was linked"))
	}
	return a, nil
}

// sign makes the ADVSignedDeviceIdentityHMAC of the attempt.
func (a *attempt) sign(secret []byte) ([]byte, error) {
	var err error
	e2ee := waAdv.ADVEncryptionType_E2EE
	a.details, err = proto.Marshal(&waAdv.ADVDeviceIdentity{RawID: &a.person.rawID, Timestamp: proto.Uint64(uint64(now())),
		KeyIndex: proto.Uint32(uint32(a.number)), AccountType: &e2ee, DeviceType: &e2ee})
	if err != nil {
		return nil, fmt.Errorf("encode device identity: %w", err)
	}
	account := a.person.signal.identity()
	a.key = *account.Pub
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*account.Priv), concat([]byte(accountPrefix), a.details, a.identity[:]))
	signed, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{Details: a.details, AccountSignatureKey: a.key[:], AccountSignature: signature[:]})
	if err != nil {
		return nil, fmt.Errorf("encode signed identity: %w", err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(signed)
	return proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{Details: signed, HMAC: mac.Sum(nil), AccountType: &e2ee})
}

// handlePairReply is the client's answer to pair-success; other answers of clients are not waited for.
func (c *conn) handlePairReply(n *waBinary.Node) {
	p := c.pairing.Load()
	if p == nil {
		return
	}
	c.srv.mu.RLock()
	a := p.attempt
	c.srv.mu.RUnlock()
	if a == nil || attrText(n, "id") != a.queryID {
		return
	}
	if attrText(n, "type") != "result" {
		reason := n.GetChildByTag("error")
		a.finish(nil, fail(CodeLinkRefused, "the client refused to be linked: %s %s", attrText(&reason, "code"), attrText(&reason, "text")))
		return
	}
	signed, err := a.verify(content(n.GetChildByTag("pair-device-sign", "device-identity")))
	if err != nil {
		a.finish(nil, fail(CodeLinkRefused, "the client's signature is wrong: %v", err))
		return
	}
	a.finish(a.person.addDevice(a, signed), nil)
	c.send(element("stream:error", attrs{"code": "515"})) // log in now
	c.end(200*time.Millisecond, true)
}

// verify checks the device signature and returns the identity with both signatures, as others get it with the keys.
func (a *attempt) verify(raw []byte) ([]byte, error) {
	var signed waAdv.ADVSignedDeviceIdentity
	if err := proto.Unmarshal(raw, &signed); err != nil {
		return nil, err
	}
	if len(signed.GetDeviceSignature()) != 64 {
		return nil, fmt.Errorf("it has %d bytes", len(signed.GetDeviceSignature()))
	}
	message := concat([]byte(devicePrefix), a.details, a.identity[:], a.key[:])
	if !ecc.VerifySignature(ecc.NewDjbECPublicKey(a.identity), message, [64]byte(signed.DeviceSignature)) {
		return nil, fmt.Errorf("it does not fit the identity")
	}
	signed.AccountSignatureKey = a.key[:]
	return proto.Marshal(&signed)
}

// addDevice registers the client of a finished attempt.
func (p *Person) addDevice(a *attempt, adv []byte) *Device {
	registration := a.c.payload.GetDevicePairingData().GetERegid()
	d := &Device{srv: p.srv, person: p, number: a.number, jid: p.deviceJID(a.number), lid: p.deviceLID(a.number),
		noise: a.c.noise, identity: a.identity, adv: adv, linkedAt: time.Now()}
	if len(registration) == 4 {
		d.keys.registration = binary.BigEndian.Uint32(registration)
	}
	p.mu.Lock()
	p.devices[a.number] = d
	p.mu.Unlock()
	p.tellDevices("add", d.number, d)
	return d
}

func (a *attempt) finish(d *Device, err error) {
	a.once.Do(func() {
		a.device, a.err = d, err
		close(a.done)
		next := Linking{Status: LinkingDone, Device: d, Took: time.Since(a.started)}
		if err != nil {
			next = Linking{Status: LinkingFailed, Err: err}
		}
		a.person.setLinking(next)
	})
}

// wait waits for the client. Whether or not somebody waits, an attempt that the client never answers stays open until its
// connection ends.
func (a *attempt) wait(ctx context.Context) (*Device, error) {
	timer := time.NewTimer(answerTimeout)
	defer timer.Stop()
	select {
	case <-a.done:
	case <-timer.C:
		a.finish(nil, fail(CodeNoAnswer, "the client did not finish linking within %s", answerTimeout))
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	<-a.done
	return a.device, a.err
}

func concat(parts ...[]byte) []byte {
	var out []byte
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}
