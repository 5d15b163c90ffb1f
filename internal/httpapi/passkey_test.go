package httpapi

import (
	"net/http"
	"strings"
	"testing"
)

// credential is what a browser's toJSON gives.
const credential = `{"id":"Y3JlZA","rawId":"Y3JlZA","type":"public-key","authenticatorAttachment":"platform","clientExtensionResults":{},
"response":{"clientDataJSON":"e30","authenticatorData":"YQ","signature":"cy1f","userHandle":null}}`

func TestThePasskeyOfABrowserIsPassedOn(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	r.call(key, "POST", "/devices/me/pairing/passkey", credential).wants(http.StatusConflict, "No pairing is running")
	r.call(key, "POST", "/devices/me/pairing/passkey/confirm", nil).wants(http.StatusConflict, "No pairing is running")
	r.call(key, "POST", "/devices/me/login", nil).ok(http.StatusOK)
	r.call(key, "POST", "/devices/me/pairing/passkey/confirm", nil).wants(http.StatusConflict, "No code waits for a confirmation")
	a := r.call(key, "POST", "/devices/me/pairing/passkey", credential).ok(http.StatusOK)
	if a.get("state") != "pairing" || a.message() != "Passkey sent" {
		t.Errorf("got %s", a.Body)
	}
	got := r.sessions.assertion
	if got.ID != "Y3JlZA" || string(got.RawID) != "cred" || string(got.ClientDataJSON) != "{}" || string(got.AuthenticatorData) != "a" || string(got.Signature) != "s-_" || got.UserHandle != nil {
		t.Errorf("passed on %+v", got)
	}
	padded := strings.NewReplacer(`"rawId":"Y3JlZA"`, `"rawId":"Y3JlZA=="`, `"userHandle":null`, `"userHandle":"dQ"`).Replace(credential)
	r.call(key, "POST", "/devices/me/pairing/passkey", padded).ok(http.StatusOK)
	if got := r.sessions.assertion; string(got.RawID) != "cred" || string(got.UserHandle) != "u" {
		t.Errorf("passed on %+v", got)
	}
	if a := r.call(key, "POST", "/devices/me/pairing/passkey/confirm", nil).ok(http.StatusOK); a.get("state") != "pairing" {
		t.Errorf("got %s", a.Body)
	}
}

func TestPasskeysThatAreRefused(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	r.call(key, "POST", "/devices/me/login", nil).ok(http.StatusOK)
	for want, change := range map[string][2]string{
		"id is required":                                {`"id":"Y3JlZA"`, `"id":""`},
		"rawId must be base64url":                       {`"rawId":"Y3JlZA"`, `"rawId":"+/"`},
		`type must be "public-key"`:                     {`"public-key"`, `"password"`},
		"response.signature is required":                {`"signature":"cy1f",`, ``},
		"response.clientDataJSON must be a string":      {`"clientDataJSON":"e30"`, `"clientDataJSON":[1]`},
		"response.authenticatorData must be base64url":  {`"YQ"`, `"Y Q"`},
		"response.userHandle must be base64url":         {`null}}`, `"*"}}`},
		`Unknown field "raw_id"; did you mean "rawId"?`: {`"rawId"`, `"raw_id"`},
	} {
		r.call(key, "POST", "/devices/me/pairing/passkey", strings.Replace(credential, change[0], change[1], 1)).wants(http.StatusBadRequest, want)
	}
	if r.sessions.assertion.ID != "" {
		t.Error("a refused assertion was passed on")
	}
}
