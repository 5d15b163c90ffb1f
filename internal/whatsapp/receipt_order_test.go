package whatsapp_test

import (
	"strings"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/outbox"
	"wapost/internal/simulator"
)

// story returns the types of the events that name a message, in the order of the log.
func (g *gateway) story(id, messageID string) string {
	var list []string
	for _, l := range g.events(id) {
		if strings.Contains(string(l.Data), messageID) {
			list = append(list, strings.TrimPrefix(string(l.Type), "message."))
		}
	}
	return strings.Join(list, " ")
}

// The answer of WhatsApp is lost, the receipts of the contact are not: they prove that WhatsApp has the message.
func TestAReceiptSettlesAMessageThatWaitsForItsAnswer(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, dev := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	w.faults(dev.ID(), func(f *simulator.Faults) { f.NoAck = &simulator.NoAck{Times: 1} })
	begun := time.Now()
	first := g.submit(id, text("491700000002", "no answer"), wait)
	if first.State != outbox.Sent || first.SentAt.IsZero() || first.SentAt.Before(begun.Add(-time.Second)) || first.SentAt.After(time.Now()) {
		t.Errorf("%+v", first)
	}
	second := g.submit(id, text("491700000002", "the next one need not wait for it"), wait)
	if second.State != outbox.Sent {
		t.Errorf("%+v", second)
	}
	for _, r := range []outbox.Result{first, second} {
		g.await(id, event.MessageDelivered, func(l logged) bool { return strings.Contains(string(l.Data), r.MessageID) })
		if got := g.story(id, r.MessageID); got != "sent delivered" {
			t.Errorf("%s: %s", r.MessageID, got)
		}
	}
	sent, delivered := g.await(id, event.MessageSent, withID(first.MessageID)), g.events(id, event.MessageDelivered)[0]
	if sent.Key != delivered.Key || sent.field("chat", "lid") == "" {
		t.Errorf("sent under %s (%s), delivered under %s", sent.Key, sent.Data, delivered.Key)
	}
	if n := copies(bob, first.MessageID); n != 1 {
		t.Errorf("bob has %d copies", n)
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %s: the lost answer was waited for", took)
	}
}

// The usual case: answer and receipt come at the same time, and are worked on beside each other.
func TestSentComesBeforeItsReceipts(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	if err := bob.Change(simulator.PersonChange{Auto: &simulator.Auto{Deliver: true, Read: true}}); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		r := g.submit(id, text("491700000002", "x"), wait)
		g.await(id, event.MessageRead, func(l logged) bool { return strings.Contains(string(l.Data), r.MessageID) })
		if got := g.story(id, r.MessageID); got != "sent delivered read" {
			t.Fatalf("%s: %s", r.MessageID, got)
		}
	}
}
