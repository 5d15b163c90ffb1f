package whatsapp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/outbox"
	"wapost/internal/session"
	"wapost/internal/simulator"
)

func text(to, s string) message.Outgoing {
	return message.Outgoing{To: to, Kind: message.Text, Text: s, ClientRef: "ref-1"}
}

func (g *gateway) submit(id string, m message.Outgoing, o outbox.Options) outbox.Result {
	g.t.Helper()
	r, err := g.o.Submit(g.t.Context(), 1, id, m, o)
	if err != nil {
		g.t.Fatalf("submit: %v", err)
	}
	return r
}

// inbox waits for a message in a person's phone.
func inbox(t testing.TB, p *simulator.Person, id string) simulator.Entry {
	t.Helper()
	page := p.Inbox().Read(t.Context(), simulator.Query[simulator.Entry]{Limit: 1, Timeout: patience, Keep: func(e *simulator.Entry) bool {
		return e.Kind == simulator.KindMessage && e.ID == id
	}})
	if len(page.Entries) == 0 {
		t.Fatalf("%s did not reach %s", id, p.Phone())
	}
	return page.Entries[0]
}

func copies(p *simulator.Person, id string) int {
	return len(p.Inbox().Read(context.Background(), simulator.Query[simulator.Entry]{Limit: 1000, Keep: func(e *simulator.Entry) bool {
		return e.Kind == simulator.KindMessage && e.ID == id
	}}).Entries)
}

var wait = outbox.Options{Wait: patience}

func TestASentTextReachesThePersonAndIsAnEvent(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	_, lid := bob.JIDs()
	r := g.submit(id, text("+491700000002", "hi bob"), wait)
	if r.State != outbox.Sent || r.SentAt.IsZero() || r.ClientRef != "ref-1" || !strings.HasPrefix(r.MessageID, "3EB0") || len(r.MessageID) != 22 {
		t.Errorf("%+v", r)
	}
	if r.Chat.Phone == nil || *r.Chat.Phone != "+491700000002" || r.Chat.LID == nil || *r.Chat.LID != lid.String() {
		t.Errorf("chat %+v", r.Chat)
	}
	if e := inbox(t, bob, r.MessageID); e.Text != "hi bob" {
		t.Errorf("%+v", e)
	}
	e := g.await(id, event.MessageSent, withID(r.MessageID))
	if e.field("via") != "api" || e.field("client_ref") != "ref-1" || e.field("text") != "hi bob" || e.Key != id+"|c|"+lid.String() {
		t.Errorf("%s %s", e.Key, e.Data)
	}
	d := g.await(id, event.MessageDelivered, nil)
	if !strings.Contains(string(d.Data), r.MessageID) || d.Key != e.Key || d.field("recipient", "phone") != "+491700000002" {
		t.Errorf("%s %s", d.Key, d.Data)
	}
	if _, err := bob.SendReceipt(simulator.Receipt{To: "491700000001", Type: simulator.ReceiptRead, IDs: []string{r.MessageID}}); err != nil {
		t.Fatal(err)
	}
	g.await(id, event.MessageRead, func(l logged) bool { return strings.Contains(string(l.Data), r.MessageID) })
}

func TestTheWholeMessageIsComposed(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	in := send(t, bob, simulator.Message{To: alice.Phone(), Text: "a question"})
	acked(t, in)
	_, lid := bob.JIDs()
	seconds := 86400
	m := text(lid.String(), "an answer to @491700000002")
	m.ReplyTo, m.Mentions, m.Forwarded, m.Ephemeral = &message.ReplyTo{MessageID: in.ID}, []string{"491700000002"}, true, &seconds
	r := g.submit(id, m, wait)
	var got waE2E.Message
	if err := proto.Unmarshal(inbox(t, bob, r.MessageID).Raw, &got); err != nil {
		t.Fatal(err)
	}
	x := got.GetExtendedTextMessage()
	c := x.GetContextInfo()
	if x.GetText() != m.Text || c.GetStanzaID() != in.ID || c.GetQuotedMessage().GetConversation() != "a question" || c.GetParticipant() != lid.String() {
		t.Errorf("quote: %v", x)
	}
	if len(c.GetMentionedJID()) != 1 || c.GetMentionedJID()[0] != "491700000002@s.whatsapp.net" || !c.GetIsForwarded() || c.GetExpiration() != 86400 {
		t.Errorf("context: %v", c)
	}
}

