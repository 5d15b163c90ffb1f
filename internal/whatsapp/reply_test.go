package whatsapp_test

import (
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/outbox"
	"wapost/internal/session"
	"wapost/internal/simulator"
)

func answering(to string, r message.ReplyTo) message.Outgoing {
	m := text(to, "an answer")
	m.ReplyTo = &r
	return m
}

// reply sends an answer and returns the quote as it reached the person, and as the event shows it.
func (g *gateway) reply(id, to string, r message.ReplyTo, reader *simulator.Person) (*waE2E.ContextInfo, event.Quoted) {
	g.t.Helper()
	m := answering(to, r)
	return g.quoted(id, g.submit(id, m, wait).MessageID, reader)
}

func (g *gateway) quoted(id, messageID string, reader *simulator.Person) (*waE2E.ContextInfo, event.Quoted) {
	g.t.Helper()
	var got waE2E.Message
	if err := proto.Unmarshal(inbox(g.t, reader, messageID).Raw, &got); err != nil {
		g.t.Fatal(err)
	}
	var data event.SentMessage
	g.await(id, event.MessageSent, withID(messageID)).open(g.t, &data)
	if data.Quoted == nil {
		g.t.Fatalf("the event shows no quote")
	}
	return got.GetExtendedTextMessage().GetContextInfo(), *data.Quoted
}

// refuses expects that an answer is not taken, and that nothing of it is kept.
func (g *gateway) refuses(id, to string, r message.ReplyTo, kind fault.Kind, sentence string) {
	g.t.Helper()
	m := answering(to, r)
	_, err := g.o.Submit(g.t.Context(), 1, id, m, wait)
	if !fault.Is(err, kind) || err.Error() != sentence {
		g.t.Errorf("%+v: %v, want %q", r, err, sentence)
	}
	if list, _, err := g.o.List(g.t.Context(), 1, id, outbox.Filter{}); err != nil || len(list) != 0 {
		g.t.Errorf("%+v: %d rows are kept, %v", r, len(list), err)
	}
}

func said(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestAMemberOfAGroupIsQuotedByTheIDAlone(t *testing.T) {
	g, id, _, group := inGroup(t, simulator.GroupSpec{})
	bob, _ := g.w.Person("491700000002")
	in := send(t, bob, simulator.Message{To: group.JID().String(), Text: "who comes?"})
	acked(t, in)
	_, lid := bob.JIDs()
	c, shown := g.reply(id, group.JID().String(), message.ReplyTo{MessageID: in.ID}, bob)
	if c.GetStanzaID() != in.ID || c.GetParticipant() != lid.String() || c.GetQuotedMessage().GetConversation() != "who comes?" || c.RemoteJID != nil {
		t.Errorf("%v", c)
	}
	if shown.MessageID != in.ID || shown.Sender == nil || said(shown.Sender.Phone) != "+491700000002" || said(shown.Text) != "who comes?" ||
		shown.Kind != event.KindText || shown.Chat != nil {
		t.Errorf("%+v", shown)
	}
}

func TestOwnWordsFromThePhoneAreQuotedAsOwn(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	own := send(t, alice, simulator.Message{To: bob.Phone(), Text: "typed on the phone"})
	acked(t, own)
	g.await(id, event.MessageSent, withID(own.ID))
	_, lid := alice.JIDs()
	c, shown := g.reply(id, "491700000002", message.ReplyTo{MessageID: own.ID}, bob)
	if c.GetParticipant() != lid.String() || c.GetQuotedMessage().GetConversation() != "typed on the phone" {
		t.Errorf("%v", c)
	}
	if shown.Sender == nil || said(shown.Sender.Phone) != "+491700000001" || said(shown.Text) != "typed on the phone" {
		t.Errorf("%+v", shown)
	}
}

func TestAPictureIsQuotedAsAPicture(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	in := send(t, bob, simulator.Message{To: alice.Phone(), Media: &simulator.Media{Kind: simulator.MediaImage, Data: []byte("a picture"), Mimetype: "image/jpeg", Caption: "look", Thumb: []byte{0xff, 0xd8}}})
	acked(t, in)
	var received event.Message
	g.await(id, event.MessageReceived, withID(in.ID)).open(t, &received)
	c, shown := g.reply(id, "491700000002", message.ReplyTo{MessageID: in.ID}, bob)
	image := c.GetQuotedMessage().GetImageMessage()
	if image.GetCaption() != "look" || len(image.GetMediaKey()) == 0 || len(image.GetJPEGThumbnail()) != 2 || c.GetQuotedMessage().GetMessageContextInfo() != nil {
		t.Errorf("%v", c.GetQuotedMessage())
	}
	if shown.Kind != event.KindImage || said(shown.Text) != "look" || shown.Media == nil || shown.Media.ID != received.Image.ID {
		t.Errorf("%+v", shown)
	}
}

func TestAReplyFollowsWhatBecameOfTheMessage(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	gone := send(t, bob, simulator.Message{To: alice.Phone(), Text: "a slip"})
	acked(t, gone)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Revoke: &simulator.Revoke{ID: gone.ID}}))
	g.refuses(id, "491700000002", message.ReplyTo{MessageID: gone.ID}, fault.Conflict, "Message was deleted")
	in := send(t, bob, simulator.Message{To: alice.Phone(), Text: "at fvie"})
	acked(t, in)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Edit: &simulator.Edit{ID: in.ID, Text: "at five"}}))
	if c, shown := g.reply(id, "491700000002", message.ReplyTo{MessageID: in.ID}, bob); c.GetQuotedMessage().GetConversation() != "at five" || said(shown.Text) != "at five" {
		t.Errorf("%v, %+v", c, shown)
	}
}

