package simulator

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

const ownerPhone, annaPhone, bobPhone = "4915100000001", "4915100000002", "4915100000003"

func TestAPersonWritesToALinkedNumber(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	before := d.Info().PreKeys
	sent := send(t, anna, Message{To: ownerPhone, Text: "hello"})
	m := await(t, c, withID(sent.ID))
	if m.Message.GetConversation() != "hello" || m.Info.Sender.User != anna.lid.User || m.Info.SenderAlt.User != annaPhone || m.Info.PushName != "Anna" {
		t.Errorf("the client got %+v", m.Info)
	}
	acked(t, sent)
	if got := sent.Targets(); len(got) != 1 || got[0].JID != d.jid.String() || got[0].State != StateAcked {
		t.Errorf("targets are %+v", got)
	}
	if left := d.Info().PreKeys; left != before-1 {
		t.Errorf("%d prekeys left of %d", left, before)
	}
	entry(t, anna, receipt(ReceiptInactive, sent.ID))
	if err := c.MarkRead(t.Context(), []string{sent.ID}, time.Now(), m.Info.Chat, m.Info.Sender); err != nil {
		t.Fatal(err)
	}
	entry(t, anna, receipt(ReceiptRead, sent.ID))
	if ack := d.Info().LastAck; ack == nil || ack.ID != sent.ID || ack.Class != "message" {
		t.Errorf("last ack is %+v", ack)
	}
	nothingUnhandled(t, w.s)
}

func TestALinkedNumberWritesToAPerson(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	resp, err := c.SendMessage(t.Context(), anna.pn, text("hi Anna"))
	if err != nil {
		t.Fatal(err)
	}
	got := entry(t, anna, message(resp.ID))
	if got.Text != "hi Anna" || got.Encryption != "pkmsg" || got.FromMe || got.Chat != ownerPhone || got.From != (Sender{ownerPhone, owner.lid.User, 1}) {
		t.Errorf("Anna got %+v", got)
	}
	if own := entry(t, owner, message(resp.ID)); !own.FromMe || own.Text != "hi Anna" || own.Chat != annaPhone {
		t.Errorf("the own phone got %+v", own)
	}
	await(t, c, func(r *events.Receipt) bool {
		return r.Type == types.ReceiptTypeDelivered && r.MessageIDs[0] == resp.ID
	})
	send(t, anna, Message{To: owner.lid.String(), Text: "hi back"})
	await(t, c, func(m *events.Message) bool { return m.Message.GetConversation() == "hi back" })
	resp, err = c.SendMessage(t.Context(), anna.pn, text("second"))
	if err != nil {
		t.Fatal(err)
	}
	if got = entry(t, anna, message(resp.ID)); got.Encryption != "msg" {
		t.Errorf("after an answer the session is established, but got %+v", got)
	}
}

func TestReceiptsOfAPersonReachTheClient(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	for _, kind := range []string{ReceiptDelivered, ReceiptRead, ReceiptPlayed} {
		if n, err := anna.SendReceipt(Receipt{To: ownerPhone, Type: kind, IDs: []string{"A1", "A2"}}); n != 1 || err != nil {
			t.Fatalf("%s: %d %v", kind, n, err)
		}
		want := types.ReceiptType(strings.TrimSuffix(kind, ReceiptDelivered))
		r := await(t, c, func(r *events.Receipt) bool { return r.Type == want })
		if len(r.MessageIDs) != 2 || r.Sender.User != anna.lid.User {
			t.Errorf("the client got %+v", r)
		}
	}
	until(t, func() bool { return d.Info().Unacked == 0 })
}

func TestAddressingIsChosenPerMessageOrByFault(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	faults(t, w.s, d.ID(), func(f *Faults) { f.PNAddressing = true })
	for mode, server := range map[string]string{"": types.DefaultUserServer, AddressPN: types.DefaultUserServer, AddressLID: types.HiddenUserServer} {
		sent := send(t, anna, Message{To: ownerPhone, Text: "x", Addressing: mode})
		if m := await(t, c, withID(sent.ID)); m.Info.Sender.Server != server || m.Info.SenderAlt.IsEmpty() {
			t.Errorf("mode %q gave %+v", mode, m.Info)
		}
	}
}

