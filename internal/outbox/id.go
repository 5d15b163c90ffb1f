package outbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Message ids have the form that WhatsApp's own web client gives: a prefix and 18 hexadecimal digits.
const (
	idPrefix = "3EB0"
	idBytes  = 9
)

// newID returns a message id. A key always gives the same one on a device, so that it can never become two messages.
func newID(deviceID, key string) string {
	b := make([]byte, idBytes)
	if key == "" {
		_, _ = rand.Read(b) // never fails (crypto/rand)
	} else {
		h := sha256.Sum256([]byte("message id\x00" + deviceID + "\x00" + key))
		copy(b, h[:])
	}
	return idPrefix + strings.ToUpper(hex.EncodeToString(b))
}
