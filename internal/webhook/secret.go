package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	"wapost/internal/fault"
)

const (
	secretPrefix = "whsec_"
	secretBytes  = 24 // random bytes of a generated secret: base64 without padding, which trips some receivers
	maxSecret    = 512
)

// GenerateSecret makes a secret in the form of Standard Webhooks.
func GenerateSecret() string {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // never fails (Go 1.24)
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// CheckSecret judges a secret that the caller chose (contract.md §2.6). The error is fault.Invalid.
func CheckSecret(text string) error {
	switch {
	case text == "":
		return fault.New(fault.Invalid, "secret must not be empty")
	case strings.HasPrefix(text, secretPrefix) && len(decoded(text)) == 0:
		return fault.New(fault.Invalid, "secret starts with whsec_ but the rest is not base64")
	case len(text) > maxSecret:
		return fault.New(fault.Invalid, "secret must be at most %d bytes", maxSecret)
	}
	return nil
}

// StandardKey is the key of the `webhook-signature` header: the decoded bytes of a whsec_ secret, else the text itself.
func (s Secret) StandardKey() []byte {
	if strings.HasPrefix(s.Text, secretPrefix) {
		return decoded(s.Text)
	}
	return []byte(s.Text)
}

// BodyKey is the key of the `sha256=` headers: the secret as the user knows it, which is what receivers of those do.
func (s Secret) BodyKey() []byte { return []byte(s.Text) }

// decoded returns the bytes of a whsec_ secret, nil when it is not base64. The padding may be there or not.
func decoded(text string) []byte {
	body := strings.TrimPrefix(text, secretPrefix)
	if strings.ContainsAny(body, "\r\n") {
		return nil // the decoder would skip them, those of the receivers do not
	}
	if strings.HasSuffix(body, "=") {
		key, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return nil
		}
		return key
	}
	key, err := base64.RawStdEncoding.DecodeString(body)
	if err != nil {
		return nil
	}
	return key
}
