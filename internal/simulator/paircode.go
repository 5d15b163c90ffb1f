package simulator

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/util/random"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/pbkdf2"
)

// codeRounds is the PBKDF2 cost of a typed code.
const codeRounds = 131_072

// typedCode is a client that waits for its eight-character code to be typed on a phone.
type typedCode struct {
	c       *conn
	ref     string
	wrapped []byte // salt 32, iv 16, AES-CTR(client's ephemeral key) 32
	finish  chan keyBundle
}

// keyBundle is the client's answer to the phone's hello.
type keyBundle struct{ sealed, identity []byte }

// answerTypedCode handles both stages of the client.
func (s *Server) answerTypedCode(c *conn, n *waBinary.Node) reply {
	p := s.byJID(attrJID(n, "jid"))
	if p == nil {
		return queryError(404, "item-not-found")
	}
	switch attrText(n, "stage") {
	case "companion_hello":
		code := &typedCode{c: c, ref: "sim" + newMessageID(), wrapped: childContent(n, "link_code_pairing_wrapped_companion_ephemeral_pub"), finish: make(chan keyBundle, 1)}
		if len(code.wrapped) != 80 {
			return queryError(400, "bad-request")
		}
		s.mu.Lock()
		s.codes[p.phone] = code
		s.mu.Unlock()
		return result(element("link_code_companion_reg", attrs{"stage": "companion_hello"}, leaf("link_code_pairing_ref", []byte(code.ref))))
	case "companion_finish":
		s.mu.RLock()
		code := s.codes[p.phone]
		s.mu.RUnlock()
		if code == nil || string(childContent(n, "link_code_pairing_ref")) != code.ref {
			return queryError(404, "item-not-found")
		}
		bundle := keyBundle{childContent(n, "link_code_pairing_wrapped_key_bundle"), childContent(n, "companion_identity_public")}
		return result().andThen(func() {
			select {
			case code.finish <- bundle:
			default: // nobody types, or an answer waits already
			}
		})
	}
	return queryError(400, "bad-request")
}

// EnterCode types the code ("ABCD-EFGH") that a client asked for this number. Errors: ErrNoPendingCode, ErrWrongAccount,
// ErrWrongCode, ErrLinkRefused, ErrNoAnswer, or that of ctx.
func (p *Person) EnterCode(ctx context.Context, text string) (*Device, error) {
	if p.linkMode() == LinkRefuse {
		return nil, p.refuseLink()
	}
	pending, err := p.srv.findCode(p.phone)
	if err != nil {
		return nil, err
	}
	text = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(text))
	shared, err := p.hello(pending, text)
	if err != nil {
		return nil, err
	}
	var bundle keyBundle
	timer := time.NewTimer(answerTimeout)
	defer timer.Stop()
	select {
	case bundle = <-pending.finish:
	case <-pending.c.done:
		return nil, fail(CodeLinkRefused, "the client closed the connection before it was linked")
	case <-timer.C:
		return nil, fail(CodeNoAnswer, "the client did not answer the code within %s", answerTimeout)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	secret, err := p.openBundle(bundle, shared)
	if err != nil {
		return nil, err
	}
	a, err := p.begin(pending.c, [32]byte(bundle.identity), secret)
	if err != nil {
		return nil, err
	}
	return a.wait(ctx)
}

func (s *Server) findCode(phone string) (*typedCode, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch pending := s.codes[phone]; {
	case pending != nil:
		return pending, nil
	case len(s.codes) > 0:
		return nil, fail(CodeWrongAccount, "a code is pending, but not for %s", phone)
	}
	return nil, fail(CodeNoPendingCode, "no client asked for a code for %s", phone)
}

// hello sends the phone's ephemeral key, wrapped with the code, and returns the secret that both sides now share, if the
// code is right.
func (p *Person) hello(pending *typedCode, text string) ([]byte, error) {
	salt, iv := pending.wrapped[:32], pending.wrapped[32:48]
	client, err := codeCipher(text, salt, iv, pending.wrapped[48:])
	if err != nil {
		return nil, err
	}
	own := keys.NewKeyPair()
	shared, err := curve25519.X25519(own.Priv[:], client)
	if err != nil {
		return nil, fail(CodeWrongCode, "the code does not fit: %v", err)
	}
	salt, iv = random.Bytes(32), random.Bytes(16)
	sealed, err := codeCipher(text, salt, iv, own.Pub[:])
	if err != nil {
		return nil, err
	}
	account := p.signal.identity()
	pending.c.send(element("notification", attrs{"from": types.ServerJID, "type": "link_code_companion_reg", "id": p.srv.nextID()},
		element("link_code_companion_reg", attrs{"stage": "primary_hello"},
			leaf("link_code_pairing_wrapped_primary_ephemeral_pub", concat(salt, iv, sealed)),
			leaf("primary_identity_pub", account.Pub[:]),
			leaf("link_code_pairing_ref", []byte(pending.ref)))))
	return shared, nil
}

// codeCipher encrypts and decrypts under a typed code: AES-256-CTR, so a wrong code gives another key, not an error.
func codeCipher(text string, salt, iv, in []byte) ([]byte, error) {
	block, err := aes.NewCipher(pbkdf2.Key([]byte(text), salt, codeRounds, 32, sha256.New))
	if err != nil {
		return nil, fmt.Errorf("prepare code cipher: %w", err)
	}
	out := make([]byte, len(in))
	cipher.NewCTR(block, iv).XORKeyStream(out, in)
	return out, nil
}

// openBundle checks the client's answer and derives the ADV secret.
func (p *Person) openBundle(bundle keyBundle, shared []byte) ([]byte, error) {
	if len(bundle.sealed) < 44 || len(bundle.identity) != 32 {
		return nil, fail(CodeLinkRefused, "the client's key bundle is too short")
	}
	key := hkdfutil.SHA256(shared, bundle.sealed[:32], []byte("link_code_pairing_key_bundle_encryption_key"), 32)
	plain, err := gcmutil.Decrypt(key, bundle.sealed[32:44], bundle.sealed[44:], nil)
	if err != nil {
		return nil, fail(CodeWrongCode, "the code is not the one that the client shows")
	}
	account := p.signal.identity()
	if len(plain) != 96 || string(plain[:32]) != string(bundle.identity) || string(plain[32:64]) != string(account.Pub[:]) {
		return nil, fail(CodeLinkRefused, "the client's key bundle names other identities")
	}
	identities, err := curve25519.X25519(account.Priv[:], bundle.identity)
	if err != nil {
		return nil, fmt.Errorf("derive linking secret: %w", err)
	}
	return hkdfutil.SHA256(concat(shared, identities, plain[64:]), nil, []byte("adv_secret"), 32), nil
}
