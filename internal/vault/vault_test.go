package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"wapost/internal/vault"
)

func open(t *testing.T, fill byte) *vault.Vault {
	t.Helper()
	v, err := vault.New(bytes.Repeat([]byte{fill}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestASealedValueOpensForItsPurpose(t *testing.T) {
	v := open(t, 7)
	for _, plain := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("secret "), 1000)} {
		got, err := v.Open("webhook secret", v.Seal("webhook secret", plain))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("open of %d sealed bytes: %d bytes, %v", len(plain), len(got), err)
		}
	}
}

func TestTheValueDoesNotShow(t *testing.T) {
	v := open(t, 7)
	a, b := v.Seal("p", []byte("a long enough secret")), v.Seal("p", []byte("a long enough secret"))
	if bytes.Contains(a, []byte("secret")) {
		t.Error("the plain value shows in the sealed one")
	}
	if bytes.Equal(a, b) {
		t.Error("two seals of one value are equal: whoever reads the file sees which webhooks share a secret")
	}
}

func TestEveryChangeIsNoticed(t *testing.T) {
	v := open(t, 7)
	sealed := v.Seal("p", []byte("value"))
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := v.Open("p", changed); !errors.Is(err, vault.ErrUnreadable) {
			t.Errorf("byte %d flipped: %v", i, err)
		}
	}
	for n := range sealed {
		if _, err := v.Open("p", sealed[:n]); !errors.Is(err, vault.ErrUnreadable) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

func TestWrongPurposeOrKeyIsRefused(t *testing.T) {
	sealed := open(t, 7).Seal("webhook secret", []byte("value"))
	if _, err := open(t, 7).Open("webhook headers", sealed); !errors.Is(err, vault.ErrUnreadable) {
		t.Errorf("other purpose: %v", err)
	}
	if _, err := open(t, 8).Open("webhook secret", sealed); !errors.Is(err, vault.ErrUnreadable) {
		t.Errorf("other key: %v", err)
	}
}

func TestAKeyOfAnotherLengthIsRefused(t *testing.T) {
	for _, n := range []int{0, 16, 24, 31, 33} {
		if _, err := vault.New(make([]byte, n)); err == nil {
			t.Errorf("key of %d bytes was taken", n)
		}
	}
}