func TestAMessageOfAnotherChatIsQuotedOnlyWhenItsChatIsNamed(t *testing.T) {
	g, id, _, group := inGroup(t, simulator.GroupSpec{})
	bob, _ := g.w.Person("491700000002")
	in := send(t, bob, simulator.Message{To: group.JID().String(), Text: "between us"})
	acked(t, in)
	g.refuses(id, "491700000002", message.ReplyTo{MessageID: in.ID}, fault.NotFound, "No such message")
	c, shown := g.reply(id, "491700000002", message.ReplyTo{MessageID: in.ID, Chat: group.JID().String()}, bob)
	if c.GetRemoteJID() != group.JID().String() || c.GetQuotedMessage().GetConversation() != "between us" {
		t.Errorf("%v", c)
	}
	if shown.Chat == nil || shown.Chat.JID != group.JID().String() || said(shown.Text) != "between us" {
		t.Errorf("%+v", shown)
	}
}

func TestAMessageThatStillWaitsCanBeQuoted(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	bob := w.person("491700000002", "Bob")
	g.submit(id, text("491700000002", "hello"), wait) // the address of the chat is known from here on
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, err := g.m.Status(t.Context(), 0, id); return err == nil && !st.Online })
	first := g.submit(id, text("491700000002", "first"), outbox.Options{})
	m := answering("491700000002", message.ReplyTo{MessageID: first.MessageID})
	answer := g.submit(id, m, outbox.Options{})
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireUp })
	c, shown := g.quoted(id, answer.MessageID, bob)
	if c.GetStanzaID() != first.MessageID || c.GetQuotedMessage().GetConversation() != "first" || said(shown.Text) != "first" || said(shown.Sender.Phone) != "+491700000001" {
		t.Errorf("%v, %+v", c, shown)
	}
}

func TestAMessageThatIsNotKnownIsQuotedAsTheCallerDescribesIt(t *testing.T) {
	g, id, _, group := inGroup(t, simulator.GroupSpec{})
	bob, _ := g.w.Person("491700000002")
	for _, to := range []string{group.JID().String(), "491700000002"} {
		g.refuses(id, to, message.ReplyTo{MessageID: "x"}, fault.NotFound, "No such message")
		g.refuses(id, to, message.ReplyTo{MessageID: "x", Text: "long ago"}, fault.Invalid, "reply_to.sender is required for a message that is not known here")
		g.refuses(id, to, message.ReplyTo{MessageID: "x", Sender: "+491700000002"}, fault.Invalid, "reply_to.text is required for a message that is not known here")
	}
	_, lid := bob.JIDs()
	c, shown := g.reply(id, group.JID().String(), message.ReplyTo{MessageID: "x", Sender: "+491700000002", Text: "long ago"}, bob)
	if c.GetStanzaID() != "x" || c.GetParticipant() != lid.String() || c.GetQuotedMessage().GetConversation() != "long ago" {
		t.Errorf("%v", c)
	}
	if shown.Sender == nil || said(shown.Sender.Phone) != "+491700000002" || said(shown.Text) != "long ago" {
		t.Errorf("%+v", shown)
	}
}

// With --messages-keep 0 there is nothing to look a message up in.
func TestWithoutKeptMessagesAQuoteMustBeDescribed(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	in := send(t, bob, simulator.Message{To: alice.Phone(), Text: "a question"})
	acked(t, in)
	o := outbox.New(outbox.Parts{Store: g.db.Outbox(), Sender: g.m, Sink: g.sink, Logger: logger()})
	m := answering("491700000002", message.ReplyTo{MessageID: in.ID})
	_, err := o.Submit(t.Context(), 1, id, m, outbox.Options{})
	if !fault.Is(err, fault.NotFound) || err.Error() != "No such message: none are kept here; give reply_to.sender and reply_to.text" {
		t.Errorf("%v", err)
	}
	m.ReplyTo.Sender, m.ReplyTo.Text = "491700000002", "a question"
	if _, err := o.Submit(t.Context(), 1, id, m, outbox.Options{}); err != nil {
		t.Error(err)
	}
	g.state(id, session.Connected)
}

func TestAMessageThatWillNotBeSentCannotBeQuoted(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	id, _ := g.linked(w.person("491700000001", "Alice"))
	w.person("491700000002", "Bob")
	w.faults("", func(f *simulator.Faults) { f.Wire = simulator.WireDown })
	until(t, func() bool { st, err := g.m.Status(t.Context(), 0, id); return err == nil && !st.Online })
	first := g.submit(id, text("491700000002", "first"), outbox.Options{})
	if err := g.o.Cancel(t.Context(), 1, id, first.MessageID); err != nil {
		t.Fatal(err)
	}
	m := answering("491700000002", message.ReplyTo{MessageID: first.MessageID})
	if _, err := g.o.Submit(t.Context(), 1, id, m, outbox.Options{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}
