package control_test

import (
	"slices"
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestASecondDeviceIsLinkedUsedAndUnlinked(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	made, err := r.AddCompanion(t.Context(), anna)
	must(t, err)
	if u, err := r.User(t.Context(), anna); err != nil || made.Number == 0 || !slices.Equal(u.Companions, []int{made.Number}) {
		t.Errorf("made %+v of %+v, %v", made, u, err)
	}
	sent := r.send(anna, simclient.Message{To: owner, Text: "from my computer", FromDevice: made.Number})
	m := await(g, withID(sent.ID))
	if int(m.Info.Sender.Device) != made.Number || m.Info.Sender.String() != made.LID {
		t.Errorf("it came from %s, want %s", m.Info.Sender, made.LID)
	}
	answer, err := g.SendMessage(t.Context(), m.Info.Chat, text("to both"))
	must(t, err)
	await(g, func(e *events.Receipt) bool {
		return e.Type == types.ReceiptTypeDelivered && e.MessageIDs[0] == answer.ID && int(e.Sender.Device) == made.Number
	})
	u, err := r.RemoveCompanion(t.Context(), anna, made.Number)
	must(t, err)
	if len(u.Companions) != 0 {
		t.Errorf("left are %+v", u.Companions)
	}
	_, err = r.RemoveCompanion(t.Context(), anna, made.Number)
	fails(t, err, 404, "unknown_device")
	_, err = r.RemoveCompanion(t.Context(), anna, 70000)
	fails(t, err, 404, "unknown_device")
	_, err = r.AddCompanion(t.Context(), "4915199999999")
	fails(t, err, 404, "unknown_person")
	_, err = r.Send(t.Context(), anna, simclient.Message{To: owner, Text: "x", FromDevice: made.Number})
	fails(t, err, 404, "unknown_device")
	_, err = r.Send(t.Context(), anna, simclient.Message{To: owner, Text: "x", FromDevice: 70000})
	fails(t, err, 400, "invalid_request")
}
