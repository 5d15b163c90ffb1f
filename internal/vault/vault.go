// Package vault keeps small values unreadable at rest: signing secrets, custom headers, answers that hold a secret.
//
// It promises that a sealed value opens only with an instance key that it was sealed with and for the same purpose, and that
// any change of a sealed value is noticed. Several keys may be known at a time, so that one can be replaced: the first seals,
// all open. It does not keep or derive keys, and it does not hide how long a value is.
package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// KeySize is the length of an instance key in bytes (AES-256).
const KeySize = 32

// A sealed value begins with its form. The first named no key: all known ones are tried.
const (
	formNoKey = 1
	formKey   = 2 // the key's id follows
)

const idSize = 4

// ErrUnreadable: the value was not sealed with a key of ours for this purpose, or was changed since.
var ErrUnreadable = errors.New("sealed value cannot be opened")

// Vault seals with one instance key and opens with several. It may be used by many goroutines.
type Vault struct{ keys []key }

type key struct {
	id   [idSize]byte
	aead cipher.AEAD
}

// New makes a vault from the instance key that seals, and those that were used before. Each must have KeySize bytes.
func New(current []byte, old ...[]byte) (*Vault, error) {
	v := &Vault{}
	for _, secret := range append([][]byte{current}, old...) {
		k, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		v.keys = append(v.keys, k)
	}
	return v, nil
}

func newKey(secret []byte) (k key, err error) {
	if len(secret) != KeySize {
		return k, fmt.Errorf("instance key has %d bytes, want %d", len(secret), KeySize)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return k, fmt.Errorf("make cipher: %w", err)
	}
	if k.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return k, fmt.Errorf("make sealed mode: %w", err)
	}
	sum := sha256.Sum256(append([]byte("wapost instance key\n"), secret...))
	copy(k.id[:], sum[:])
	return k, nil
}

// Keys returns how many instance keys are known.
func (v *Vault) Keys() int { return len(v.keys) }

// ID names the key that seals. It is part of every sealed value and tells nothing about the key.
func (v *Vault) ID() string { return hex.EncodeToString(v.keys[0].id[:]) }

// Seal encrypts plain for a purpose. Sealing the same value twice gives different bytes.
func (v *Vault) Seal(purpose string, plain []byte) []byte {
	k := v.keys[0]
	out := make([]byte, 0, 1+idSize+len(plain)+k.aead.Overhead())
	out = append(append(out, formKey), k.id[:]...)
	return k.aead.Seal(out, nil, plain, []byte(purpose)) //nolint:gosec // the AEAD draws its nonce at random
}

// Current reports whether a value was sealed with the key that seals now.
func (v *Vault) Current(sealed []byte) bool {
	return len(sealed) > idSize && sealed[0] == formKey && bytes.Equal(sealed[1:1+idSize], v.keys[0].id[:])
}

// Open decrypts what Seal made for the same purpose. The error is ErrUnreadable, whatever the cause: telling the causes
// apart helps only an attacker.
func (v *Vault) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, ErrUnreadable
	}
	form, sealed := sealed[0], sealed[1:]
	var id []byte
	switch {
	case form == formKey && len(sealed) >= idSize:
		id, sealed = sealed[:idSize], sealed[idSize:]
	case form != formNoKey:
		return nil, ErrUnreadable
	}
	for _, k := range v.keys {
		if id != nil && !bytes.Equal(id, k.id[:]) {
			continue
		}
		if plain, err := k.aead.Open(nil, nil, sealed, []byte(purpose)); err == nil {
			return plain, nil
		}
	}
	return nil, ErrUnreadable
}
