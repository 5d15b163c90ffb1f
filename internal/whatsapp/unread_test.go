package whatsapp_test

import (
	"strings"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

func TestWhatTheLibraryCannotReadIsAnnounced(t *testing.T) {
	g, id, dev, group := inGroup(t, simulator.GroupSpec{})
	bob, err := g.w.Person(bobNumber)
	if err != nil {
		t.Fatal(err)
	}
	gap := func(about string) event.Gap {
		t.Helper()
		var data event.Gap
		g.await(id, event.DeviceGap, func(l logged) bool { return strings.Contains(l.field("details"), about) }).open(t, &data)
		return data
	}
	if err := dev.CorruptNext(1, simulator.CorruptProtobuf); err != nil {
		t.Fatal(err)
	}
	sent := send(t, bob, simulator.Message{To: aliceNumber, Text: "not to be read"})
	if data := gap(sent.ID); data.Reason != "refused_by_library" || data.From == nil {
		t.Errorf("%+v", data)
	}
	if err := dev.CorruptNext(1, simulator.CorruptEncType); err != nil {
		t.Fatal(err)
	}
	gap(send(t, bob, simulator.Message{To: aliceNumber, Text: "not to be read"}).ID)
	_, lid := bob.JIDs()
	notice := waBinary.Node{Tag: "notification", Attrs: waBinary.Attrs{"from": group.JID(), "type": "w:gp2", "id": "N1", "t": "1765967398", "participant": lid},
		Content: []waBinary.Node{{Tag: "link", Attrs: waBinary.Attrs{"link_type": "sub_group"}}}}
	if err := dev.SendNode(notice, true); err != nil {
		t.Fatal(err)
	}
	gap("notice about a group")
	acked(t, send(t, bob, simulator.Message{To: aliceNumber, Text: "readable"}))
	if gaps := g.events(id, event.DeviceGap); len(gaps) != 3 {
		t.Errorf("%d gaps, want 3: %s", len(gaps), g.names(id))
	}
}
