package control_test

import (
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestStatusUpdatesGoBothWays(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	_, err := r.ChangeUser(t.Context(), anna, simclient.UserChange{Contacts: &[]string{owner}})
	must(t, err)
	post := r.send(anna, simclient.Message{To: "status", Text: "at sea"})
	if post.To != "status" || len(post.Devices) != 1 {
		t.Errorf("posted %+v", post)
	}
	await(g, func(m *events.Message) bool { return m.Info.ID == post.ID && m.Message.GetConversation() == "at sea" })
	_, err = r.ChangeUser(t.Context(), anna, simclient.UserChange{StatusPrivacy: &simclient.StatusPrivacy{Type: "blacklist", List: []string{owner}}})
	must(t, err)
	if hidden, err := r.Send(t.Context(), anna, simclient.Message{To: "status", Text: "hidden", TopLevel: true}); err != nil || len(hidden.Devices) != 0 {
		t.Errorf("it went to %+v, %v", hidden, err)
	}
	_, err = r.ChangeUser(t.Context(), owner, simclient.UserChange{StatusPrivacy: &simclient.StatusPrivacy{Type: "whitelist", List: []string{anna}}})
	must(t, err)
	mine, err := g.SendMessage(t.Context(), types.StatusBroadcastJID, text("my day"))
	must(t, err)
	if e := r.next(anna, 0); e.ID != mine.ID || e.Chat != "status" || e.Content.Text != "my day" {
		t.Errorf("Anna sees %+v", e)
	}
	queued, err := r.SendReceipt(t.Context(), anna, simclient.Receipt{To: owner, Group: "status", ID: mine.ID, Type: "read"})
	must(t, err)
	if queued != 1 {
		t.Errorf("the view went to %d devices", queued)
	}
	await(g, func(e *events.Receipt) bool {
		return e.Chat == types.StatusBroadcastJID && e.MessageIDs[0] == mine.ID && e.Type == types.ReceiptTypeRead
	})
	_, err = r.ChangeUser(t.Context(), anna, simclient.UserChange{StatusPrivacy: &simclient.StatusPrivacy{Type: "friends"}})
	fails(t, err, 400, "invalid_request")
}

func TestAMaskedViewOnceMessageIsAPlaceholder(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	sent, err := r.Send(t.Context(), anna, simclient.Message{To: owner, Text: "once", ViewOnceMasked: true})
	must(t, err)
	await(g, func(e *events.UndecryptableMessage) bool {
		return e.Info.ID == sent.ID && e.UnavailableType == events.UnavailableTypeViewOnce
	})
}
