package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// post sends an event that is signed with the secret "string".
func post(t *testing.T, h http.Handler, id, body string) int {
	t.Helper()
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte("string"))
	mac.Write([]byte(id + "." + at + "." + body))
	r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", at)
	r.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestReceiverPrintsEachEventOnce(t *testing.T) {
	var out bytes.Buffer
	h := receiver{secret: "string", seen: newMemory(2), out: &out}
	const body = `{"id":"evt_1","type":"message.received","data":{"text":"hi"}}`
	for range 2 {
		if code := post(t, h, "evt_1", body); code != http.StatusNoContent {
			t.Errorf("answered %d, want 204", code)
		}
	}
	want := "evt_1 message.received \"hi\"\nevt_1 again: dropped\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestReceiverRefusesOtherSecrets(t *testing.T) {
	var out bytes.Buffer
	h := receiver{secret: "another", seen: newMemory(2), out: &out}
	if code := post(t, h, "evt_1", `{"id":"evt_1"}`); code != http.StatusUnauthorized {
		t.Errorf("answered %d, want 401", code)
	}
}

func TestMemoryForgetsTheOldest(t *testing.T) {
	m := newMemory(2)
	for _, id := range []string{"a", "b", "c"} {
		if !m.add(id) {
			t.Errorf("%s is known already", id)
		}
	}
	if m.add("c") || !m.add("a") {
		t.Error("the wrong id was forgotten")
	}
}
