package session_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// wants judges the answer of a step.
func wants(t *testing.T, state session.State, err error, sentence string) {
	t.Helper()
	switch {
	case sentence == "" && (err != nil || state != session.Pairing):
		t.Errorf("%q, %v", state, err)
	case sentence != "" && (!fault.Is(err, fault.Conflict) || err.Error() != sentence):
		t.Errorf("%v, want %q", err, sentence)
	}
}

func TestAPasskeyIsAnsweredAndConfirmedInThisOrder(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		good := session.Assertion{ID: "credential"}
		answer := func(a session.Assertion) (session.State, error) { return h.m.AnswerPasskey(t.Context(), 1, id, a) }
		confirm := func() (session.State, error) { return h.m.ConfirmPasskey(t.Context(), 1, id) }
		check := func(want string) func(session.State, error) {
			return func(s session.State, err error) { t.Helper(); wants(t, s, err, want) }
		}
		check("No pairing is running")(answer(good))
		l := h.pairing(id)
		check("No passkey is asked for")(answer(good))
		check("No code waits for a confirmation")(confirm())

		l.obs.Signal(session.PasskeyAsked{PublicKey: json.RawMessage(`{"rpId":"whatsapp.com"}`)})
		synctest.Wait()
		for _, start := range []func() (session.PairingCode, error){
			func() (session.PairingCode, error) { return h.m.StartPairing(t.Context(), 1, id) },
			func() (session.PairingCode, error) { return h.m.CurrentCode(t.Context(), 1, id) },
			func() (session.PairingCode, error) {
				return h.m.PairByPhone(t.Context(), 1, id, "+491700000001", true, "")
			},
		} {
			if code, err := start(); err == nil || err.Error() != "The pairing waits for a passkey; its codes are dead" {
				t.Errorf("a dead code: %+v, %v", code, err)
			}
		}
		check("No code waits for a confirmation")(confirm())
		if _, err := answer(session.Assertion{}); !fault.Is(err, fault.BadGateway) {
			t.Errorf("WhatsApp refuses: %v", err)
		}
		check("")(answer(good)) // it may be given again
		check("No passkey is asked for")(answer(good))

		steps, err := h.m.WatchPairing(t.Context(), 1, id)
		if err != nil {
			t.Fatal(err)
		}
		if step := <-steps; step.Kind != session.StepPasskeyRequest {
			t.Errorf("who comes late sees %v", step)
		}
		l.obs.Signal(session.PasskeyCode{Code: "ABCD-EFGH"})
		if step := <-steps; step.Kind != session.StepPasskeyConfirm || step.Data.(event.PasskeyConfirmation).Code != "ABCD-EFGH" {
			t.Errorf("%v", step)
		}
		check("")(confirm())
		check("No code waits for a confirmation")(confirm())
		h.pair(l)
		if step := <-steps; step.Kind != session.StepPaired {
			t.Errorf("%v", step)
		}
		for _, want := range []event.Type{event.ConnectionPasskeyRequest, event.ConnectionPasskeyConfirm, event.ConnectionPairSuccess} {
			if !slices.Contains(h.types(id), string(want)) {
				t.Errorf("no %s in %v", want, h.types(id))
			}
		}
	})
}

func TestAPasskeyThatNobodyGivesEndsThePairing(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		l := h.pairing(id)
		l.obs.Signal(session.PasskeyAsked{PublicKey: json.RawMessage(`{}`)})
		sleep(5*time.Minute - time.Second)
		h.state(id, session.Pairing)
		if _, err := h.m.AnswerPasskey(t.Context(), 1, id, session.Assertion{ID: "c"}); err != nil {
			t.Fatal(err)
		}
		sleep(5*time.Minute - time.Second) // each part has its own time
		h.state(id, session.Pairing)
		sleep(2 * time.Second)
		h.state(id, session.New)
	})
}

func TestALostConnectionInThePasskeyStepIsNoTimeOut(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		l := h.pairing(id)
		l.obs.Signal(session.PasskeyAsked{PublicKey: json.RawMessage(`{}`)})
		synctest.Wait()
		steps, err := h.m.WatchPairing(t.Context(), 1, id)
		if err != nil {
			t.Fatal(err)
		}
		l.obs.Signal(session.Down{})
		synctest.Wait()
		<-steps // the request
		if step := <-steps; step.Kind != session.StepError {
			t.Errorf("%v", step)
		}
		h.state(id, session.New)
	})
}