func TestASecondMessageUnderTheSameKeyIsTheFirst(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	o := outbox.Options{Wait: patience, IdempotencyKey: "order-17"}
	results := make(chan outbox.Result, 5)
	for range cap(results) {
		go func() {
			r, err := g.o.Submit(context.Background(), 1, id, text("491700000002", "once"), o)
			if err != nil {
				t.Error(err)
			}
			results <- r
		}()
	}
	first := <-results
	for range cap(results) - 1 {
		if r := <-results; r.MessageID != first.MessageID || r.State != outbox.Sent {
			t.Errorf("%+v, want %s", r, first.MessageID)
		}
	}
	if n := copies(bob, first.MessageID); n != 1 {
		t.Errorf("bob has %d copies", n)
	}
	if n := len(g.events(id, event.MessageSent)); n != 1 {
		t.Errorf("%d sent events", n)
	}
	_, err := g.o.Submit(t.Context(), 1, id, text("491700000002", "something else"), o)
	if !fault.Is(err, fault.Unprocessable) {
		t.Errorf("another body: %v", err)
	}
}

func TestAnUnknownNumberIsToldAtOnce(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	_, err := g.o.Submit(t.Context(), 1, id, text("+491799999999", "nobody"), wait)
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.NotFound || f.Sentence != "No WhatsApp account for +491799999999" {
		t.Errorf("%v", err)
	}
}

func TestWhatADeviceThatIsNotConnectedTakes(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	never := g.device(1).ID
	for _, o := range []outbox.Options{wait, {}} {
		_, err := g.o.Submit(t.Context(), 1, never, text("491700000002", "x"), o)
		if !fault.Is(err, fault.Conflict) || err.Error() != "Device is not linked to WhatsApp; pair it first" {
			t.Errorf("never linked: %v", err)
		}
	}
	if _, err := g.o.Submit(t.Context(), 2, never, text("491700000002", "x"), outbox.Options{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a foreign device: %v", err)
	}
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.Online })
	_, err := g.o.Submit(t.Context(), 1, id, text("491700000002", "x"), wait)
	if !fault.Is(err, fault.Conflict) || !strings.HasPrefix(err.Error(), "Device is not connected to WhatsApp (state: ") {
		t.Errorf("with a wait: %v", err)
	}
	r := g.submit(id, text("491700000002", "later"), outbox.Options{})
	if r.State != outbox.Queued {
		t.Errorf("%+v", r)
	}
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireUp })
	inbox(t, bob, r.MessageID)
	g.await(id, event.MessageSent, withID(r.MessageID))
}

func TestAMessageThatExpiresFails(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.Online })
	m := text("491700000002", "too late")
	m.ExpiresIn = time.Second
	r := g.submit(id, m, outbox.Options{})
	e := g.await(id, event.MessageFailed, withID(r.MessageID))
	if e.field("reason") != "expired" || e.field("client_ref") != "ref-1" {
		t.Errorf("%s", e.Data)
	}
}

func TestACancelledMessageIsNotSent(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, _ := g.m.Status(t.Context(), 0, id); return !st.Online })
	gone := g.submit(id, text("491700000002", "cancelled"), outbox.Options{})
	kept := g.submit(id, text("491700000002", "kept"), outbox.Options{})
	if err := g.o.Cancel(t.Context(), 1, id, gone.MessageID); err != nil {
		t.Fatal(err)
	}
	list, _, err := g.o.List(t.Context(), 1, id, outbox.Filter{})
	if err != nil || len(list) != 2 || list[0].State != outbox.Cancelled || list[1].State != outbox.Queued {
		t.Errorf("%+v, %v", list, err)
	}
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireUp })
	inbox(t, bob, kept.MessageID)
	if copies(bob, gone.MessageID) != 0 {
		t.Error("the cancelled message was sent")
	}
	g.await(id, event.MessageSent, withID(kept.MessageID))
	if err := g.o.Cancel(t.Context(), 1, id, kept.MessageID); !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelling a sent one: %v", err)
	}
	if err := g.o.Cancel(t.Context(), 1, id, "3EB0NOSUCH"); !fault.Is(err, fault.NotFound) {
		t.Errorf("cancelling nothing: %v", err)
	}
}

