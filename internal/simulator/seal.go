package simulator

import (
	"slices"

	"go.mau.fi/libsignal/protocol"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/store"
)

// seal encrypts for one device, with the damage that was asked for; the caller holds the phone.
func (p *Person) seal(d *Device, plain []byte, l *letter) (waBinary.Node, error) {
	damage := d.takeCorruption(false)
	if l.corrupt {
		damage = CorruptCiphertext
	}
	enc, err := l.via(p).sealDamaged(d, plain, damage)
	if err == nil && l.media != "" {
		enc.Attrs["mediatype"] = l.media
	}
	return enc, err
}

func (ph *phone) sealDamaged(d *Device, plain []byte, damage string) (waBinary.Node, error) {
	switch damage {
	case CorruptSession:
		return ph.sealAsStranger(d, plain)
	case CorruptProtobuf:
		plain = []byte{0xff, 0xff, 0xff, 0xff} // no field begins so
	}
	enc, err := ph.encrypt(d, plain)
	if err != nil {
		return enc, err
	}
	switch damage {
	case CorruptCiphertext:
		spoil(&enc)
	case CorruptEncType:
		enc.Attrs["type"] = "future"
	}
	return enc, nil
}

// spoil changes a byte near the end, which is ciphertext or its authentication.
func spoil(enc *waBinary.Node) {
	raw := slices.Clone(content(*enc))
	if len(raw) > 12 {
		raw[len(raw)-12] ^= 0x55
	}
	enc.Content = raw
}

// sealAsStranger encrypts under a session that the client has never seen begin.
func (ph *phone) sealAsStranger(d *Device, plain []byte) (waBinary.Node, error) {
	stranger := newPhone(ph.pn, ph.lid)
	enc, err := stranger.encrypt(d, plain)
	if err != nil {
		return enc, err
	}
	first, err := protocol.NewPreKeySignalMessageFromBytes(content(enc), store.SignalProtobufSerializer.PreKeySignalMessage, store.SignalProtobufSerializer.SignalMessage)
	if err != nil {
		return enc, err
	}
	enc.Attrs["type"], enc.Content = "msg", first.WhisperMessage().Serialize()
	return enc, nil
}
