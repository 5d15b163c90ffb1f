package app_test

import (
	"net/http"
	"testing"
	"time"

	"wapost/simclient"
)

// An account that demands a passkey, through the REST API alone: what a browser signs is passed on, the code is compared, and
// the webhook hears of all of it.
func TestANumberWithAPasskeyIsLinked(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := newCustomer(t, admin(t, g.dir, g.url))
	hook := newReceiver(t)
	c.must("POST", "/webhooks", map[string]any{"url": hook.url, "events": []string{"connection.passkey_request", "connection.passkey_confirmation"}}, nil)
	name, demand := "Own", simclient.LinkPasskey
	if _, _, err := w.CreateUser(t.Context(), simclient.NewUser{Phone: ownPhone, Name: &name, Link: &demand}); err != nil {
		t.Fatal(err)
	}
	var login struct{ Code string }
	c.must("POST", "/devices/me/login", nil, &login)
	if r, err := w.Scan(t.Context(), ownPhone, login.Code); err != nil || r.Status != simclient.LinkingPasskey {
		t.Fatalf("scanned: %+v, %v", r, err)
	}
	credential := map[string]any{"id": "Y3JlZA", "rawId": "Y3JlZA", "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "cw"}}
	eventually(t, "the passkey is taken", func() bool { return c.call("POST", "/devices/me/pairing/passkey", credential, nil) == http.StatusOK })
	if l, err := w.Linking(t.Context(), ownPhone, simclient.LinkingPasskey, 10*time.Second); err != nil || l.PhoneCode == "" {
		t.Fatalf("the phone shows no code: %+v, %v", l, err)
	}
	eventually(t, "the code is confirmed", func() bool { return c.call("POST", "/devices/me/pairing/passkey/confirm", nil, nil) == http.StatusOK })
	c.connected(w)
	if status := c.call("POST", "/devices/me/pairing/passkey", credential, nil); status != http.StatusConflict {
		t.Errorf("a passkey for a linked device: status %d", status)
	}
	for _, kind := range []string{"connection.passkey_request", "connection.passkey_confirmation"} {
		eventually(t, kind, func() bool { return len(hook.of(kind)) == 1 })
	}
}
