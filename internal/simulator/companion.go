package simulator

import (
	"fmt"
	"maps"
	"slices"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"google.golang.org/protobuf/proto"
)

// A companion is a second device of a simulated person, such as WhatsApp on a computer: a phone type of its own with a Signal
// identity that the account's phone has signed. It hears and says what the phone does; the inbox shows each message once.

// AddCompanion links a simulated second device and returns its number. Who knows the person's devices is told. Errors: none
// that a caller could mend.
func (p *Person) AddCompanion() (uint16, error) {
	number := p.nextNumber()
	end := newPhone(p.deviceJID(number), p.deviceLID(number))
	var err error
	if end.adv, err = p.signCompanion(end, number); err != nil {
		return 0, fmt.Errorf("sign a second device: %w", err)
	}
	p.mu.Lock()
	if p.companions == nil {
		p.companions = map[uint16]*phone{}
	}
	p.companions[number] = end
	p.mu.Unlock()
	p.tellDevices("add", number, nil)
	return number, nil
}

// RemoveCompanion unlinks a simulated second device. Errors: ErrUnknownDevice.
func (p *Person) RemoveCompanion(number uint16) error {
	p.mu.Lock()
	_, ok := p.companions[number]
	delete(p.companions, number)
	p.mu.Unlock()
	if !ok {
		return fail(CodeUnknownDevice, "%s has no simulated device %d", p.phone, number)
	}
	p.tellDevices("remove", number, nil)
	return nil
}

// signCompanion makes the identity of a second device, with the signatures of the phone and of the device itself.
func (p *Person) signCompanion(end *phone, number uint16) ([]byte, error) {
	e2ee := waAdv.ADVEncryptionType_E2EE
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{RawID: &p.rawID, Timestamp: proto.Uint64(uint64(now())), KeyIndex: proto.Uint32(uint32(number)),
		AccountType: &e2ee, DeviceType: &e2ee})
	if err != nil {
		return nil, err
	}
	account, own := p.signal.identity(), end.identity()
	byPhone := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*account.Priv), concat([]byte(accountPrefix), details, own.Pub[:]))
	byDevice := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*own.Priv), concat([]byte(devicePrefix), details, own.Pub[:], account.Pub[:]))
	return proto.Marshal(&waAdv.ADVSignedDeviceIdentity{Details: details, AccountSignatureKey: account.Pub[:], AccountSignature: byPhone[:],
		DeviceSignature: byDevice[:]})
}

// end is the person's Signal end of a number: 0 = the phone; nil when it is none of the simulated ones.
func (p *Person) end(number uint16) *phone {
	if number == 0 {
		return p.signal
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.companions[number]
}

// Companions lists the numbers of the simulated second devices.
func (p *Person) Companions() []uint16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.companions))
}

// forgetCompanions unlinks all second devices: a new phone does that.
func (p *Person) forgetCompanions() {
	for _, number := range p.Companions() {
		_ = p.RemoveCompanion(number) // another call may have been first
	}
}

// via is the Signal end that a message leaves by.
func (l *letter) via(p *Person) *phone {
	if l.from != nil {
		return l.from
	}
	return p.signal
}
