package simulator

import (
	"fmt"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// Authority is the root of trust of a simulated WhatsApp: a root key, and a certificate chain for the server's static
// Noise key. The root key is a package variable of whatsmeow, so all simulators that one process talks to must share one
// Authority.
type Authority struct {
	root, static *keys.KeyPair
	chain        []byte // waCert.CertChain, serialized
}

// NewAuthority makes a root, an intermediate and a server certificate. They are valid from 1990 to 2100, because the
// client checks both windows and the clock of a synctest bubble begins in the year 2000.
func NewAuthority() (*Authority, error) {
	a := &Authority{root: keys.NewKeyPair(), static: keys.NewKeyPair()}
	inter := keys.NewKeyPair()
	intermediate, err := certify(a.root, inter, 1, 0)
	if err != nil {
		return nil, err
	}
	leaf, err := certify(inter, a.static, 2, 1)
	if err != nil {
		return nil, err
	}
	if a.chain, err = proto.Marshal(&waCert.CertChain{Intermediate: intermediate, Leaf: leaf}); err != nil {
		return nil, fmt.Errorf("encode certificate chain: %w", err)
	}
	return a, nil
}

// RootKey is what whatsmeow.WACertPubKey must be set to.
func (a *Authority) RootKey() [32]byte { return *a.root.Pub }

// certify signs a key: XEdDSA over the raw bytes of the details.
func certify(issuer, subject *keys.KeyPair, serial, issuerSerial uint32) (*waCert.CertChain_NoiseCertificate, error) {
	from := uint64(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	until := uint64(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
		Serial: &serial, IssuerSerial: &issuerSerial, Key: subject.Pub[:], NotBefore: &from, NotAfter: &until,
	})
	if err != nil {
		return nil, fmt.Errorf("encode certificate %d: %w", serial, err)
	}
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*issuer.Priv), details)
	return &waCert.CertChain_NoiseCertificate{Details: details, Signature: signature[:]}, nil
}
