package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
)

// MinAdminSecret is the least number of bytes of the admin secret. The server does not start with a shorter one.
const MinAdminSecret = 32

// AdminSecret is the operator's secret. Only its hash is held, so that comparing takes the same time for every input.
type AdminSecret struct{ hash [sha256.Size]byte }

// NewAdminSecret takes the secret as configured. There is no default: a short or empty one is an error.
func NewAdminSecret(text string) (AdminSecret, error) {
	if len(text) < MinAdminSecret {
		return AdminSecret{}, fmt.Errorf("the admin secret has %d bytes; at least %d are required", len(text), MinAdminSecret)
	}
	return AdminSecret{hash: sha256.Sum256([]byte(text))}, nil
}

func (s AdminSecret) matches(text string) bool {
	given := sha256.Sum256([]byte(text))
	return s != AdminSecret{} && subtle.ConstantTimeCompare(given[:], s.hash[:]) == 1
}

// NewDeviceSecret makes the secret that a device shows to get a token, and the hash to be stored.
func NewDeviceSecret() (text string, hash []byte) {
	text = randomHex(32)
	return text, HashSecret(text)
}

// HashSecret is the form in which keys and device secrets are stored: SHA-256, which is enough for random secrets of 192 bits
// and more.
func HashSecret(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func sameHash(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails: the runtime aborts instead
	return hex.EncodeToString(b)
}
