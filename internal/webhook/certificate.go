package webhook

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"time"
)

// Certificate is what may be shown of one.
type Certificate struct {
	Subject, Issuer     string // as in RFC 2253: CN=…,O=…
	NotBefore, NotAfter time.Time
	Fingerprint         string // SHA-256 in hex
}

func describe(c *x509.Certificate) Certificate {
	sum := sha256.Sum256(c.Raw)
	return Certificate{c.Subject.String(), c.Issuer.String(), c.NotBefore.UTC(), c.NotAfter.UTC(), hex.EncodeToString(sum[:])}
}

// Authorities are those that vouch for the endpoint; none = the system's do.
func (t *TLS) Authorities() (list []Certificate) {
	if t.CA == "" {
		return nil
	}
	parsed, _ := certificates("", t.CA) // was checked when it was given
	for _, c := range parsed {
		list = append(list, describe(c))
	}
	return list
}

// Client is the certificate that we show; false = none.
func (t *TLS) Client() (Certificate, bool) {
	if t.Certificate == "" {
		return Certificate{}, false
	}
	chain, err := certificates("", t.Certificate)
	if err != nil {
		return Certificate{}, false
	}
	return describe(chain[0]), true
}

// Expires is when the client certificate ends; zero = there is none.
func (t *TLS) Expires() time.Time {
	c, _ := t.Client()
	return c.NotAfter
}

// expirySoon is how long before its end a certificate is warned of.
const expirySoon = 30 * 24 * time.Hour

// Warning tells of a client certificate that has expired or soon will, in a sentence; "" = all is well.
func (t *TLS) Warning(now time.Time) string {
	c, ok := t.Client()
	if !ok {
		return ""
	}
	switch left := c.NotAfter.Sub(now); {
	case left < 0:
		return "The client certificate has expired on " + c.NotAfter.Format(time.RFC3339)
	case left < expirySoon:
		return fmt.Sprintf("The client certificate expires on %s, in %d days", c.NotAfter.Format(time.RFC3339), int(left.Hours()/24))
	}
	return ""
}