// The same id again is a sender's resend, which a client shows a second time.
func TestTheSameIDAgainIsAFreshCiphertext(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	for range 2 {
		acked(t, send(t, anna, Message{To: ownerPhone, Text: "twice", ID: "3A00"}))
	}
	until(t, func() bool {
		return c.count(func(e any) bool { m, ok := e.(*events.Message); return ok && m.Info.ID == "3A00" }) == 2
	})
}

func TestDamagedMessagesAreAskedForAgain(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	for _, what := range []string{CorruptCiphertext, CorruptSession} {
		if err := d.CorruptNext(1, what); err != nil {
			t.Fatal(err)
		}
		sent := send(t, anna, Message{To: ownerPhone, Text: "again " + what})
		await(t, c, func(m *events.UndecryptableMessage) bool { return m.Info.ID == sent.ID })
		m := await(t, c, withID(sent.ID))
		if m.RetryCount != 1 || m.Message.GetConversation() != "again "+what {
			t.Errorf("%s: the client got %+v", what, m)
		}
		acked(t, sent)
		until(t, func() bool { return d.Info().Unacked == 0 })
	}
	sent := send(t, anna, Message{To: ownerPhone, Text: "by option", Corrupt: true})
	await(t, c, withID(sent.ID))
}

// What no retry can repair: the client acknowledges and shows nothing.
func TestUnreadableMessagesAreAcknowledgedWithoutAnEvent(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	for _, what := range []string{CorruptProtobuf, CorruptEncType} {
		if err := d.CorruptNext(1, what); err != nil {
			t.Fatal(err)
		}
		sent := send(t, anna, Message{To: ownerPhone, Text: what})
		acked(t, sent)
		if n := c.count(func(e any) bool { m, ok := e.(*events.Message); return ok && m.Info.ID == sent.ID }); n != 0 {
			t.Errorf("%s gave %d events", what, n)
		}
	}
	if ack := d.Info().LastAck; ack == nil {
		t.Error("no last ack")
	}
	if err := d.CorruptNext(1, "nonsense"); !errors.Is(err, ErrInvalid) {
		t.Errorf("unknown damage: %v", err)
	}
	sent := send(t, anna, Message{To: ownerPhone, Text: "gone", Unavailable: true})
	await(t, c, func(m *events.UndecryptableMessage) bool { return m.Info.ID == sent.ID && m.IsUnavailable })
}

func TestAContactCanAskAgain(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	resp, err := c.SendMessage(t.Context(), anna.pn, text("again please"))
	if err != nil {
		t.Fatal(err)
	}
	entry(t, anna, message(resp.ID))
	if _, err = anna.SendReceipt(Receipt{To: ownerPhone, Type: ReceiptRetry, IDs: []string{resp.ID}}); err != nil {
		t.Fatal(err)
	}
	again := entry(t, anna, func(e *Entry) bool { return e.Kind == KindMessage && e.ID == resp.ID && e.Retry })
	if again.Text != "again please" {
		t.Errorf("Anna got %+v", again)
	}
}

// A phone with new keys cannot read what is encrypted for the old ones; it asks again by itself.
func TestAReinstalledPhoneAsksAgain(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	first := send(t, anna, Message{To: ownerPhone, Text: "old phone"})
	await(t, c, withID(first.ID))
	anna.Reinstall(false)
	resp, err := c.SendMessage(t.Context(), anna.pn, text("are you there"))
	if err != nil {
		t.Fatal(err)
	}
	entry(t, anna, func(e *Entry) bool { return e.Kind == KindError && e.ID == resp.ID })
	if got := entry(t, anna, message(resp.ID)); !got.Retry || got.Text != "are you there" {
		t.Errorf("Anna got %+v", got)
	}
	anna.Reinstall(true)
	await(t, c, func(e *events.IdentityChange) bool { return e.JID.User == anna.lid.User && !e.Implicit })
}

