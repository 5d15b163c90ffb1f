package app_test

import (
	"strings"
	"testing"

	"wapost/simclient"
)

// A receipt settles a message whose answer is lost, and the gateway is killed before the receipt is recorded: it comes again,
// and nothing is told or sent twice.
func TestKilledBetweenAReceiptAndWhatItSettled(t *testing.T) {
	w := newWorld(t)
	g := newChild(t, w)
	g.start("after-receipt:1")
	g.ready()
	c := newCustomer(t, admin(t, g.dir, "http://"+g.listen))
	w.person(ownPhone, "Own")
	const mia = "4915100000003"
	w.person(mia, "Mia")
	device := c.link(w, ownPhone)
	if _, err := w.ChangeFaults(t.Context(), simclient.Scope{Device: device}, func(f *simclient.Faults) { f.NoAck = &simclient.NoAck{Times: 1} }); err != nil {
		t.Fatal(err)
	}
	c.call("POST", "/chats/"+mia+"/messages?wait=0", map[string]any{"text": "once"}, nil)
	<-g.ended
	g.kill()
	g.start("")
	g.ready()
	kinds := func() string {
		var list []string
		for _, e := range c.recorded("message.") {
			list = append(list, e.Type)
		}
		return strings.Join(list, " ")
	}
	eventually(t, "the receipt", func() bool { return strings.Contains(kinds(), "message.delivered") })
	w.quiet(device)
	if got := kinds(); got != "message.sent message.delivered" {
		t.Errorf("%s", got)
	}
	page, err := w.Inbox(t.Context(), mia, simclient.InboxQuery{})
	if err != nil || len(page.Entries) != 1 {
		t.Errorf("Mia has %d messages, %v", len(page.Entries), err)
	}
}
