package whatsapp_test

import (
	"strconv"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/event"
	"wapost/internal/session"
	"wapost/internal/simulator"
)

func TestWhatTheOwnPhoneDoesIsASignOfIt(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	seen := func() time.Time {
		st, err := g.m.Status(t.Context(), 0, id)
		if err != nil {
			t.Fatal(err)
		}
		return st.PhoneSeenAt
	}
	linked := seen()
	if linked.IsZero() {
		t.Fatal("a phone that has just linked the device was seen")
	}
	later := linked.Add(time.Hour) // stanzas have whole seconds
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Text: "of another", At: later}))
	if !seen().Equal(linked) {
		t.Error("what others write is no sign of the own phone")
	}
	_, lid := alice.JIDs()
	other := waBinary.Node{Tag: "receipt", Attrs: waBinary.Attrs{"from": types.NewADJID(lid.User, types.LIDDomain, 9), "id": "R1", "type": "sender",
		"t": strconv.FormatInt(later.Unix(), 10)}}
	if err := dev.SendNode(other, true); err != nil {
		t.Fatal(err)
	}
	g.await(id, event.MessageReceipt, nil)
	if !seen().Equal(linked) {
		t.Error("what another linked device does is no sign of the phone")
	}
	acked(t, send(t, alice, simulator.Message{To: bob.Phone(), Text: "from the own phone", At: later}))
	until(t, func() bool { return seen().After(linked) })
	if seen().After(time.Now()) {
		t.Errorf("seen at %s, which is still to come", seen())
	}
}

func TestTheProgressOfTheBacklogIsTold(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.State.Online() })
	const missed = 45
	for range missed {
		send(t, bob, simulator.Message{To: alice.Phone(), Text: "while away", At: dev.Info().LastLoginAt.Add(-time.Minute)})
	}
	w.faults("", func(f *simulator.Faults) { f.Wire, f.PageSize = simulator.WireUp, 10 })
	g.state(id, session.Connected)
	var preview event.OfflinePreview
	g.await(id, event.OfflineSyncPreview, nil).open(t, &preview)
	if preview.Total != missed || preview.Messages != missed {
		t.Errorf("announced %+v", preview)
	}
	var done event.OfflineCompleted
	g.await(id, event.OfflineSyncCompleted, func(l logged) bool { l.open(t, &done); return done.Count > 0 })
	if done.Announced == nil || *done.Announced != missed || done.Count != missed || done.Recorded < missed {
		t.Errorf("done %+v", done)
	}
	if st := g.state(id, session.Connected); st.BacklogOffline != 0 {
		t.Errorf("%d are said to be missing", st.BacklogOffline)
	}
}
