package simulator

import (
	"errors"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

func TestAStatusUpdateReachesWhoMaySeeIt(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	if got := send(t, anna, Message{To: ToStatus, Text: "nobody sees it"}).Targets(); len(got) != 0 {
		t.Errorf("without contacts it goes to %+v", got)
	}
	alter(t, anna, PersonChange{Contacts: &[]string{ownerPhone}})
	post := send(t, anna, Message{To: ToStatus, Text: "at sea"})
	acked(t, post)
	m := await(t, c, func(m *events.Message) bool { return m.Info.ID == post.ID && m.Message.GetConversation() != "" }) // the key alone comes first
	if m.Info.Chat != types.StatusBroadcastJID || m.Info.Sender.ToNonAD() != anna.lid || m.Info.SenderAlt.ToNonAD() != anna.pn || m.Message.GetConversation() != "at sea" {
		t.Errorf("the update is %+v", m.Info)
	}
	acked(t, send(t, anna, Message{To: ToStatus, Text: "again, with a key that is known"}))
	acked(t, send(t, anna, Message{To: ToStatus, Revoke: &Revoke{ID: post.ID}}))
	r := await(t, c, func(m *events.Message) bool { return m.Message.GetProtocolMessage() != nil })
	if key := r.Message.GetProtocolMessage().GetKey(); key.GetID() != post.ID || key.GetRemoteJID() != types.StatusBroadcastJID.String() {
		t.Errorf("the revoke names %+v", key)
	}
	for _, privacy := range []StatusPrivacy{{Type: StatusExcept, List: []string{ownerPhone}}, {Type: StatusOnly}} {
		alter(t, anna, PersonChange{StatusPrivacy: &privacy})
		if got := send(t, anna, Message{To: ToStatus, Text: "hidden"}).Targets(); len(got) != 0 {
			t.Errorf("%+v: it goes to %+v", privacy, got)
		}
	}
	if err := anna.Change(PersonChange{StatusPrivacy: &StatusPrivacy{Type: "friends"}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := anna.SendTyping(ToStatus, TypingComposing); !errors.Is(err, ErrInvalid) {
		t.Errorf("typing: %v", err)
	}
	until(t, func() bool { return len(d.Unacked()) == 0 })
	nothingUnhandled(t, w.s)
}

// The library acknowledges it and says nothing.
func TestAStatusUpdateOnTopLevelIsDroppedByTheClient(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	alter(t, anna, PersonChange{Contacts: &[]string{ownerPhone}})
	post := send(t, anna, Message{To: ToStatus, Text: "at sea", TopLevel: true})
	acked(t, post)
	if ack := d.Info().LastAck; ack.Class != "status" || ack.ID != post.ID {
		t.Errorf("the last acknowledgement is %+v", ack)
	}
	if c.count(func(e any) bool { m, ok := e.(*events.Message); return ok && m.Info.ID == post.ID }) != 0 {
		t.Error("the client told of it")
	}
}

func TestAStatusUpdateOfAClientReachesItsReaders(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, first := w.linked(ownerPhone, "Owner", nil)
	second := w.client(nil)
	w.link(owner, second)
	anna, _ := w.person(annaPhone, "Anna"), w.person(bobPhone, "Bob")
	alter(t, anna, PersonChange{Auto: &Auto{Deliver: true, Read: true, Reply: "echo"}})
	alter(t, owner, PersonChange{StatusPrivacy: &StatusPrivacy{Type: StatusOnly, List: []string{annaPhone}}})
	if list, err := first.GetStatusPrivacy(t.Context()); err != nil || len(list) != 1 || list[0].Type != types.StatusPrivacyTypeWhitelist || list[0].List[0] != anna.pn {
		t.Fatalf("%+v %v", list, err)
	}
	resp, err := first.SendMessage(t.Context(), types.StatusBroadcastJID, text("my day"))
	if err != nil {
		t.Fatal(err)
	}
	if e := entry(t, anna, message(resp.ID)); e.Text != "my day" || e.Chat != ToStatus || e.From.Phone != ownerPhone || e.Encryption != "skmsg" {
		t.Errorf("Anna sees %+v", e)
	}
	if m := await(t, second, withID(resp.ID)); !m.Info.IsFromMe || m.Info.Chat != types.StatusBroadcastJID {
		t.Errorf("the other device sees %+v", m.Info)
	}
	seen := await(t, first, func(e *events.Receipt) bool { return e.Type == types.ReceiptTypeRead })
	if seen.Chat != types.StatusBroadcastJID || seen.MessageIDs[0] != resp.ID || seen.Sender.ToNonAD() != anna.lid {
		t.Errorf("the view is %+v", seen)
	}
	acked(t, send(t, anna, Message{To: ToStatus, Reaction: &Reaction{ID: resp.ID, Emoji: "👍"}}))
	r := await(t, first, func(m *events.Message) bool { return m.Message.GetReactionMessage() != nil })
	if key := r.Message.GetReactionMessage().GetKey(); r.Info.Chat != types.StatusBroadcastJID || key.GetID() != resp.ID {
		t.Errorf("the reaction is %+v %+v", r.Info, key)
	}
	acked(t, send(t, anna, Message{To: ownerPhone, Text: "nice", ReplyTo: resp.ID}))
	a := await(t, first, func(m *events.Message) bool { return m.Message.GetExtendedTextMessage() != nil })
	if info := a.Message.GetExtendedTextMessage().GetContextInfo(); a.Info.Chat != anna.lid || info.GetRemoteJID() != types.StatusBroadcastJID.String() || info.GetStanzaID() != resp.ID {
		t.Errorf("the reply is %+v %+v", a.Info, info)
	}
	if first.count(func(e any) bool {
		m, ok := e.(*events.Message)
		return ok && m.Info.Chat == anna.lid && m.Message.GetConversation() != ""
	}) != 0 {
		t.Error("the phone replied to a status update by itself")
	}
	revoke := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(),
		Key: &waCommon.MessageKey{RemoteJID: proto.String(types.StatusBroadcastJID.String()), FromMe: proto.Bool(true), ID: &resp.ID}}}
	gone, err := first.SendMessage(t.Context(), types.StatusBroadcastJID, revoke)
	if err != nil {
		t.Fatal(err)
	}
	entry(t, anna, message(gone.ID))
	nothingUnhandled(t, w.s)
}

func TestAPhoneAsksAgainForAStatusUpdate(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	alter(t, anna, PersonChange{Contacts: &[]string{ownerPhone}})
	post := send(t, anna, Message{To: ToStatus, Text: "at sea", NoSenderKey: true})
	if m := await(t, c, withID(post.ID)); m.Message.GetConversation() != "at sea" || m.RetryCount == 0 {
		t.Errorf("after the retry: %+v", m)
	}
	acked(t, post)
}

func TestAViewOnceMessageIsMasked(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	sent := send(t, anna, Message{To: ownerPhone, Text: "once", ViewOnceMasked: true})
	e := await(t, c, func(e *events.UndecryptableMessage) bool { return e.Info.ID == sent.ID })
	if !e.IsUnavailable || e.UnavailableType != events.UnavailableTypeViewOnce {
		t.Errorf("told %+v", e)
	}
}

// A phone shows it once and passes it on to nobody, asked for or not.
func TestAPhoneDoesNotHandOverAViewOnceMessage(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, _ := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	hidden := send(t, anna, Message{To: ownerPhone, Text: "once", ViewOnceMasked: true})
	missing := send(t, anna, Message{To: ownerPhone, Text: "again", Unavailable: true})
	if owner.placeholder(&waCommon.MessageKey{ID: &missing.ID}) == nil {
		t.Error("what a device has missed is not handed over")
	}
	if owner.placeholder(&waCommon.MessageKey{ID: &hidden.ID}) != nil {
		t.Error("a view-once message is handed over")
	}
}
