package sink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// key is a secret as the two header families use it (contract.md §5.3).
type key struct{ standard, text []byte }

var errSecret = errors.New("a secret that begins with whsec_ must go on in base64")

func newKey(secret string) (key, error) {
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return key{[]byte(secret), []byte(secret)}, nil
	}
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil || len(decoded) == 0 {
		return key{}, errSecret
	}
	return key{decoded, []byte(secret)}, nil
}

// verdict about the signatures of a request.
type verdict string

const (
	genuine  verdict = ""
	unsigned verdict = "no webhook-signature"
	stale    verdict = "webhook-timestamp is more than five minutes off"
	forged   verdict = "webhook-signature does not match"
	forgedB  verdict = "X-Hub-Signature-256 does not match"
	differs  verdict = "X-Webhook-Signature differs from X-Hub-Signature-256"
)

// tolerance of the timestamp, as receivers of Standard Webhooks have it.
const tolerance = 5 * time.Minute

// verify judges all signatures, because a receiver may rely on any of them. Without a secret everything is genuine.
func (s *Sink) verify(h http.Header, body []byte, at time.Time) verdict {
	if len(s.keys) == 0 {
		return genuine
	}
	given := strings.Fields(h.Get("Webhook-Signature"))
	if len(given) == 0 {
		return unsigned
	}
	seconds, err := strconv.ParseInt(h.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || at.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return stale
	}
	signed := append([]byte(h.Get("Webhook-Id")+"."+h.Get("Webhook-Timestamp")+"."), body...)
	standard, hub := false, false
	for _, k := range s.keys {
		want := []byte("v1," + base64.StdEncoding.EncodeToString(mac(k.standard, signed)))
		for _, g := range given {
			standard = standard || hmac.Equal([]byte(g), want)
		}
		hub = hub || hmac.Equal([]byte(h.Get("X-Hub-Signature-256")), []byte("sha256="+hex.EncodeToString(mac(k.text, body))))
	}
	switch {
	case !standard:
		return forged
	case !hub:
		return forgedB
	case h.Get("X-Webhook-Signature") != h.Get("X-Hub-Signature-256"):
		return differs
	}
	return genuine
}

func mac(key, text []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(text)
	return m.Sum(nil)
}
