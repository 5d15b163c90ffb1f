package webhook

import (
	"crypto/x509"
	"encoding/pem"
	"strings"

	"wapost/internal/fault"
)

// certificates reads a text that holds certificates and nothing else in PEM form. Text around them is allowed.
func certificates(field, text string) (list []*x509.Certificate, err error) {
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fault.New(fault.Invalid, "%s must hold certificates only; it has a %.40s", field, strings.ToLower(block.Type))
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s has a certificate that cannot be read (number %d)", field, len(list)+1)
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "%s has no certificate in PEM form", field)
	}
	return list, nil
}

// checkKey looks for one private key that can be read without a passphrase.
func checkKey(text string) error {
	block, rest := pem.Decode([]byte(text))
	for block != nil && !strings.HasSuffix(block.Type, "PRIVATE KEY") { // "EC PARAMETERS" may stand before
		block, rest = pem.Decode(rest)
	}
	switch {
	case block == nil:
		return fault.New(fault.Invalid, "tls.client_key_pem has no private key in PEM form")
	case block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
		return fault.New(fault.Invalid, "tls.client_key_pem is encrypted; give the key without a passphrase")
	}
	for _, read := range []func([]byte) error{
		func(der []byte) error { _, err := x509.ParsePKCS8PrivateKey(der); return err },
		func(der []byte) error { _, err := x509.ParsePKCS1PrivateKey(der); return err },
		func(der []byte) error { _, err := x509.ParseECPrivateKey(der); return err },
	} {
		if read(block.Bytes) == nil {
			return nil
		}
	}
	return fault.New(fault.Invalid, "tls.client_key_pem has a private key that cannot be read")
}
