package simulator

import (
	"fmt"

	"go.mau.fi/util/random"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"
)

// What a message that is encrypted with the secret of another one is for.
const (
	useVote     = "Poll Vote"
	useAnswer   = "Event Response"
	useReaction = "Enc Reaction"
	useEdit     = "Message Edit"
	useComment  = "Enc Comment"
)

// withSecret gives a message the secret that votes, answers and encrypted changes are made with.
func withSecret(m *waE2E.Message) *waE2E.Message {
	if m.MessageContextInfo == nil {
		m.MessageContextInfo = &waE2E.MessageContextInfo{}
	}
	if m.MessageContextInfo.MessageSecret == nil {
		m.MessageContextInfo.MessageSecret = random.Bytes(32)
	}
	return m
}

// sealFor encrypts something with the secret of a message. actor is the address that this goes out under. Errors: ErrInvalid
// when the message has no secret.
func sealFor(target knownMessage, use string, actor types.JID, what proto.Message) (payload, iv []byte, err error) {
	secret := target.body.GetMessageContextInfo().GetMessageSecret()
	if len(secret) == 0 {
		return nil, nil, fail(CodeInvalid, "message %q has no secret: send it with secret", target.id)
	}
	plain, err := proto.Marshal(what)
	if err != nil {
		return nil, nil, fmt.Errorf("encode: %w", err)
	}
	by := actor.ToNonAD().String()
	key := hkdfutil.SHA256(secret, nil, []byte(target.id+target.sender.ToNonAD().String()+by+use), 32)
	var alsoSigned []byte
	if use == useVote || use == useAnswer {
		alsoSigned = []byte(target.id + "\x00" + by)
	}
	iv = random.Bytes(12)
	payload, err = gcmutil.Encrypt(key, iv, plain, alsoSigned)
	return payload, iv, err
}

// as is the address that a message goes out under.
func (p *Person) as(addressing string) types.JID {
	if addressing == AddressPN || addressing == AddressPNOnly {
		return p.pn
	}
	return p.lid
}