func TestThePhoneWritesItself(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	sent := send(t, owner, Message{To: annaPhone, Text: "typed on the phone"})
	m := await(t, c, withID(sent.ID))
	if !m.Info.IsFromMe || m.Info.Chat.User != anna.lid.User || m.Message.GetConversation() != "typed on the phone" {
		t.Errorf("the client got %+v", m.Info)
	}
	acked(t, sent)
}

func TestTwoLinkedNumbersTalk(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, a := w.linked(ownerPhone, "Owner", nil)
	bob, _, b := w.linked(bobPhone, "Bob", nil)
	resp, err := a.SendMessage(t.Context(), bob.pn, text("client to client"))
	if err != nil {
		t.Fatal(err)
	}
	m := await(t, b, withID(resp.ID))
	if m.Message.GetConversation() != "client to client" || m.Info.Sender.User != owner.lid.User {
		t.Errorf("the other client got %+v", m.Info)
	}
	entry(t, bob, message(resp.ID))
	await(t, a, func(r *events.Receipt) bool { return r.MessageIDs[0] == resp.ID && r.Type == types.ReceiptTypeInactive })
	if err = b.MarkRead(t.Context(), []string{resp.ID}, time.Now(), m.Info.Chat, m.Info.Sender); err != nil {
		t.Fatal(err)
	}
	await(t, a, func(r *events.Receipt) bool { return r.MessageIDs[0] == resp.ID && r.Type == types.ReceiptTypeRead })
	if resp, err = b.SendMessage(t.Context(), owner.pn, text("and back")); err != nil {
		t.Fatal(err)
	}
	await(t, a, withID(resp.ID))
}

// A client that has lost its sessions asks the other client, not the phone, to encrypt again.
func TestLinkedNumbersAskEachOtherAgain(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, a := w.linked(ownerPhone, "Owner", nil)
	bob, _, b := w.linked(bobPhone, "Bob", nil)
	exchange := func(from, to *client, p *Person, words string) *events.Message {
		t.Helper()
		resp, err := from.SendMessage(t.Context(), p.pn, text(words))
		if err != nil {
			t.Fatal(err)
		}
		return await(t, to, withID(resp.ID))
	}
	exchange(a, b, bob, "one")
	exchange(b, a, owner, "two")
	b.keys.Sessions.(*clientStore).loseSessions()
	if m := exchange(a, b, bob, "three"); m.RetryCount == 0 || m.Message.GetConversation() != "three" {
		t.Errorf("the other client got %+v", m)
	}
}

func TestClientsHearOfEachOthersPresence(t *testing.T) {
	w := newWorld(t, Options{})
	_, _, a := w.linked(ownerPhone, "Owner", nil)
	bob, _, b := w.linked(bobPhone, "Bob", nil)
	await(t, b, func(e *events.AppStateSyncComplete) bool { return e.Name == appstate.WAPatchCriticalBlock })
	if err := a.SubscribePresence(t.Context(), bob.lid); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return bob.srv.Devices()[0].subscribed(bob) })
	if err := b.SendPresence(t.Context(), types.PresenceAvailable); err != nil {
		t.Fatal(err)
	}
	await(t, a, func(p *events.Presence) bool { return p.From.User == bob.lid.User && !p.Unavailable })
}

