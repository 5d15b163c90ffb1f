package whatsapp

import (
	waBinary "go.mau.fi/whatsmeow/binary"

	"wapost/internal/session"
)

// nackSecretMissing is the one refusal of the library that an event tells of: the message is undecryptable.
const nackSecretMissing = 495

// nack sees an acknowledgement that goes out. One with an error says that the library could not read the stanza: WhatsApp will
// not send it again, and we never see it.
func (l *Line) nack(class, id string, code any) {
	number, refused := code.(int)
	if !refused || number == nackSecretMissing || (class != "message" && class != "receipt") {
		return
	}
	l.d.Counters.Unread.Add(1)
	l.log.Error("library refused a stanza", "device_id", l.deviceID(), "class", class, "stanza", id, "code", number)
	l.obs.Signal(session.Unread{What: class, ID: id, Code: number})
}

// unread: a notice about a group is dropped by the library, which does not say which.
func (l *Line) unread() {
	l.d.Counters.Unread.Add(1)
	l.log.Error("library dropped a notice", "device_id", l.deviceID(), "class", "group")
	l.obs.Signal(session.Unread{What: "notice about a group"})
}

// countEnc counts encrypted parts of a form that the library does not know. A message that has no other part is lost: the
// library says "received" to it.
func (l *Line) countEnc(message *waBinary.Node) {
	known, unknown := 0, 0
	for _, enc := range message.GetChildrenByTag("enc") {
		if knownEnc(enc) {
			known++
		} else {
			unknown++
		}
	}
	l.d.Counters.UnknownEnc.Add(uint64(unknown))
	if id, _ := message.Attrs["id"].(string); unknown > 0 && known == 0 {
		l.obs.Signal(session.Unread{What: "message in an unknown form of encryption", ID: id})
	}
}
