package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
)

// An event may reach the receiver before the answer of POST /webhooks has told it the secret.
func TestTheSandboxReceiverWaitsForItsSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{demo: &demo{out: io.Discard}, keyed: make(chan struct{}), more: make(chan struct{}), seen: map[string]bool{}}
		const body = `{"id":"evt_1","type":"webhook.test"}`
		r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
		mac := hmac.New(sha256.New, []byte("the key"))
		mac.Write([]byte("evt_1.1765967400." + body))
		r.Header.Set("webhook-id", "evt_1")
		r.Header.Set("webhook-timestamp", "1765967400")
		r.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		w := httptest.NewRecorder()
		done := make(chan struct{})
		go func() {
			s.ServeHTTP(w, r)
			close(done)
		}()
		synctest.Wait() // it has come
		s.key("whsec_" + base64.StdEncoding.EncodeToString([]byte("the key")))
		<-done
		if w.Code != http.StatusNoContent {
			t.Errorf("it answered %d", w.Code)
		}
	})
}
