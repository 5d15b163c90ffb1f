package simulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"go.mau.fi/util/random"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// passkeyOffer is a linking that waits for a passkey. The assertion is taken unchecked. Only the reader of the connection
// uses what comes after person.
type passkeyOffer struct {
	person    *Person
	options   []byte // JSON of navigator.credentials.get
	ref       string
	identity  []byte // CompanionEphemeralIdentity, serialized
	companion waCompanionReg.CompanionEphemeralIdentity
	hash      []byte // the client's commitment to its nonce
	own       *keys.KeyPair
	nonce     []byte
}

// askPasskey begins a linking by passkey. The secret of the scanned code is not needed: the client renews it.
func (p *Person) askPasskey(c *conn) error {
	options, err := json.Marshal(map[string]any{"challenge": base64.RawURLEncoding.EncodeToString(random.Bytes(32)), "timeout": 600_000,
		"rpId": "whatsapp.com", "allowCredentials": []any{}, "userVerification": "required", "extensions": map[string]any{"uvm": true}})
	if err != nil {
		return fmt.Errorf("encode passkey options: %w", err)
	}
	offer := &passkeyOffer{person: p, options: options, ref: "2@" + newMessageID(), own: keys.NewKeyPair(), nonce: random.Bytes(32)}
	p.srv.mu.Lock()
	c.pairing.Load().passkey = offer
	p.srv.mu.Unlock()
	p.setLinking(Linking{Status: LinkingPasskey})
	c.notify(p.srv, "passkey_prologue_request", leaf("passkey_request_options", options))
	return nil
}

// notify sends a notification of the server to a client that is not linked yet.
func (c *conn) notify(s *Server, kind string, child waBinary.Node) {
	c.send(element("notification", attrs{"from": types.ServerJID, "type": kind, "id": s.nextID(), "t": now()}, child))
}

// answerPasskey handles the client's part; false means that the query is another one.
func (c *conn) answerPasskey(child *waBinary.Node) (reply, bool) {
	p := c.pairing.Load()
	if p == nil {
		return reply{}, false
	}
	c.srv.mu.RLock()
	offer := p.passkey
	c.srv.mu.RUnlock()
	if offer == nil {
		return reply{}, false
	}
	switch child.Tag {
	case "passkey_request_options":
		return result(leaf("passkey_request_options", offer.options)), true
	case "ref":
		return result(leaf("ref", []byte(offer.ref))), true
	case "passkey_prologue":
		return offer.prologue(c, childContent(child, "prologue_payload")), true
	case "companion_nonce":
		return offer.confirm(content(*child)), true
	case "encrypted_pairing_request":
		return offer.finish(c, content(*child)), true
	}
	return reply{}, false
}

func (o *passkeyOffer) prologue(c *conn, raw []byte) reply {
	var payload waCompanionReg.ProloguePayload
	if proto.Unmarshal(raw, &payload) != nil || proto.Unmarshal(payload.GetCompanionEphemeralIdentity(), &o.companion) != nil || o.companion.GetRef() != o.ref {
		return queryError(400, "bad-request")
	}
	o.identity, o.hash = payload.GetCompanionEphemeralIdentity(), payload.GetCommitment().GetHash()
	own, err := proto.Marshal(&waCompanionReg.PrimaryEphemeralIdentity{PublicKey: o.own.Pub[:], Nonce: o.nonce})
	if err != nil {
		return queryError(500, "internal-server-error")
	}
	return result().andThen(func() { c.notify(o.person.srv, "crsc_continuation", leaf("primary_ephemeral_identity", own)) })
}

// confirm checks the commitment and shows the code that both sides can compare.
func (o *passkeyOffer) confirm(nonce []byte) reply {
	if sum := sha256.Sum256(concat(o.identity, nonce)); !bytes.Equal(sum[:], o.hash) {
		return queryError(400, "commitment-mismatch")
	}
	digest := sha256.Sum256(concat(nonce, o.own.Pub[:]))
	code := make([]byte, 5)
	for i := range code {
		code[i] = o.nonce[i] ^ digest[i]
	}
	text := base32.NewEncoding("123456789ABCDEFGHJKLMNPQRSTVWXYZ").EncodeToString(code)
	return result().andThen(func() {
		o.person.setLinking(Linking{Status: LinkingConfirm, PhoneCode: text[:4] + "-" + text[4:]})
	})
}

func (o *passkeyOffer) finish(c *conn, raw []byte) reply {
	request, err := o.open(raw)
	if err != nil || len(request.GetCompanionIdentityKey()) != 32 || !bytes.Equal(request.GetCompanionPublicKey(), c.noise[:]) {
		return queryError(400, "bad-request")
	}
	return result().andThen(func() {
		a, err := o.person.begin(c, [32]byte(request.GetCompanionIdentityKey()), request.GetAdvSecret())
		if err != nil {
			o.person.setLinking(Linking{Status: LinkingFailed, Err: err})
			return
		}
		a.expire(o.person.srv)
	})
}

// expire ends an attempt that nobody waits for when the client does not answer in time.
func (a *attempt) expire(s *Server) {
	err := s.life.start("link timeout", func(ctx context.Context) {
		if wait(ctx, a.done, answerTimeout) {
			a.finish(nil, fail(CodeNoAnswer, "the client did not finish linking within %s", answerTimeout))
		}
	})
	if err != nil {
		s.log.Debug("simulator sets no link timeout", "reason", err)
	}
}

func (o *passkeyOffer) open(raw []byte) (*waCompanionReg.PairingRequest, error) {
	shared, err := curve25519.X25519(o.own.Priv[:], o.companion.GetPublicKey())
	if err != nil {
		return nil, fmt.Errorf("derive passkey secret: %w", err)
	}
	var sealed waCompanionReg.EncryptedPairingRequest
	if err = proto.Unmarshal(raw, &sealed); err != nil {
		return nil, fmt.Errorf("decode pairing request: %w", err)
	}
	salt := fmt.Sprintf("Companion Pairing %d with ref %s", o.companion.GetDeviceType(), o.ref)
	key := hkdfutil.SHA256(shared, []byte(salt), []byte("Pairing Information Encryption Key"), 32)
	plain, err := gcmutil.Decrypt(key, sealed.GetIV(), sealed.GetEncryptedPayload(), nil)
	if err != nil {
		return nil, fmt.Errorf("open pairing request: %w", err)
	}
	var request waCompanionReg.PairingRequest
	return &request, proto.Unmarshal(plain, &request)
}
