package control_test

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestReceiptsReachTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	_, _, err := r.CreateUser(t.Context(), simclient.NewUser{Phone: anna, Name: new("Anna"), Auto: &simclient.AutoChange{Deliver: new(false)}})
	must(t, err)
	id := g.say(anna, text("x"))
	for kind, want := range map[string]types.ReceiptType{"": types.ReceiptTypeDelivered, "read": types.ReceiptTypeRead, "played": types.ReceiptTypePlayed} {
		queued, err := r.SendReceipt(t.Context(), anna, simclient.Receipt{To: owner, ID: id, Type: kind})
		if err != nil || queued != 1 {
			t.Errorf("%q: queued %d, %v", kind, queued, err)
		}
		await(g, func(e *events.Receipt) bool { return e.Type == want && e.MessageIDs[0] == id })
	}
	_, err = r.SendReceipt(t.Context(), anna, simclient.Receipt{To: owner, IDs: []string{"A", "B"}, Type: "read"})
	must(t, err)
	await(g, func(e *events.Receipt) bool { return len(e.MessageIDs) == 2 })
}

func TestARetryReceiptMakesTheGatewaySendAgain(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	id := g.say(anna, text("x"))
	first := r.next(anna, 0)
	_, err := r.SendReceipt(t.Context(), anna, simclient.Receipt{To: owner, ID: id, Type: "retry"})
	must(t, err)
	if e := r.next(anna, first.Seq); e.ID != id || e.Retry == nil || !*e.Retry {
		t.Errorf("the second is %+v", e)
	}
}

func TestAReceiptThatMeansNothingIsRefused(t *testing.T) {
	r := newRig(t)
	r.user(anna, "Anna")
	send := func(from string, receipt simclient.Receipt) error {
		_, err := r.SendReceipt(t.Context(), from, receipt)
		return err
	}
	fails(t, send(anna, simclient.Receipt{To: anna}), 400, "invalid_request")
	fails(t, send(anna, simclient.Receipt{To: anna, ID: "A", IDs: []string{"B"}}), 400, "invalid_request")
	fails(t, send(anna, simclient.Receipt{To: anna, ID: "A", Type: "seen"}), 400, "invalid_request")
	fails(t, send(anna, simclient.Receipt{To: anna, ID: "A", Group: "1@g.us"}), 404, "unknown_group")
	fails(t, send(anna, simclient.Receipt{To: anna, ID: "A"}), 409, "not_connected")
	fails(t, send(anna, simclient.Receipt{To: "4915100000009", ID: "A"}), 404, "unknown_person")
	fails(t, send("4915100000009", simclient.Receipt{To: anna, ID: "A"}), 404, "unknown_person")
}

// What the owner reads on the phone, its linked devices hear; with read receipts off nobody else does.
func TestTheOwnersPhoneReads(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	other, err := r.User(t.Context(), anna)
	must(t, err)
	for _, c := range []struct {
		setting, send string
		want          types.ReceiptType
	}{
		{"all", "read", types.ReceiptTypeRead}, {"all", "played", types.ReceiptTypePlayed},
		{"none", "read", types.ReceiptTypeReadSelf}, {"none", "played", types.ReceiptTypePlayedSelf},
	} {
		_, err := r.ChangeUser(t.Context(), owner, simclient.UserChange{Privacy: &simclient.Privacy{ReadReceipts: c.setting}})
		must(t, err)
		queued, err := r.SendReceipt(t.Context(), owner, simclient.Receipt{To: anna, IDs: []string{"A", "B"}, Type: c.send})
		if err != nil || queued != 1 {
			t.Errorf("%+v: queued %d, %v", c, queued, err)
		}
		await(g, func(e *events.Receipt) bool {
			return e.Type == c.want && e.IsFromMe && len(e.MessageIDs) == 2 && e.Chat.String() == other.LID
		})
	}
}

func TestPresenceAndTypingReachTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	seen := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if sent, err := r.SetPresence(t.Context(), anna, simclient.Presence{LastSeen: seen, To: owner}); err != nil || sent != 1 {
		t.Errorf("sent %d, %v", sent, err)
	}
	await(g, func(p *events.Presence) bool { return p.Unavailable && p.LastSeen.Equal(seen) })
	must(t, g.SubscribePresence(t.Context(), jidOf(anna)))
	until(t, func() bool {
		sent, err := r.SetPresence(t.Context(), anna, simclient.Presence{Available: true})
		return err == nil && sent == 1
	})
	await(g, func(p *events.Presence) bool { return !p.Unavailable })
	if sent, err := r.SetTyping(t.Context(), anna, owner, "recording"); err != nil || sent != 1 {
		t.Errorf("sent %d, %v", sent, err)
	}
	await(g, func(p *events.ChatPresence) bool { return p.Media == types.ChatPresenceMediaAudio })
	_, err := r.SetPresence(t.Context(), anna, simclient.Presence{Available: true, LastSeen: seen})
	fails(t, err, 400, "invalid_request")
	_, err = r.SetPresence(t.Context(), "4915100000009", simclient.Presence{})
	fails(t, err, 404, "unknown_person")
	_, err = r.SetTyping(t.Context(), anna, owner, "thinking")
	fails(t, err, 400, "invalid_request")
	_, err = r.SetTyping(t.Context(), "4915100000009", owner, "paused")
	fails(t, err, 404, "unknown_person")
}

func TestACallRingsAtTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	id, err := r.Call(t.Context(), anna, simclient.Call{To: owner, Video: true})
	must(t, err)
	await(g, func(c *events.CallOffer) bool { return c.CallID == id })
	again, err := r.Call(t.Context(), anna, simclient.Call{To: owner, State: "terminate", CallID: id, Reason: "busy"})
	must(t, err)
	if c := await[*events.CallTerminate](g, nil); again != id || c.CallID != id || c.Reason != "busy" {
		t.Errorf("ended %+v", c)
	}
	_, err = r.Call(t.Context(), anna, simclient.Call{To: owner, Reason: "busy"})
	fails(t, err, 400, "invalid_request")
	_, err = r.Call(t.Context(), "4915100000009", simclient.Call{To: owner})
	fails(t, err, 404, "unknown_person")
}

func TestANewPhoneHasANewIdentity(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	r.send(anna, simclient.Message{To: owner, Text: "from the old phone"})
	must(t, r.Reinstall(t.Context(), anna, true))
	await[*events.IdentityChange](g, nil)
}
