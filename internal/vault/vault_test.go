package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"wapost/internal/vault"
)

// open makes a vault with keys of one repeated byte each.
func open(t *testing.T, fill byte, old ...byte) *vault.Vault {
	t.Helper()
	var keys [][]byte
	for _, b := range old {
		keys = append(keys, bytes.Repeat([]byte{b}, vault.KeySize))
	}
	v, err := vault.New(bytes.Repeat([]byte{fill}, vault.KeySize), keys...)
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

func TestAnOldKeyOpensAndTheNewOneSeals(t *testing.T) {
	old, both, fresh := open(t, 7), open(t, 8, 7), open(t, 8)
	before := old.Seal("p", []byte("value"))
	if got, err := both.Open("p", before); err != nil || string(got) != "value" {
		t.Errorf("sealed with the old key: %q, %v", got, err)
	}
	if both.Current(before) || !old.Current(before) {
		t.Error("the value does not tell that its key is an old one")
	}
	after := both.Seal("p", []byte("value"))
	if got, err := fresh.Open("p", after); err != nil || string(got) != "value" || !both.Current(after) || !fresh.Current(after) {
		t.Errorf("sealed with the new key: %q, %v", got, err)
	}
	if _, err := old.Open("p", after); !errors.Is(err, vault.ErrUnreadable) {
		t.Errorf("the old key opens what the new one sealed: %v", err)
	}
	if both.ID() != fresh.ID() || both.ID() == old.ID() || both.Keys() != 2 {
		t.Errorf("ids %s, %s, %s; %d keys", old.ID(), both.ID(), fresh.ID(), both.Keys())
	}
}

// Values of databases that were made before keys had ids: 1, nonce, text and tag.
func TestAValueWithoutKeyIDOpens(t *testing.T) {
	sealed := open(t, 7).Seal("p", []byte("value"))
	first := append([]byte{1}, sealed[5:]...)
	for _, v := range []*vault.Vault{open(t, 7), open(t, 8, 7)} {
		if got, err := v.Open("p", first); err != nil || string(got) != "value" || v.Current(first) {
			t.Errorf("%q, %v, current: %v", got, err, v.Current(first))
		}
	}
	if _, err := open(t, 8).Open("p", first); !errors.Is(err, vault.ErrUnreadable) {
		t.Errorf("opened with another key: %v", err)
	}
}
