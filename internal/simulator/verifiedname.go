package simulator

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waVnameCert"
	"google.golang.org/protobuf/proto"
)

// verifiedName is the certificate of a business name, as it comes with messages and look-ups; false for a person without one.
// Its signature is empty: no client checks it.
func (p *Person) verifiedName() (waBinary.Node, bool) {
	name := p.Info().BusinessName
	if name == "" {
		return waBinary.Node{}, false
	}
	details, err := proto.Marshal(&waVnameCert.VerifiedNameCertificate_Details{Serial: proto.Uint64(1), Issuer: proto.String("smb:wa"), VerifiedName: &name})
	if err != nil {
		return waBinary.Node{}, false
	}
	cert, err := proto.Marshal(&waVnameCert.VerifiedNameCertificate{Details: details})
	if err != nil {
		return waBinary.Node{}, false
	}
	n := element("verified_name", attrs{"v": 2, "verified_level": "unknown", "host_storage": 1, "actual_actors": 1, "privacy_mode_ts": now()})
	n.Content = cert
	return n, true
}
