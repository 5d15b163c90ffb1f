package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"wapost/internal/fault"
)

// TLS is what a webhook asks of its connections: an authority that vouches for the endpoint instead of the system's, and a
// certificate to show. Both are PEM; "" = not given. It is not changed once it is made.
type TLS struct {
	CA          string `json:"ca_pem,omitempty"`
	Certificate string `json:"client_cert_pem,omitempty"` // its chain may follow
	Key         string `json:"client_key_pem,omitempty"`  // without a passphrase
}

// String hides the key from logs.
func (t TLS) String() string { return "[tls]" }

// GoString does the same.
func (t TLS) GoString() string { return t.String() }

// maxPEM is the longest of the three texts, in bytes: all of them and a webhook fit into a request.
const maxPEM = 16384

// CheckTLS judges TLS settings at a time: when they are given. The error is fault.Invalid and names the field.
func CheckTLS(t TLS, now time.Time) error {
	for _, f := range []struct{ name, text string }{{"ca_pem", t.CA}, {"client_cert_pem", t.Certificate}, {"client_key_pem", t.Key}} {
		if len(f.text) > maxPEM {
			return fault.New(fault.Invalid, "tls.%s must be at most %d bytes", f.name, maxPEM)
		}
	}
	switch {
	case t == TLS{}:
		return fault.New(fault.Invalid, "tls must have ca_pem, or client_cert_pem with client_key_pem")
	case t.Certificate != "" && t.Key == "":
		return fault.New(fault.Invalid, "tls.client_key_pem is required with client_cert_pem")
	case t.Certificate == "" && t.Key != "":
		return fault.New(fault.Invalid, "tls.client_cert_pem is required with client_key_pem")
	}
	if t.CA != "" {
		if err := checkAuthorities(t.CA, now); err != nil {
			return err
		}
	}
	if t.Certificate == "" {
		return nil
	}
	return checkPair(t, now)
}

// tlsAt is CheckTLS for one time.
func tlsAt(now time.Time) func(TLS) error { return func(t TLS) error { return CheckTLS(t, now) } }

// checkScheme: settings that would never be used are a mistake.
func (w *Webhook) checkScheme() error {
	if scheme, _, _ := strings.Cut(w.URL, ":"); w.TLS != nil && !strings.EqualFold(scheme, "https") {
		return fault.New(fault.Invalid, "tls needs a URL with https")
	}
	return nil
}

// checkAuthorities demands one that is valid now: a bundle may hold old ones.
func checkAuthorities(text string, now time.Time) error {
	list, err := certificates("tls.ca_pem", text)
	if err != nil {
		return err
	}
	for _, c := range list {
		if !now.Before(c.NotBefore) && !now.After(c.NotAfter) {
			return nil
		}
	}
	return fault.New(fault.Invalid, "tls.ca_pem has no certificate that is valid now")
}

func checkPair(t TLS, now time.Time) error {
	chain, err := certificates("tls.client_cert_pem", t.Certificate)
	if err != nil {
		return err
	}
	switch leaf := chain[0]; {
	case now.After(leaf.NotAfter):
		return fault.New(fault.Invalid, "tls.client_cert_pem has expired on %s", leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return fault.New(fault.Invalid, "tls.client_cert_pem is not valid before %s", leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	if err := checkKey(t.Key); err != nil {
		return err
	}
	if _, err := tls.X509KeyPair([]byte(t.Certificate), []byte(t.Key)); err != nil {
		return fault.New(fault.Invalid, "tls.client_key_pem does not belong to the first certificate of client_cert_pem")
	}
	return nil
}

// Config returns the settings in the form of the library. Errors hold nothing of the key.
func (t *TLS) Config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(t.CA)) {
			return nil, errors.New("the authority of the webhook cannot be read")
		}
	}
	if t.Certificate != "" {
		pair, err := tls.X509KeyPair([]byte(t.Certificate), []byte(t.Key))
		if err != nil {
			return nil, errors.New("the client certificate of the webhook cannot be read")
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