func TestAnAnswerWithAnErrorIsFinal(t *testing.T) {
	for _, c := range []struct {
		code   int
		kind   fault.Kind
		text   string
		reason string
	}{
		{479, fault.BadGateway, "WhatsApp answered 479 (smax-invalid)", "refused"},
		{463, fault.Conflict, "Account may not message new contacts now (WhatsApp answered 463)", "timelocked"},
		{429, fault.Throttled, "WhatsApp limits the rate of messages", "rate_limited"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t)
			g := newGateway(t, w)
			id, dev := g.linked(w.person("491700000001", "Alice"))
			w.person("491700000002", "Bob")
			w.faults(dev.ID(), func(f *simulator.Faults) { f.AckError = &simulator.AckError{Code: c.code} })
			_, err := g.o.Submit(t.Context(), 1, id, text("491700000002", "x"), wait)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != c.kind || f.Sentence != c.text {
				t.Errorf("%d: %v", c.code, err)
			}
			if e := g.await(id, event.MessageFailed, nil); e.field("reason") != c.reason {
				t.Errorf("%d: %s", c.code, e.Data)
			}
		})
	}
}

func TestAConnectionThatEndsBeforeTheAnswerDuplicatesNothing(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, dev := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	w.faults(dev.ID(), func(f *simulator.Faults) { f.NoAck = &simulator.NoAck{Then: "kick"} })
	r := g.submit(id, text("491700000002", "one copy"), wait)
	if r.State != outbox.Sent {
		t.Errorf("%+v", r)
	}
	inbox(t, bob, r.MessageID)
	if n := copies(bob, r.MessageID); n != 1 {
		t.Errorf("bob has %d copies", n)
	}
	if n := len(g.events(id, event.MessageSent)); n != 1 {
		t.Errorf("%d sent events", n)
	}
}

func TestMessagesOfAChatKeepTheirOrder(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	var ids []string
	for range 20 {
		ids = append(ids, g.submit(id, text("491700000002", "x"), outbox.Options{}).MessageID)
	}
	inbox(t, bob, ids[19])
	at := 0
	for _, e := range bob.Inbox().Read(t.Context(), simulator.Query[simulator.Entry]{Limit: 1000}).Entries {
		if e.Kind == simulator.KindMessage {
			if e.ID != ids[at] {
				t.Fatalf("message %d is %s, want %s", at, e.ID, ids[at])
			}
			at++
		}
	}
}

func TestAMessageThatWasBeingSentAtACrashIsSentAgainUnderItsID(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	g := openGateway(t, w, dir)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	// WhatsApp takes the message and never answers; then the process ends.
	w.faults(dev.ID(), func(f *simulator.Faults) { f.NoAck = &simulator.NoAck{} })
	r := g.submit(id, text("491700000002", "once"), outbox.Options{})
	inbox(t, bob, r.MessageID)
	g.stop()
	g = openGateway(t, w, dir)
	g.await(id, event.MessageSent, withID(r.MessageID))
	if n := copies(bob, r.MessageID); n != 1 {
		t.Errorf("bob has %d copies", n)
	}
}

func TestOwnMessagesFromThePhoneAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	d := send(t, alice, simulator.Message{To: bob.Phone(), Text: "typed on the phone"})
	acked(t, d)
	e := g.await(id, event.MessageSent, withID(d.ID))
	_, lid := bob.JIDs()
	if e.field("via") != "other_device" || e.Key != id+"|c|"+lid.String() || e.field("sender", "phone") != "+491700000001" {
		t.Errorf("%s %s", e.Key, e.Data)
	}
	if n := len(g.events(id, event.MessageReceived)); n != 0 {
		t.Errorf("%d received events", n)
	}
}

func TestSendingWhileKeysFailIsNotTheCallersFault(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	if _, err := g.keys.DB.ExecContext(t.Context(), `CREATE TRIGGER full BEFORE INSERT ON whatsmeow_retry_buffer BEGIN SELECT RAISE(ABORT, 'disk full'); END`); err != nil {
		t.Fatal(err)
	}
	r := g.submit(id, text("491700000002", "later"), outbox.Options{})
	until(t, func() bool { return g.dialer.Counters.StoreErrors.Load() > 0 })
	if _, err := g.keys.DB.ExecContext(t.Context(), `DROP TRIGGER full`); err != nil {
		t.Fatal(err)
	}
	inbox(t, bob, r.MessageID)
	g.state(id, session.Connected)
}
