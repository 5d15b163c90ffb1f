package event

import "encoding/json"

// QRCode is the data of connection.qr.
type QRCode struct {
	Code      string `json:"code"`
	Index     int    `json:"index"`
	ExpiresAt *Time  `json:"expires_at"`
}

// PasskeyRequest is the data of connection.passkey_request: WebAuthn request options for a browser.
type PasskeyRequest struct {
	PublicKey json.RawMessage `json:"public_key"`
	ExpiresAt *Time           `json:"expires_at"`
}

// PasskeyConfirmation is the data of connection.passkey_confirmation. Skip: confirm without showing the code.
type PasskeyConfirmation struct {
	Code string `json:"code"`
	Skip bool   `json:"skip"`
}

// PasskeyError is the data of connection.passkey_error.
type PasskeyError struct {
	Error        string `json:"error"`
	Continuation bool   `json:"continuation"`
}

// PairSuccess is the data of connection.pair_success.
type PairSuccess struct {
	JID          string  `json:"jid"`
	LID          string  `json:"lid"`
	Phone        *string `json:"phone"`
	BusinessName *string `json:"business_name"`
	Platform     *string `json:"platform"`
}

// PairError is the data of connection.pair_error.
type PairError struct {
	JID      string  `json:"jid"`
	LID      *string `json:"lid"`
	Platform *string `json:"platform"`
	Error    string  `json:"error"`
}
