package simulator

import (
	"errors"
	"testing"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

func companion(t testing.TB, p *Person) uint16 {
	t.Helper()
	number, err := p.AddCompanion()
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// deliveredBy waits for the delivery receipt of one device.
func deliveredBy(t testing.TB, c *client, id string, p *Person, device uint16) {
	t.Helper()
	await(t, c, func(e *events.Receipt) bool {
		return e.Type == types.ReceiptTypeDelivered && e.MessageIDs[0] == id && e.Sender.User == p.lid.User && e.Sender.Device == device
	})
}

func TestASecondDeviceOfAPersonWritesAndIsWrittenTo(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	n := companion(t, anna)
	for _, device := range []uint16{n, 0, n} {
		sent := send(t, anna, Message{To: ownerPhone, Text: "hi", FromDevice: device})
		if m := await(t, c, withID(sent.ID)); m.Info.Sender.User != anna.lid.User || m.Info.Sender.Device != device || m.Info.Chat != anna.lid {
			t.Errorf("from device %d: %+v", device, m.Info)
		}
		acked(t, sent)
	}
	damaged := send(t, anna, Message{To: ownerPhone, Text: "again", FromDevice: n, Corrupt: true})
	if m := await(t, c, withID(damaged.ID)); m.Message.GetConversation() != "again" || m.Info.Sender.Device != n {
		t.Errorf("after a retry: %+v", m.Info)
	}
	resp, err := c.SendMessage(t.Context(), anna.pn, text("to both"))
	if err != nil {
		t.Fatal(err)
	}
	deliveredBy(t, c, resp.ID, anna, 0)
	deliveredBy(t, c, resp.ID, anna, n)
	entry(t, anna, message(resp.ID))
	if got := anna.Inbox().Read(t.Context(), Query[Entry]{Keep: func(e *Entry) bool { return e.ID == resp.ID || e.Kind == KindError }}); len(got.Entries) != 1 {
		t.Errorf("the inbox has %+v", got.Entries)
	}
	if _, err := anna.Send(Message{To: ownerPhone, Text: "x", FromDevice: 9}); !errors.Is(err, ErrUnknownDevice) {
		t.Errorf("from no device: %v", err)
	}
	nothingUnhandled(t, w.s)
}

func TestASecondDeviceWritesInAGroup(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	n := companion(t, anna)
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Team", Owner: annaPhone, Participants: []string{ownerPhone}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{"one", "two"} {
		sent := send(t, anna, Message{To: g.jid.String(), Text: said, FromDevice: n})
		m := await(t, c, func(m *events.Message) bool { return m.Info.ID == sent.ID && m.Message.GetConversation() == said })
		if m.Info.Sender.Device != n || m.Info.Chat != g.jid {
			t.Errorf("it came as %+v", m.Info)
		}
	}
	for range 2 {
		resp, err := c.SendMessage(t.Context(), g.jid, text("all"))
		if err != nil {
			t.Fatal(err)
		}
		deliveredBy(t, c, resp.ID, anna, 0)
		deliveredBy(t, c, resp.ID, anna, n)
	}
}

// The client keeps the lists of devices. It changes them when it is told, and asks anew when an acknowledgement says that the
// list was not the right one.
func TestChangedDeviceListsAreTold(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	acked(t, send(t, anna, Message{To: ownerPhone, Text: "hi"}))
	list := func() (devices int) {
		for _, j := range []types.JID{anna.pn, anna.lid} {
			got, err := c.GetUserDevices(t.Context(), []types.JID{j})
			if err != nil {
				t.Fatal(err)
			}
			devices += len(got)
		}
		return devices
	}
	asked := func() int {
		return len(w.s.Trace().Read(t.Context(), Query[TraceEntry]{Limit: 1000, Keep: func(e *TraceEntry) bool {
			_, is := e.Node.GetOptionalChildByTag("usync", "query", "devices")
			return e.Direction == DirectionIn && is
		}}).Entries)
	}
	if n := list(); n != 2 {
		t.Fatalf("%d devices at first", n)
	}
	before := asked()
	n := companion(t, anna)
	until(t, func() bool { return len(d.Unacked()) == 0 })
	if n := list(); n != 4 {
		t.Errorf("%d devices after one was added", n)
	}
	if err := anna.RemoveCompanion(n); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(d.Unacked()) == 0 })
	if n := list(); n != 2 || asked() != before {
		t.Errorf("%d devices after it was removed; the client asked %d times", n, asked()-before)
	}
	if err := anna.RemoveCompanion(n); !errors.Is(err, ErrUnknownDevice) {
		t.Errorf("removed twice: %v", err)
	}
	companion(t, anna)
	anna.Reinstall(true)
	if got := anna.Companions(); len(got) != 0 {
		t.Errorf("a new phone has the second devices %v", got)
	}
}

func TestAWrongListOfDevicesIsMendedByTheAcknowledgement(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	n := uint16(0)
	for _, said := range []string{"one device", "the list is old", "two devices"} {
		resp, err := c.SendMessage(t.Context(), anna.pn, text(said))
		if err != nil {
			t.Fatal(err)
		}
		deliveredBy(t, c, resp.ID, anna, 0)
		switch said {
		case "one device":
			n = companion(t, anna)
		case "two devices":
			deliveredBy(t, c, resp.ID, anna, n)
		}
	}
}

// A gateway that is linked later gets what others write to its number.
func TestANewlyLinkedDeviceIsToldToOthers(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna, _, hers := w.linked(annaPhone, "Anna", nil)
	if _, err := hers.SendMessage(t.Context(), types.NewJID(ownerPhone, types.DefaultUserServer), text("hi")); err != nil {
		t.Fatal(err)
	}
	await(t, c, func(m *events.Message) bool { return m.Message.GetConversation() == "hi" })
	acked(t, send(t, anna, Message{To: ownerPhone, Text: "from the phone"}))
	if _, err := c.SendMessage(t.Context(), anna.pn, text("to two devices")); err != nil {
		t.Fatal(err)
	}
	second := w.client(nil)
	w.link(anna, second)
	until(t, func() bool {
		resp, err := c.SendMessage(t.Context(), anna.pn, text("to three devices"))
		return err == nil && second.count(func(e any) bool { m, ok := e.(*events.Message); return ok && m.Info.ID == resp.ID }) > 0
	})
}

func TestTheIdentityOfASecondDeviceIsSigned(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	anna := w.person(annaPhone, "Anna")
	n := companion(t, anna)
	node := element("user", attrs{"jid": anna.deviceLID(n)})
	bundle := w.s.bundleOf(&node)
	var signed waAdv.ADVSignedDeviceIdentity
	if err := proto.Unmarshal(childContent(&bundle, "device-identity"), &signed); err != nil || len(signed.GetAccountSignature()) != 64 {
		t.Fatalf("%+v %v", &signed, err)
	}
	identity := childContent(&bundle, "identity")
	account := anna.signal.identity().Pub
	for prefix, c := range map[string]struct {
		key       [32]byte
		message   []byte
		signature []byte
	}{
		"account": {*account, concat([]byte(accountPrefix), signed.GetDetails(), identity), signed.GetAccountSignature()},
		"device":  {[32]byte(identity), concat([]byte(devicePrefix), signed.GetDetails(), identity, account[:]), signed.GetDeviceSignature()},
	} {
		if !ecc.VerifySignature(ecc.NewDjbECPublicKey(c.key), c.message, [64]byte(c.signature)) {
			t.Errorf("the signature of the %s is wrong", prefix)
		}
	}
	if list := anna.deviceList(); len(list.GetChildren()) != 2 {
		t.Errorf("the list is %+v", list)
	}
}