func TestRepliesReactionsEditsAndRevokes(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	theirs, err := c.SendMessage(t.Context(), anna.pn, text("a question"))
	if err != nil {
		t.Fatal(err)
	}
	entry(t, anna, message(theirs.ID))

	sent := send(t, anna, Message{To: ownerPhone, Text: "an answer", ReplyTo: theirs.ID, Mentions: []string{ownerPhone}, Forwarded: true, ExpiresS: 60})
	info := await(t, c, withID(sent.ID)).Message.GetExtendedTextMessage().GetContextInfo()
	if info.GetStanzaID() != theirs.ID || info.GetQuotedMessage().GetConversation() != "a question" || info.GetMentionedJID()[0] != owner.lid.String() ||
		!info.GetIsForwarded() || info.GetExpiration() != 60 || info.GetParticipant() != owner.lid.String() {
		t.Errorf("context is %+v", info)
	}
	reaction := await(t, c, withID(send(t, anna, Message{To: ownerPhone, Reaction: &Reaction{ID: theirs.ID, Emoji: "👍"}}).ID))
	if r := reaction.Message.GetReactionMessage(); r.GetText() != "👍" || r.GetKey().GetID() != theirs.ID || r.GetKey().GetFromMe() || reaction.Info.Type != "reaction" {
		t.Errorf("reaction is %+v", r)
	}
	edited := await(t, c, withID(send(t, anna, Message{To: ownerPhone, Edit: &Edit{ID: sent.ID, Text: "a better answer"}}).ID))
	if p := edited.Message.GetProtocolMessage(); !edited.IsEdit || p.GetKey().GetID() != sent.ID || p.GetEditedMessage().GetConversation() != "a better answer" {
		t.Errorf("edit is %+v", edited)
	}
	revoked := await(t, c, withID(send(t, anna, Message{To: ownerPhone, Revoke: &Revoke{sent.ID}}).ID))
	if p := revoked.Message.GetProtocolMessage(); p.GetType() != waE2E.ProtocolMessage_REVOKE || p.GetKey().GetID() != sent.ID || revoked.Info.Edit != "7" {
		t.Errorf("revoke is %+v", revoked)
	}
	for name, m := range map[string]Message{"unknown": {Reaction: &Reaction{ID: "none", Emoji: "x"}}, "not own": {Edit: &Edit{ID: theirs.ID, Text: "x"}}, "two": {Text: "a", Revoke: &Revoke{"b"}}, "none": {}} {
		m.To = ownerPhone
		if _, err := anna.Send(m); !errors.Is(err, ErrUnknownMsg) && !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := anna.Send(Message{To: "4915199999999", Text: "x"}); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("to nobody: %v", err)
	}
}

func TestRawMessagesPassAsTheyAre(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	raw, err := proto.Marshal(&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(52.5), DegreesLongitude: proto.Float64(13.4)}})
	if err != nil {
		t.Fatal(err)
	}
	sent := send(t, w.person(annaPhone, "Anna"), Message{To: ownerPhone, Raw: raw})
	if m := await(t, c, withID(sent.ID)); m.Message.GetLocationMessage().GetDegreesLatitude() != 52.5 || m.Info.MediaType != "location" {
		t.Errorf("the client got %+v", m)
	}
}

func TestPhonesReactByThemselves(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna, bob := w.person(annaPhone, "Anna"), w.person(bobPhone, "Bob")
	for p, reply := range map[*Person]string{anna: "echo", bob: "dear {name}: {text}"} {
		if err := p.Change(PersonChange{Auto: &Auto{Deliver: true, Read: true, Reply: reply}}); err != nil {
			t.Fatal(err)
		}
		resp, err := c.SendMessage(t.Context(), p.pn, text("ping"))
		if err != nil {
			t.Fatal(err)
		}
		await(t, c, func(r *events.Receipt) bool { return r.Type == types.ReceiptTypeRead && r.MessageIDs[0] == resp.ID })
	}
	await(t, c, func(m *events.Message) bool { return m.Message.GetConversation() == "you said: ping" })
	await(t, c, func(m *events.Message) bool { return m.Message.GetConversation() == "dear Owner: ping" })
}

func TestABlockedNumberIsNotHeard(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	if err := anna.Change(PersonChange{Block: []string{"+" + ownerPhone}}); err != nil {
		t.Fatal(err)
	}
	resp, err := c.SendMessage(t.Context(), anna.pn, text("hello?"))
	if err != nil {
		t.Fatal(err)
	}
	entry(t, owner, message(resp.ID)) // the copy for the own phone, which comes last
	if got := anna.Inbox().Read(t.Context(), Query[Entry]{}); len(got.Entries) != 0 {
		t.Errorf("Anna got %+v", got.Entries)
	}
	if _, err = c.UpdateBlocklist(t.Context(), anna.pn, events.BlocklistChangeActionBlock); err != nil {
		t.Fatal(err)
	}
	if got := send(t, anna, Message{To: ownerPhone, Text: "x"}).Targets(); len(got) != 0 {
		t.Errorf("a blocked person's message went to %+v", got)
	}
	if list, err := c.GetBlocklist(t.Context()); err != nil || len(list.JIDs) != 1 || list.JIDs[0] != anna.lid {
		t.Errorf("blocklist: %+v %v", list, err)
	}
}

