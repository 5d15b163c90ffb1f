package app_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"wapost/simclient"
)

// What one account's devices have learnt about who is who is never shown to another account, although WhatsApp's library
// keeps one table for all: a LID without a number gets the number only where this account has seen it.
func TestIdentitiesStayWithTheirAccount(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	const mia = "4915100000009"
	w.person(mia, "Mia")
	type side struct {
		customer
		phone, device string
		recipients    chan recipient
	}
	var sides []*side
	for _, phone := range []string{"4915100000011", "4915100000012"} {
		s := &side{customer: newCustomer(t, g.admin()), phone: phone, recipients: make(chan recipient, 8)}
		w.person(phone, "Own")
		s.device = s.link(w, phone)
		r := newReceiver(t)
		r.misbehave(func(_ http.ResponseWriter, q *http.Request) bool { return noteRecipient(q, s.recipients) })
		s.hook(r)
		sides = append(sides, s)
	}
	if _, err := w.SendAcked(t.Context(), mia, simclient.Message{To: sides[1].phone, Text: "only the second account knows me"}, patience); err != nil {
		t.Fatal(err)
	}
	user, err := w.User(t.Context(), mia)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sides {
		err := w.SendStanza(t.Context(), s.device, simclient.Node{Tag: "receipt", Attrs: map[string]any{
			"from": simclient.JID(user.LID), "id": "3EB0000000000000000A", "t": strconv.FormatInt(time.Now().Unix(), 10)}}, true)
		if err != nil {
			t.Fatal(err)
		}
		got := <-s.recipients
		if got.LID != user.LID {
			t.Errorf("account %d: recipient %+v, want the LID %s", i+1, got, user.LID)
		}
		if known := i == 1; known != (got.Phone == "+"+mia) || !known && got.Phone != "" {
			t.Errorf("account %d is told the number %q", i+1, got.Phone)
		}
	}
}

type recipient struct{ LID, Phone string }

// noteRecipient keeps who a delivery receipt is from; everything else is left to the receiver.
func noteRecipient(q *http.Request, into chan<- recipient) bool {
	var e struct {
		Type string
		Data struct{ Recipient recipient }
	}
	if strings.HasPrefix(q.Header.Get("X-Webhook-Event"), "message.delivered") && json.NewDecoder(q.Body).Decode(&e) == nil {
		into <- e.Data.Recipient
		return true
	}
	return false
}
