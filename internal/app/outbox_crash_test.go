package app_test

import (
	"fmt"
	"testing"

	"wapost/simclient"
)

// A send that WhatsApp accepted just before the gateway was killed goes out again under the same id, so the contact has it
// once; the customer hears message.sent once.
func TestKilledBetweenSendAndSettle(t *testing.T) {
	w := newWorld(t)
	g := newChild(t, w)
	g.start("after-send:3")
	g.ready()
	c := newCustomer(t, admin(t, g.dir, "http://"+g.listen))
	w.person(ownPhone, "Own")
	const mia = "4915100000003"
	w.person(mia, "Mia")
	c.link(w, ownPhone)
	r := newReceiver(t)
	c.hook(r)
	for n := range 3 {
		c.call("POST", "/chats/"+mia+"/messages?wait=0", map[string]any{"text": fmt.Sprint("text ", n)}, nil)
	}
	<-g.ended
	g.kill()
	g.start("")
	g.ready()
	eventually(t, "message.sent for each", func() bool { return len(r.of("message.sent")) >= 3 })
	page, err := w.Inbox(t.Context(), mia, simclient.InboxQuery{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, m := range page.Entries {
		seen[m.Content.Text]++
	}
	for n := range 3 {
		if text := fmt.Sprint("text ", n); seen[text] != 1 {
			t.Errorf("Mia has %q %d times", text, seen[text])
		}
	}
	event := map[string]string{}
	for _, d := range r.of("message.sent") {
		if id := event[d.MsgID]; id != "" && id != d.eventID {
			t.Errorf("message.sent for %s under two event ids", d.MsgID)
		}
		event[d.MsgID] = d.eventID
	}
}
