package httppost

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"time"

	"wapost/internal/webhook"
)

// key is one secret as both header families use it (contract.md §5.3).
type key struct {
	standard, body []byte
	ends           time.Time // zero = never
}

func keysOf(secrets []webhook.Secret) []key {
	keys := make([]key, 0, len(secrets))
	for _, s := range secrets {
		keys = append(keys, key{standard: s.StandardKey(), body: s.BodyKey(), ends: s.ExpiresAt})
	}
	return keys
}

// signer holds keyed hashes: keying one anew costs as much as hashing a small body. One goroutine uses it at a time.
type signer struct {
	standard []hash.Hash // per key
	body     hash.Hash   // of the newest key
	text     []byte
	sum      [sha256.Size]byte
}

func newSigner(keys []key) *signer {
	s := &signer{body: hmac.New(sha256.New, keys[0].body)}
	for _, k := range keys {
		s.standard = append(s.standard, hmac.New(sha256.New, k.standard))
	}
	return s
}

// sign returns the values of `webhook-signature` and of `X-Hub-Signature-256`. Keys that have ended do not sign; the newest
// one never ends.
func (p *prepared) sign(id, timestamp string, body []byte, now time.Time) (standard, hub string) {
	s := p.signers.Get().(*signer)
	defer p.signers.Put(s)

	s.text = append(append(append(append(s.text[:0], id...), '.'), timestamp...), '.')
	head := len(s.text)
	for i, k := range p.keys {
		if i > 0 && !k.ends.IsZero() && !k.ends.After(now) {
			continue
		}
		if i > 0 {
			s.text = append(s.text, ' ')
		}
		s.text = append(s.text, "v1,"...)
		s.text = base64.StdEncoding.AppendEncode(s.text, s.mac(s.standard[i], s.text[:head], body))
	}
	standard = string(s.text[head:])
	s.text = hex.AppendEncode(append(s.text[:0], "sha256="...), s.mac(s.body, nil, body))
	return standard, string(s.text)
}

// mac hashes head and body. The result is only valid until the next call.
func (s *signer) mac(h hash.Hash, head, body []byte) []byte {
	h.Reset()
	_, _ = h.Write(head) // a hash never fails
	_, _ = h.Write(body)
	return h.Sum(s.sum[:0])
}
