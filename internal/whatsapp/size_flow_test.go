package whatsapp_test

import (
	"strings"
	"testing"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

func TestAStrangerDoesNotDecideTheSizeOfABody(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person(aliceNumber, "Alice"), w.person(bobNumber, "Bob")
	id, _ := g.linked(alice)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Raw: asProto(t, `{"reactionMessage":{"key":{"fromMe":true,"ID":"3A00"},"text":"`+strings.Repeat("e", 2_000_000)+`"}}`)}))
	e := g.await(id, event.MessageReaction, nil)
	if len(e.field("emoji")) != 64 || len(e.Data) > 2000 {
		t.Errorf("an emoji of %d bytes in %d", len(e.field("emoji")), len(e.Data))
	}
	if len(e.Raw) > 1<<20 || !strings.Contains(string(e.Raw), `"abridged":true`) {
		t.Errorf("%d bytes of raw", len(e.Raw))
	}
	options := strings.TrimSuffix(strings.Repeat(`{"optionName":"yes"},`, 1500), ",")
	poll := send(t, bob, simulator.Message{To: alice.Phone(), Raw: asProto(t, `{"pollCreationMessageV3":{"name":"Lunch?","options":[`+options+`]}}`)})
	acked(t, poll)
	var data event.Message
	g.await(id, event.MessageReceived, withID(poll.ID)).open(t, &data)
	if data.Poll == nil || len(data.Poll.Options) != event.LongestList || data.Poll.OptionsTotal != 1500 {
		t.Errorf("%+v", data.Poll)
	}
}
