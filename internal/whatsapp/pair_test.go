package whatsapp_test

import (
	"testing"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
	"wapost/internal/simulator"
	"wapost/internal/whatsapp"
)

// follow collects the kinds of the steps until the channel ends.
func follow(t testing.TB, ch <-chan session.PairingStep) []session.StepKind {
	t.Helper()
	var kinds []session.StepKind
	for step := range ch {
		kinds = append(kinds, step.Kind)
	}
	return kinds
}

func last(kinds []session.StepKind) session.StepKind {
	if len(kinds) == 0 {
		return ""
	}
	return kinds[len(kinds)-1]
}

func TestPairingByQR(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice := w.person("491700000001", "Alice")
	id := g.device(1).ID
	code, err := g.m.StartPairing(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := g.m.WatchPairing(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := g.m.StartPairing(t.Context(), 1, id); err != nil || again != code {
		t.Errorf("a second start gives %+v, %v; want the running pairing's code", again, err)
	}
	if _, err := alice.Scan(t.Context(), code.Text); err != nil {
		t.Fatal(err)
	}
	if kinds := follow(t, steps); last(kinds) != session.StepPaired || kinds[0] != session.StepQR {
		t.Errorf("steps %v", kinds)
	}
	st := g.state(id, session.Connected)
	_, lid := alice.JIDs()
	if st.Phone != "+491700000001" || st.JID == "" || st.Own(true) != lid.String() {
		t.Errorf("%+v", st.Device)
	}
	e := g.await(id, event.ConnectionPairSuccess, nil)
	if e.field("phone") != "+491700000001" || e.field("lid") != lid.String() {
		t.Errorf("%s", e.Data)
	}
	g.await(id, event.ConnectionQR, nil)
	if _, err := g.m.StartPairing(t.Context(), 1, id); !fault.Is(err, fault.Conflict) || err.Error() != "Already linked" {
		t.Errorf("pairing a linked device: %v", err)
	}
	if _, err := g.m.CurrentCode(t.Context(), 1, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("code of no pairing: %v", err)
	}
	until(t, func() bool {
		stored, err := g.db.Devices().Get(t.Context(), 1, id)
		return err == nil && stored.LID != "" && stored.Phone == "+491700000001" && stored.State == session.Connected
	})
}

func TestPairingByTypedCode(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice := w.person("491700000001", "Alice")
	id := g.device(1).ID
	code, err := g.m.PairByPhone(t.Context(), 1, id, "+491700000001", true, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(code.Text) != 9 || code.ExpiresAt.IsZero() {
		t.Errorf("%+v", code)
	}
	if _, err := alice.EnterCode(t.Context(), code.Text); err != nil {
		t.Fatal(err)
	}
	g.state(id, session.Connected)
}

func TestPairingThatIsCancelled(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id := g.device(1).ID
	if _, err := g.m.StartPairing(t.Context(), 1, id); err != nil {
		t.Fatal(err)
	}
	steps, err := g.m.WatchPairing(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.m.CancelPairing(t.Context(), 1, id); err != nil {
		t.Fatal(err)
	}
	if kinds := follow(t, steps); last(kinds) != session.StepError {
		t.Errorf("steps %v", kinds)
	}
	g.state(id, session.New)
	if err := g.m.CancelPairing(t.Context(), 1, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelling nothing: %v", err)
	}
	// A second pairing works.
	g.link(id, w.person("491700000001", "Alice"))
}

func TestANumberCannotBeLinkedTwice(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice := w.person("491700000001", "Alice")
	first, _ := g.linked(alice)
	second := g.device(2).ID // of another customer
	code, err := g.m.StartPairing(t.Context(), 2, second)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := g.m.WatchPairing(t.Context(), 2, second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Scan(t.Context(), code.Text); err == nil {
		t.Fatal("the phone shows a success")
	}
	if kinds := follow(t, steps); last(kinds) != session.StepError {
		t.Errorf("steps %v", kinds)
	}
	g.state(second, session.New)
	e := g.await(second, event.ConnectionPairError, nil)
	if e.field("error") != "Number is already linked to another device" {
		t.Errorf("%s", e.Data)
	}
	g.state(first, session.Connected)
	// After a logout of the first the number is free.
	if err := g.m.Logout(t.Context(), 1, first, false); err != nil {
		t.Fatal(err)
	}
	g.state(first, session.LoggedOut)
	until(t, func() bool {
		d, _ := g.db.Devices().Get(t.Context(), 0, first)
		return d.State == session.LoggedOut
	})
	g.link(second, alice)
}

func TestLogoutTellsWhatsAppAndTheWebhooks(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice := w.person("491700000001", "Alice")
	id, _ := g.linked(alice)
	if err := g.m.Logout(t.Context(), 1, id, false); err != nil {
		t.Fatal(err)
	}
	if n := len(alice.Devices()); n != 0 {
		t.Errorf("the phone still has %d devices", n)
	}
	st := g.state(id, session.LoggedOut)
	if st.JID == "" {
		t.Error("the record has forgotten whose device it was")
	}
	if e := g.await(id, event.ConnectionLoggedOut, nil); e.field("by") != "api" {
		t.Errorf("%s", e.Data)
	}
	if err := g.m.Logout(t.Context(), 1, id, false); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second logout: %v", err)
	}
	g.link(id, alice) // and can be linked again
}

func TestLogoutWithoutAConnectionKeepsTheLinkUnlessForced(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.Online })
	if err := g.m.Logout(t.Context(), 1, id, false); !fault.Is(err, fault.BadGateway) {
		t.Errorf("%v", err)
	}
	if st, _ := g.m.Status(t.Context(), 0, id); !st.State.Linked() {
		t.Errorf("state %s", st.State)
	}
	if err := g.m.Logout(t.Context(), 1, id, true); err != nil {
		t.Errorf("forced: %v", err)
	}
	g.state(id, session.LoggedOut)
}

func TestDeleteRemovesTheDeviceAndItsKeys(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice := w.person("491700000001", "Alice")
	id, _ := g.linked(alice)
	other, _ := g.linked(w.person("491700000002", "Bob"))
	if err := g.m.Delete(t.Context(), 1, id); err != nil {
		t.Fatal(err)
	}
	if _, err := g.m.Get(t.Context(), 0, id); !fault.Is(err, fault.NotFound) || err.Error() != "No such device" {
		t.Errorf("get: %v", err)
	}
	if n := len(alice.Devices()); n != 0 {
		t.Errorf("the phone still has %d devices", n)
	}
	g.await(id, event.DeviceDeleted, nil)
	until(t, func() bool {
		var n int
		if err := g.keys.DB.QueryRowContext(t.Context(), `SELECT count(*) FROM whatsmeow_device`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n == 1
	})
	g.state(other, session.Connected)
}

func TestReconnectOpensANewConnection(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, dev := g.linked(w.person("491700000001", "Alice"))
	if st, err := g.m.Reconnect(t.Context(), 1, id, patience); err != nil || !st.Online {
		t.Fatalf("%+v, %v", st.State, err)
	}
	if n := dev.Info().Logins; n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
	g.await(id, event.ConnectionDisconnected, func(l logged) bool { return l.field("reason") == "api" })
	if _, err := g.m.Reconnect(t.Context(), 1, g.device(1).ID, 0); !fault.Is(err, fault.Conflict) {
		t.Errorf("a device that was never linked: %v", err)
	}
}

func TestANetworkIsStampedByTheFirstLink(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	for _, n := range []whatsapp.Network{whatsapp.Real, whatsapp.Simulated} {
		if err := whatsapp.CheckNetwork(t.Context(), g.db, n); err != nil {
			t.Errorf("before any link %s is refused: %v", n, err)
		}
	}
	g.linked(w.person("491700000001", "Alice"))
	if err := whatsapp.CheckNetwork(t.Context(), g.db, whatsapp.Simulated); err != nil {
		t.Error(err)
	}
	if err := whatsapp.CheckNetwork(t.Context(), g.db, whatsapp.Real); err == nil {
		t.Error("simulated sessions may meet the real network")
	}
}

func TestRegisteredIsNeverAGuess(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, dev := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	_, lid := bob.JIDs()
	r, err := g.m.Registered(t.Context(), 1, id, "491700000002")
	if err != nil || !r.Registered || r.LID != lid.String() || r.Phone != "+491700000002" {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = g.m.Registered(t.Context(), 1, id, "+491799999999"); err != nil || r.Registered {
		t.Errorf("%+v, %v", r, err)
	}
	w.faults(dev.ID(), func(f *simulator.Faults) { f.QueryError = &simulator.QueryFault{XMLNS: "usync", Code: 503} })
	if _, err = g.m.Registered(t.Context(), 1, id, "+491700000002"); !fault.Is(err, fault.BadGateway) {
		t.Errorf("a refused question: %v", err)
	}
}

// An account that demands a passkey is linked by the client of the library as it is; the simulator takes any assertion.
func TestPairingByPasskey(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, _, err := w.CreatePerson(simulator.PersonSpec{Phone: "491700000001", Name: "Alice", Link: simulator.LinkPasskey})
	if err != nil {
		t.Fatal(err)
	}
	id := g.device(1).ID
	code, err := g.m.StartPairing(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := g.m.WatchPairing(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Scan(t.Context(), code.Text); err != nil {
		t.Fatal(err)
	}
	for kind := session.StepQR; kind != session.StepPasskeyRequest; kind = (<-steps).Kind {
		if kind != session.StepQR {
			t.Fatalf("step %s", kind)
		}
	}
	a := session.Assertion{ID: "credential", RawID: []byte("credential"), ClientDataJSON: []byte("{}"), AuthenticatorData: []byte("a"), Signature: []byte("s")}
	if _, err := g.m.AnswerPasskey(t.Context(), 1, id, a); err != nil {
		t.Fatal(err)
	}
	step := <-steps
	shown, ok := step.Data.(event.PasskeyConfirmation)
	if !ok {
		t.Fatalf("%v", step)
	}
	if phone := alice.WaitLinking(t.Context(), simulator.LinkingPasskey).PhoneCode; phone != shown.Code || !shown.Skip {
		t.Errorf("we show %+v, the phone shows %s", shown, phone)
	}
	if _, err := g.m.ConfirmPasskey(t.Context(), 1, id); err != nil {
		t.Fatal(err)
	}
	if kinds := follow(t, steps); last(kinds) != session.StepPaired {
		t.Errorf("steps %v", kinds)
	}
	g.state(id, session.Connected)
	g.await(id, event.ConnectionPasskeyRequest, nil)
	g.await(id, event.ConnectionPasskeyConfirm, nil)
}
