// Package vault keeps small values unreadable at rest: signing secrets, custom headers, answers that hold a secret.
//
// It promises that a sealed value opens only with the same instance key and for the same purpose, and that any change of a
// sealed value is noticed. It does not keep or derive the key, and it does not hide how long a value is.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// KeySize is the length of the instance key in bytes (AES-256).
const KeySize = 32

// keyID stands in front of every sealed value. There is one key today; a rotated one will get the next number, so that old
// values stay readable while they are sealed anew.
const keyID = 1

// ErrUnreadable: the value was not sealed with this key for this purpose, or was changed since.
var ErrUnreadable = errors.New("sealed value cannot be opened")

// Vault seals and opens with one instance key. It may be used by many goroutines.
type Vault struct{ aead cipher.AEAD }

// New makes a vault from the instance key, which must have KeySize bytes.
func New(key []byte) (*Vault, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("instance key has %d bytes, want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make sealed mode: %w", err)
	}
	return &Vault{aead}, nil
}

// Seal encrypts plain for a purpose. Sealing the same value twice gives different bytes.
func (v *Vault) Seal(purpose string, plain []byte) []byte {
	out := make([]byte, 1, 1+len(plain)+v.aead.Overhead())
	out[0] = keyID
	return v.aead.Seal(out, nil, plain, []byte(purpose)) //nolint:gosec // the AEAD draws its nonce at random
}

// Open decrypts what Seal made for the same purpose. The error is ErrUnreadable, whatever the cause: telling the causes
// apart helps only an attacker.
func (v *Vault) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != keyID {
		return nil, ErrUnreadable
	}
	plain, err := v.aead.Open(nil, nil, sealed[1:], []byte(purpose))
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}
