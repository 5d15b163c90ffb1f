package httpapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"wapost/internal/fault"
	"wapost/internal/httpapi/strict"
	"wapost/internal/session"
)

// assertionBody is what PublicKeyCredential.toJSON() gives in a browser. Names and coding are WebAuthn's, not ours.
type assertionBody struct {
	ID         string      `json:"id" doc:"Id of the credential"`
	RawID      string      `json:"rawId" doc:"base64url"`
	Type       string      `json:"type" enum:"public-key"`
	Response   signedBody  `json:"response"`
	Attachment *string     `json:"authenticatorAttachment,omitempty" nullable:"true" doc:"Not used"`
	Extensions *strict.Raw `json:"clientExtensionResults,omitempty" nullable:"true" doc:"Not used"`
}

type signedBody struct {
	ClientData    string  `json:"clientDataJSON" doc:"base64url"`
	Authenticator string  `json:"authenticatorData" doc:"base64url"`
	Signature     string  `json:"signature" doc:"base64url"`
	UserHandle    *string `json:"userHandle,omitempty" nullable:"true" doc:"base64url"`
}

// passkeyView is the answer of both steps.
type passkeyView struct {
	State session.State `json:"state" doc:"State of the device: pairing until WhatsApp has accepted"`
}

func (a *API) passkeyRoutes() {
	onDevice(a, operation[none, assertionBody, passkeyView]{
		method: http.MethodPost, path: "/pairing/passkey", tag: tagPairing, id: "answer-passkey", auth: deviceUser,
		summary: "Answer the passkey request of the running pairing",
		description: "The body is PublicKeyCredential.toJSON() of navigator.credentials.get() with the options of passkey_request, made at " +
			"web.whatsapp.com. The stream then tells passkey_confirmation.",
		message: "Passkey sent", fallback: "Failed to send passkey", errors: []int{409, 502, 504}, handle: a.answerPasskey,
	})
	onDevice(a, operation[none, none, passkeyView]{
		method: http.MethodPost, path: "/pairing/passkey/confirm", tag: tagPairing, id: "confirm-passkey", auth: deviceUser,
		summary: "Confirm that the phone shows the code of passkey_confirmation", message: "Passkey confirmed",
		fallback: "Failed to confirm passkey", errors: []int{409, 502, 504},
		handle: func(ctx context.Context, c *call, _ none, _ none) (passkeyView, error) {
			state, err := a.Sessions.ConfirmPasskey(ctx, c.account, c.deviceID)
			return passkeyView{state}, err
		},
	})
}

func (a *API) answerPasskey(ctx context.Context, c *call, _ none, b assertionBody) (passkeyView, error) {
	assertion, err := b.assertion()
	if err != nil {
		return passkeyView{}, err
	}
	state, err := a.Sessions.AnswerPasskey(ctx, c.account, c.deviceID, assertion)
	return passkeyView{state}, err
}

func (b assertionBody) assertion() (s session.Assertion, err error) {
	if b.ID == "" {
		return s, fault.New(fault.Invalid, "id is required")
	}
	s.ID = b.ID
	if s.RawID, err = fromURL("rawId", b.RawID); err != nil {
		return s, err
	}
	if b.Type != "public-key" {
		return s, fault.New(fault.Invalid, `type must be "public-key"`)
	}
	for _, f := range []struct {
		name, text string
		to         *[]byte
	}{
		{"response.clientDataJSON", b.Response.ClientData, &s.ClientDataJSON},
		{"response.authenticatorData", b.Response.Authenticator, &s.AuthenticatorData},
		{"response.signature", b.Response.Signature, &s.Signature},
	} {
		if *f.to, err = fromURL(f.name, f.text); err != nil {
			return s, err
		}
	}
	if handle := b.Response.UserHandle; handle != nil && *handle != "" {
		s.UserHandle, err = fromURL("response.userHandle", *handle)
	}
	return s, err
}

// fromURL reads base64url, with padding or without.
func fromURL(field, text string) ([]byte, error) {
	if text == "" {
		return nil, fault.New(fault.Invalid, "%s is required", field)
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s must be base64url", field)
	}
	return b, nil
}
