package access

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// claims are the members of a device token.
type claims struct {
	DeviceID string `json:"device_id"`
	Account  int64  `json:"api_key_id"`
	Version  int    `json:"version"`
	jwt.RegisteredClaims
}

// Tokens makes and checks device tokens: JWTs signed with HS256 and nothing else.
type Tokens struct {
	key      []byte
	lifetime time.Duration
	parser   *jwt.Parser
}

// NewTokens takes the signing key, at least 32 bytes, and the lifetime of a token; 0 = until it is revoked.
func NewTokens(key []byte, lifetime time.Duration) (*Tokens, error) {
	if len(key) < 32 {
		return nil, fmt.Errorf("the token key has %d bytes; at least 32 are required", len(key))
	}
	if lifetime < 0 {
		return nil, errors.New("the token lifetime is negative")
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithStrictDecoding())
	return &Tokens{key: key, lifetime: lifetime, parser: parser}, nil
}

// Issue makes a token for a device at its present token version.
func (t *Tokens) Issue(accountID int64, deviceID string, version int) (string, error) {
	now := time.Now()
	c := claims{DeviceID: deviceID, Account: accountID, Version: version, RegisteredClaims: jwt.RegisteredClaims{
		Subject: deviceID, IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now),
	}}
	if t.lifetime > 0 {
		c.ExpiresAt = jwt.NewNumericDate(now.Add(t.lifetime))
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(t.key)
	if err != nil {
		return "", fmt.Errorf("sign a device token: %w", err)
	}
	return signed, nil
}

// parse checks signature and times. What the claims say is still to be compared with the store.
func (t *Tokens) parse(token string) (claims, error) {
	var c claims
	_, err := t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return t.key, nil })
	if err != nil || c.DeviceID == "" {
		return claims{}, ErrInvalid
	}
	return c, nil
}
