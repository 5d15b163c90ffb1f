package app

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"wapost/internal/vault"
)

// minSecret is the shortest secret that is accepted, in bytes.
const minSecret = 32

// Secrets are what the instance keeps to itself. They are never logged.
type Secrets struct {
	Admin    string // for /admin
	JWT      string // signs device tokens
	Instance string // encrypts webhook secrets at rest: 32 bytes in hex or base64; keys that it replaces may follow
}

// secretFile names where a generated secret lives in the data directory, and the setting that replaces it.
type secretFile struct {
	file, setting string
	value         *string
}

// complete fills what was not given from the data directory, and makes there what is missing, with mode 0600. It reports
// which files it made.
func (s *Secrets) complete(dir string) (made []string, err error) {
	for _, f := range []secretFile{
		{"admin.secret", "WAPOST_ADMIN_SECRET", &s.Admin},
		{"jwt.secret", "WAPOST_JWT_SECRET", &s.JWT},
		{"instance.key", "WAPOST_INSTANCE_KEY", &s.Instance},
	} {
		source := f.setting
		if *f.value == "" {
			source = filepath.Join(dir, f.file)
		}
		fresh, err := f.load(dir)
		if err != nil {
			return made, err
		}
		if fresh {
			made = append(made, filepath.Join(dir, f.file))
		}
		if len(*f.value) < minSecret {
			return made, fmt.Errorf("%s is too short: %d bytes, at least %d are needed; give a longer one, or remove it and one is generated",
				source, len(*f.value), minSecret)
		}
	}
	return made, nil
}

// load reads the secret's file unless the secret was given, and makes the file when there is none.
func (f secretFile) load(dir string) (fresh bool, err error) {
	if *f.value != "" {
		return false, nil
	}
	path := filepath.Join(dir, f.file)
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		*f.value = strings.TrimSpace(string(b))
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("read %s: %w", f.file, err)
	}
	*f.value = hex.EncodeToString(random(32))
	return true, writePrivate(path, *f.value+"\n")
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// instanceKeys decodes the keys of the vault: the one that seals first, then those that it replaces.
func (s *Secrets) instanceKeys() (keys [][]byte, err error) {
	for _, word := range strings.FieldsFunc(s.Instance, func(r rune) bool { return unicode.IsSpace(r) || r == ',' }) {
		key, err := decodeKey(word)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errNoKey
	}
	return keys, nil
}

var errNoKey = errors.New("WAPOST_INSTANCE_KEY must be 32 bytes, written as 64 hex digits or as base64; to change the key, write the new one, a comma or a new line, and the old one")

func decodeKey(word string) ([]byte, error) {
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
		if key, err := decode(word); err == nil && len(key) == vault.KeySize {
			return key, nil
		}
	}
	return nil, errNoKey
}
