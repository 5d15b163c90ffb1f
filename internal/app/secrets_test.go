package app

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretsAreMadeOnceAndPrivate(t *testing.T) {
	dir := t.TempDir()
	var first, second Secrets
	made, err := first.complete(dir)
	if err != nil || len(made) != 3 {
		t.Fatalf("made %v, %v", made, err)
	}
	for _, f := range made {
		info, err := os.Stat(f)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", filepath.Base(f), info.Mode(), err)
		}
	}
	made, err = second.complete(dir)
	if err != nil || len(made) != 0 || first != second {
		t.Errorf("the second start made %v (%v), the same secrets: %v", made, err, first == second)
	}
	if first.Admin == first.JWT || first.JWT == first.Instance {
		t.Error("two secrets are the same")
	}
	if keys, err := first.instanceKeys(); err != nil || len(keys) != 1 || len(keys[0]) != 32 {
		t.Errorf("the generated instance key is not usable: %v", err)
	}
}

func TestShortSecretsStopTheStart(t *testing.T) {
	for _, s := range []Secrets{{Admin: "short"}, {JWT: strings.Repeat("x", 31)}, {Instance: "abc"}} {
		_, err := s.complete(t.TempDir())
		if err == nil || !strings.Contains(err.Error(), "too short") {
			t.Errorf("%v", err)
		}
		for _, secret := range []string{s.Admin, s.JWT} {
			if secret != "" && err != nil && strings.Contains(err.Error(), secret+" ") {
				t.Error("the error shows the secret")
			}
		}
	}
}

func TestInstanceKeysAreReadInOrder(t *testing.T) {
	a, b := strings.Repeat("0a", 32), base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{11}, 32))
	for _, text := range []string{a + "," + b, a + ", " + b, a + "\n" + b, a + "\r\n\n" + b + "\n"} {
		s := Secrets{Instance: text}
		keys, err := s.instanceKeys()
		if err != nil || len(keys) != 2 || keys[0][0] != 10 || keys[1][0] != 11 {
			t.Errorf("%q: %v, %v", text, keys, err)
		}
	}
	for _, text := range []string{strings.Repeat("not hex ", 5), a + "," + b[1:], a + a, strings.Repeat(",", 40)} {
		s := Secrets{Instance: text}
		_, err := s.instanceKeys()
		if err == nil {
			t.Errorf("%q was taken", text)
		} else if strings.Contains(err.Error(), a[:8]) {
			t.Errorf("the error shows a key: %v", err)
		}
	}
}

func TestASimulatorMustBeOnThisMachine(t *testing.T) {
	for _, u := range []string{"http://10.0.0.1:7090", "https://127.0.0.1:7090", "http://user@127.0.0.1:7090", "http://example.com", "http://127.0.0.1:7090/path",
		"http://127.0.0.1:7090?q=1", "ftp://127.0.0.1", "127.0.0.1:7090", "http://[2001:db8::1]:7090", "http://localhost.example.com:7090"} {
		if _, err := findSimulator(t.Context(), u); err == nil {
			t.Errorf("%s was accepted", u)
		}
	}
}

// A start that a power cut ended in the middle leaves a part of a file, which is no secret.
func TestAHalfWrittenSecretIsMadeAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	if err := makeDirectory(dir); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, "instance.key.part")
	if err := os.WriteFile(part, []byte("0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	var s Secrets
	made, err := s.complete(dir)
	if err != nil || len(made) != 3 || len(s.Instance) != 64 {
		t.Fatalf("made %v, %v", made, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part")); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestASecretThatExistsIsNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "instance.key")
	if err := writePrivate(path, "first"); err != nil {
		t.Fatal(err)
	}
	err := writePrivate(path, "second")
	if b, rerr := os.ReadFile(path); err == nil || rerr != nil || string(b) != "first" {
		t.Errorf("%q, %v, %v", b, err, rerr)
	}
}
