package whatsapp

import (
	"context"
	"encoding/json"

	"go.mau.fi/util/jsonbytes"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/session"
)

// passkeyAsked passes on the options in the form that PublicKeyCredential.parseRequestOptionsFromJSON takes: it wants lists,
// where the library leaves null.
func (l *Line) passkeyAsked(v *events.PairPasskeyRequest) {
	options := *v.PublicKey
	options.AllowCredentials = append([]types.AllowedCredential{}, options.AllowCredentials...)
	for i := range options.AllowCredentials {
		if c := &options.AllowCredentials[i]; c.Transports == nil {
			c.Transports = []string{}
		}
	}
	if options.Extensions == nil {
		options.Extensions = map[string]any{}
	}
	key, err := json.Marshal(options)
	if err != nil {
		l.obs.Signal(session.PasskeyFailed{Error: "The passkey request cannot be read"})
		return
	}
	l.obs.Signal(session.PasskeyAsked{PublicKey: key})
}

// AnswerPasskey implements session.Passkeys.
func (l *Line) AnswerPasskey(ctx context.Context, a session.Assertion) error {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	r := &types.WebAuthnResponse{ID: a.ID, RawID: a.RawID, Type: "public-key", Response: types.WebAuthnResponseData{
		ClientDataJSON: a.ClientDataJSON, AuthenticatorData: a.AuthenticatorData, Signature: a.Signature}}
	if a.UserHandle != nil {
		handle := jsonbytes.UnpaddedURLBytes(a.UserHandle)
		r.Response.UserHandle = &handle
	}
	if err := l.cli.SendPasskeyResponse(ctx, r); err != nil {
		return askError(err)
	}
	return nil
}

// ConfirmPasskey implements session.Passkeys.
func (l *Line) ConfirmPasskey(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	if err := l.cli.SendPasskeyConfirmation(ctx); err != nil {
		return askError(err)
	}
	return nil
}
