package access

import (
	"regexp"
	"strings"
	"time"
)

// KeyPrefix begins every API key and tells it from a token.
const KeyPrefix = "wapost_"

var keyForm = regexp.MustCompile(`^wapost_[0-9a-f]{48}$`)

// NewKey is an API key that was just made. Text is shown once and never stored.
type NewKey struct {
	Text   string
	Masked string
	Hash   []byte
}

// Key is an API key as it is remembered.
type Key struct {
	Masked    string
	CreatedAt time.Time
	ExpiresAt time.Time // zero = never
}

func makeKey() NewKey {
	text := KeyPrefix + randomHex(24)
	return NewKey{Text: text, Masked: mask(text), Hash: HashSecret(text)}
}

// mask keeps enough of a key to recognise it and too little to use it.
func mask(key string) string {
	body := strings.TrimPrefix(key, KeyPrefix)
	return KeyPrefix + body[:4] + "****" + body[len(body)-4:]
}