func TestAFailedSendIsReportedWithItsCode(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna, bob := w.person(annaPhone, "Anna"), w.person(bobPhone, "Bob")
	faults(t, w.s, "", func(f *Faults) { f.AckError = &AckError{Code: 463, To: annaPhone} })
	if _, err := c.SendMessage(t.Context(), bob.pn, text("x")); err != nil {
		t.Errorf("to another: %v", err)
	}
	if _, err := c.SendMessage(t.Context(), anna.pn, text("x")); err == nil || !strings.Contains(err.Error(), "463") {
		t.Errorf("the client got %v", err)
	}
	if _, err := c.SendMessage(t.Context(), anna.pn, text("x")); err != nil {
		t.Errorf("the fault is still on: %v", err)
	}
	if _, err := c.SendMessage(t.Context(), types.NewJID("4915199999999", types.DefaultUserServer), text("x")); err == nil {
		t.Error("a message to nobody was sent")
	}
}

// The client sends the very same frame again; the contact must see it once, and not as a broken ratchet.
func TestACutBeforeTheAckIsRepaired(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	faults(t, w.s, d.ID(), func(f *Faults) { f.NoAck = &NoAck{Then: "kick"} })
	resp, err := c.SendMessage(t.Context(), anna.pn, text("dropped ack"))
	if err != nil {
		t.Fatal(err)
	}
	entry(t, anna, message(resp.ID))
	got := anna.Inbox().Read(t.Context(), Query[Entry]{Keep: func(e *Entry) bool { return e.Kind == KindMessage || e.Kind == KindError }})
	if len(got.Entries) != 1 || d.Info().Logins != 2 {
		t.Errorf("Anna got %+v; device %+v", got.Entries, d.Info())
	}
}

func TestMediaGoesBothWays(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	data := bytes.Repeat([]byte("picture"), 5000)
	for _, kind := range []string{MediaImage, MediaVideo, MediaAudio, MediaDocument, MediaSticker} {
		sent := send(t, anna, Message{To: ownerPhone, Media: &Media{Kind: kind, Data: data, Caption: "look"}})
		got, err := c.DownloadAny(t.Context(), await(t, c, withID(sent.ID)).Message)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", kind, len(got), err)
		}
	}
	up, err := c.Upload(t.Context(), data, "WhatsApp Image Keys")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.SendMessage(t.Context(), anna.pn, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("back"), Mimetype: proto.String("image/jpeg"),
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength}})
	if err != nil {
		t.Fatal(err)
	}
	e := entry(t, anna, message(resp.ID))
	if got, err := anna.MediaOf(e.Seq); err != nil || !bytes.Equal(got, data) || e.Text != "back" {
		t.Errorf("Anna got %+v, %d bytes, %v", e, len(got), err)
	}
	sent := send(t, anna, Message{To: ownerPhone, Media: &Media{Kind: MediaImage, Data: data, Gone: 410}})
	if _, err = c.DownloadAny(t.Context(), await(t, c, withID(sent.ID)).Message); err == nil {
		t.Error("media that is gone was downloaded")
	}
	nothingUnhandled(t, w.s)
}

func TestTheMediaHostFailsOnDemand(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	sent := send(t, anna, Message{To: ownerPhone, Media: &Media{Kind: MediaDocument, Data: []byte("file"), FileName: "a.txt"}})
	m := await(t, c, withID(sent.ID))
	faults(t, w.s, "", func(f *Faults) { f.Media = &MediaFault{Status: 403, Times: 1} })
	if _, err := c.DownloadAny(t.Context(), m.Message); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith403) {
		t.Errorf("download: %v", err)
	}
	if got, err := c.DownloadAny(t.Context(), m.Message); err != nil || string(got) != "file" {
		t.Errorf("the fault is still on: %q %v", got, err)
	}
}
