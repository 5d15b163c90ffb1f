package storetest

import (
	"context"
	"strings"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
	"wapost/internal/store"
)

func messageCases() []testCase {
	return []testCase{
		{"a message is found once its event is committed, under any address of its chat", messageFound},
		{"a second message of the same id does not hide the first", messageTwice},
		{"an edit is shown only when its author wrote the message", messageEdited},
		{"a deletion counts when it is by the author or by an admin", messageDeleted},
		{"receipts tell how far an own message has come, also those that come first", messageReceipts},
		{"a chat knows its newest message and what is unread", chatFigures},
		{"what the phone does to a chat is kept", chatMarks},
		{"chats and messages are listed in pages, with receipts", chatLists},
		{"two chats become one when a number is learnt to belong to a LID", chatsMerge},
		{"what a failed transaction said is forgotten, chats included", messageUndone},
		{"strange and long ids harm nobody", messageStrange},
		{"messages of a device that was deleted are not found", messagesOfGoneDevice},
		{"messages are dropped with their events, in steps", messagesDropped},
		{"what hung on a deleted device is dropped in steps", goneDropped},
	}
}

const (
	miaLID, miaPhone = "99000000000002@lid", "4915550002222@s.whatsapp.net"
	hour             = int64(time.Hour / time.Millisecond)
)

// person returns Mia, by the address that the chat key is.
func person(jid string) event.Person {
	p := event.Person{JID: jid}
	if strings.HasSuffix(jid, "@lid") {
		p.LID = &jid
	}
	return p
}

// say appends a message event. at is in Unix milliseconds.
func (s *suite) say(device, key, id, text string, at int64, fromMe bool) *event.Sealed {
	s.Helper()
	e := s.message(device, key, id, text, at, fromMe)
	s.must(s.db.Events().Append(s.Context(), e))
	return e
}

// message is what say appends.
func (s *suite) message(device, key, id, text string, at int64, fromMe bool) *event.Sealed {
	s.Helper()
	from := person(key)
	m := event.Message{MessageID: id, Chat: event.Chat{JID: key, Kind: event.DirectChat}, Sender: from, FromMe: &fromMe, Kind: event.KindText,
		Text: &text, SentAt: &event.Time{Time: time.UnixMilli(at)}}
	t, data := event.MessageReceived, any(m)
	if fromMe {
		t, data = event.MessageSent, event.SentMessage{Message: m, Via: "api", ClientRef: event.Text("ref")}
	}
	return s.act(device, key, t, data, "said|"+key+"|"+id+"|"+text)
}

func (s *suite) tell(device, key string, t event.Type, data any, source string) {
	s.Helper()
	s.must(s.db.Events().Append(s.Context(), s.act(device, key, t, data, source)))
}

// act is what tell appends.
func (s *suite) act(device, key string, t event.Type, data any, source string) *event.Sealed {
	s.Helper()
	e := event.New(t)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey, e.Data = time.UnixMilli(5*hour), account, device, device+"|c|"+key, source, data
	sealed, err := e.Seal()
	s.must(err)
	return sealed
}

func (s *suite) find(device, inChat, id string) chat.Kept {
	s.Helper()
	k, err := s.db.Messages().Find(s.Context(), account, device, inChat, id)
	s.must(err)
	return k
}

// kept is count once everything that was said is in its chat.
func (s *suite) kept(query string, args ...any) int {
	s.Helper()
	_, _, err := s.db.Messages().List(s.Context(), account, deviceA, chat.Filter{Limit: 1})
	s.must(err)
	return s.count(query, args...)
}

func (s *suite) lost(device, inChat, id string) {
	s.Helper()
	_, err := s.db.Messages().Find(s.Context(), account, device, inChat, id)
	s.refused(err, fault.NotFound)
}

func (s *suite) learn(lid, phone, key string) {
	s.Helper()
	i := session.Identity{LID: strings.TrimSuffix(lid, "@lid"), Phone: strings.TrimSuffix(phone, "@s.whatsapp.net"), Key: key}
	s.must(s.db.Identities().Learn(s.Context(), account, []session.Identity{i}))
}

func messageFound(s *suite) {
	s.learn(miaLID, miaPhone, "")
	s.say(deviceA, miaLID, "M1", "hello", hour, false)
	for _, jid := range []string{miaLID, miaPhone, ""} {
		if k := s.find(deviceA, jid, "M1"); *k.Text != "hello" || k.SentAt.UnixMilli() != hour || k.Status != "" || k.MessageID != "M1" {
			s.Errorf("in %q: %+v", jid, k)
		}
	}
	s.lost(deviceA, "1@g.us", "M1")
	s.lost(deviceB, miaLID, "M1")
	s.lost(deviceA, miaLID, "M2")
	s.say(deviceA, "1@g.us", "M1", "elsewhere", hour, false)
	_, err := s.db.Messages().Find(s.Context(), account, deviceA, "", "M1")
	s.refused(err, fault.Conflict)
	s.restart()
	s.say(deviceA, miaLID, "M3", "after", 2*hour, true)
	if k := s.find(deviceA, miaLID, "M3"); k.Status != chat.Sent || k.ClientRef != "ref" {
		s.Errorf("own message: %+v", k)
	}
	if n := s.kept(`SELECT count(*) FROM chats`); n != 2 {
		s.Errorf("%d chats, want 2", n)
	}
}

func messageTwice(s *suite) {
	s.say(deviceA, miaLID, "M1", "first", hour, false)
	s.say(deviceA, miaLID, "M1", "second", 2*hour, false)
	if k := s.find(deviceA, miaLID, "M1"); *k.Text != "first" {
		s.Errorf("%+v", k)
	}
	if n := s.kept(`SELECT unread FROM chats`); n != 1 {
		s.Errorf("%d unread, want 1", n)
	}
}

func messageEdited(s *suite) {
	s.say(deviceA, "1@g.us", "M1", "old", hour, false)
	edit := func(by, text string) {
		m := event.Message{MessageID: "M1", Chat: event.Chat{JID: "1@g.us"}, Sender: person(by), FromMe: new(bool), Kind: event.KindText, Text: &text}
		s.tell(deviceA, "1@g.us", event.MessageEdited, event.EditedMessage{Message: m, EditID: "E", EditedAt: &event.Time{Time: time.UnixMilli(3 * hour)}}, by+text)
	}
	edit(miaPhone, "forged")
	if k := s.find(deviceA, "", "M1"); *k.Text != "old" || !k.EditedAt.IsZero() {
		s.Errorf("another one's edit: %+v", k)
	}
	option := "a third way"
	s.tell(deviceA, "1@g.us", event.MessageReceived, event.Message{MessageID: "P1", Chat: event.Chat{JID: "1@g.us"}, Sender: person("1@g.us"), FromMe: new(bool),
		Kind: event.KindPoll, Content: event.Content{Poll: &event.Poll{}}}, "poll")
	for _, id := range []string{"M1", "P1"} {
		s.tell(deviceA, "1@g.us", event.MessageEdited, event.EditedMessage{Message: event.Message{MessageID: id, Sender: person(miaPhone), FromMe: new(bool),
			Kind: event.KindPoll, Content: event.Content{Poll: &event.Poll{AddedOption: &option}}}}, "option of "+id)
	}
	if k := s.find(deviceA, "", "P1"); k.Poll == nil || k.Poll.AddedOption == nil || *k.Poll.AddedOption != option {
		s.Errorf("an option that another one added: %+v", k.Kind)
	}
	if k := s.find(deviceA, "", "M1"); k.Kind != event.KindText || *k.Text != "old" || !k.EditedAt.IsZero() {
		s.Errorf("an option of something that is no poll: %+v", k)
	}
	edit("1@g.us", "new") // the author of the test's group messages
	if k := s.find(deviceA, "", "M1"); *k.Text != "new" || k.EditedAt.UnixMilli() != 3*hour || k.SentAt.UnixMilli() != hour || k.Kind != event.KindText {
		s.Errorf("edit: %+v", k)
	}
}

func messageDeleted(s *suite) {
	remove := func(chat, id string, by event.Person, admin bool) {
		s.tell(deviceA, chat, event.MessageDeleted, event.DeletedMessage{Ref: event.Ref{MessageID: id}, DeletedBy: by, ByAdmin: admin}, id+by.JID)
	}
	for _, id := range []string{"M1", "M2", "M3"} {
		s.say(deviceA, miaLID, id, "x", hour, false)
	}
	s.say(deviceA, miaLID, "mine", "x", hour, true)
	remove(miaLID, "M1", person("somebody@lid"), false)
	remove(miaLID, "M2", person("somebody@lid"), true) // there are no admins in such a chat
	remove(miaLID, "mine", person(miaLID), true)
	self := person("me@lid")
	s.tell(deviceA, miaLID, event.MessageDeleted, event.DeletedMessage{Ref: event.Ref{MessageID: "mine", Sender: &self, FromMe: true}, DeletedBy: person(miaLID)}, "forged")
	remove(miaLID, "M3", person(miaLID), false)
	remove(miaLID, "M4", person(miaLID), false)
	s.tell(deviceA, "nobody@lid", event.MessageDeleted, event.DeletedMessage{Ref: event.Ref{MessageID: "M1"}, DeletedBy: person(miaLID)}, "nobody")
	if n := s.kept(`SELECT count(*) FROM chats`); n != 1 {
		s.Errorf("%d chats, want 1: a deletion begins none", n)
	}
	s.say(deviceA, "1@g.us", "G1", "x", hour, false)
	remove("1@g.us", "G1", person("somebody@lid"), true)
	for id, gone := range map[string]bool{"M1": false, "M2": false, "M3": true, "mine": false, "G1": true} {
		if k := s.find(deviceA, "", id); k.DeletedAt.IsZero() == gone {
			s.Errorf("%s: deleted at %v", id, k.DeletedAt)
		}
	}
}

func messageReceipts(s *suite) {
	s.tell(deviceA, miaLID, event.MessageDelivered, event.Delivered{MessageIDs: []string{"M1", "M2"}, Recipient: person(miaLID)}, "r1")
	s.say(deviceA, miaLID, "M1", "x", hour, true)
	s.say(deviceA, miaLID, "M2", "y", hour, true)
	s.say(deviceA, miaLID, "M3", "z", hour, true)
	s.tell(deviceA, miaLID, event.MessageRead, event.Seen{MessageIDs: []string{"M2"}, Recipient: person(miaLID)}, "r2")
	s.tell(deviceA, miaLID, event.MessageRead, event.Seen{MessageIDs: []string{"M2"}, Recipient: person(miaLID)}, "r3")
	for id, want := range map[string]chat.Status{"M1": chat.Delivered, "M2": chat.Read, "M3": chat.Sent} {
		if k := s.find(deviceA, miaLID, id); k.Status != want {
			s.Errorf("%s is %q, want %q", id, k.Status, want)
		}
	}
	if n := s.count(`SELECT count(*) FROM receipts`); n != 2 {
		s.Errorf("%d rows of receipts, want 2", n)
	}
}

func chatFigures(s *suite) {
	for i, id := range []string{"M1", "M2", "M3"} {
		s.say(deviceA, miaLID, id, "x", int64(i+1)*hour, false)
	}
	s.say(deviceA, miaLID, "M0", "late", hour/2, false)
	s.say(deviceA, miaLID, "O1", "mine", 4*hour, true)
	if last, unread := s.kept(`SELECT last_at FROM chats`), s.kept(`SELECT unread FROM chats`); int64(last) != 4*hour || unread != 4 {
		s.Errorf("last at %d, %d unread; want %d, 4", last, unread, 4*hour)
	}
	read := func(id string) {
		s.tell(deviceA, miaLID, event.MessageReadSelf, event.SeenBySelf{MessageIDs: []string{id}}, "self"+id)
	}
	read("unknown")
	read("M2")
	if unread := s.kept(`SELECT unread FROM chats`); unread != 1 {
		s.Errorf("%d unread after reading the second, want 1", unread)
	}
	read("M3")
	if unread := s.kept(`SELECT unread FROM chats`); unread != 0 {
		s.Errorf("%d unread after reading all, want 0", unread)
	}
}

func chatsMerge(s *suite) {
	s.say(deviceA, miaPhone, "M1", "by phone", hour, false)
	s.learn(miaLID, miaPhone, "4915550002222") // the number stays the key
	s.say(deviceA, miaPhone, "M2", "by lid", 2*hour, false)
	s.find(deviceA, miaLID, "M1")
	s.find(deviceA, miaLID, "M2")
	if n := s.kept(`SELECT count(*) FROM chats WHERE device_id IS NOT NULL`); n != 1 {
		s.Fatalf("%d chats, want 1", n)
	}
	const otherLID, otherPhone = "99000000000009@lid", "4915550009999@s.whatsapp.net"
	s.say(deviceA, otherPhone, "P1", "by phone", 3*hour, false)
	s.say(deviceA, otherLID, "P2", "by lid", hour, false)
	s.learn(otherLID, otherPhone, "4915550009999")
	s.say(deviceA, otherPhone, "P3", "by lid", hour, false)
	for _, id := range []string{"P1", "P2", "P3"} {
		s.find(deviceA, otherLID, id)
	}
	if n := s.kept(`SELECT unread FROM chats WHERE device_id IS NOT NULL AND last_at = $1`, 3*hour); n != 3 {
		s.Errorf("%d unread after the merge, want 3", n)
	}
	const thirdLID, thirdPhone = "99000000000008@lid", "4915550008888@s.whatsapp.net"
	s.say(deviceA, thirdLID, "Q1", "by lid", hour, false)
	s.say(deviceA, thirdPhone, "Q2", "by phone", hour, false)
	s.learn(thirdLID, thirdPhone, "")
	s.find(deviceA, thirdLID, "Q2")
	if n := s.kept(`SELECT count(*) FROM chats WHERE device_id IS NOT NULL`); n != 3 {
		s.Errorf("%d chats, want 3", n)
	}
}

func messageUndone(s *suite) {
	err := s.db.Write(s.Context(), "undo", func(ctx context.Context, _ *store.Tx) error {
		e := s.unsaid(miaLID, "M1")
		if err := s.db.Events().Append(ctx, e); err != nil {
			return err
		}
		return errUndo
	})
	if err == nil {
		s.Fatal("the transaction was to fail")
	}
	s.lost(deviceA, miaLID, "M1")
	s.say(deviceA, miaLID, "M1", "again", hour, false)
	if k := s.find(deviceA, miaLID, "M1"); *k.Text != "again" {
		s.Errorf("%+v", k)
	}
	if n := s.kept(`SELECT unread FROM chats`); n != 1 {
		s.Errorf("%d unread, want 1", n)
	}
}

func (s *suite) unsaid(key, id string) *event.Sealed {
	s.Helper()
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key = time.UnixMilli(hour), account, deviceA, deviceA+"|c|"+key
	e.Data = event.Message{MessageID: id, Sender: person(key), FromMe: new(bool), Kind: event.KindText}
	sealed, err := e.Seal()
	s.must(err)
	return sealed
}

func messageStrange(s *suite) {
	for _, id := range []string{strings.Repeat("x", 9000), "", "nul\x00", "bad\xff", `quo"te\`} {
		s.say(deviceA, miaLID, id, "x", hour, false)
		s.tell(deviceA, miaLID, event.MessageReadSelf, event.SeenBySelf{MessageIDs: []string{id}}, "self"+id)
		s.tell(deviceA, miaLID, event.MessageDelivered, event.Delivered{MessageIDs: []string{id}, Recipient: person(miaLID)}, "got"+id)
	}
	s.say(deviceA, strings.Repeat("y", 9000)+"@lid", "M1", "x", hour, false)
	if n := len(s.log()); n != 16 {
		s.Errorf("%d events, want 16", n)
	}
	for _, id := range []string{`quo"te\`, "nul\x00", "bad\xff"} {
		s.find(deviceA, miaLID, id)
	}
}

func messagesOfGoneDevice(s *suite) {
	s.say(deviceA, miaLID, "M1", "x", hour, false)
	s.say(deviceB, miaLID, "M1", "x", hour, false)
	s.must(s.db.Devices().Delete(s.Context(), deviceA))
	s.lost(deviceA, miaLID, "M1")
	s.find(deviceB, miaLID, "M1")
	s.say(deviceA, miaLID, "M2", "too late", hour, false) // a handler that still ran
	s.lost(deviceA, miaLID, "M2")
}

func messagesDropped(s *suite) {
	for i := range 5 {
		s.say(deviceA, miaLID, numbered("M", i), "x", hour, i > 2)
	}
	s.tell(deviceA, miaLID, event.MessageDelivered, event.Delivered{MessageIDs: []string{"M004"}, Recipient: person(miaLID)}, "r")
	shelf, future := s.db.Retention(), time.Now().Add(time.Hour)
	for _, want := range []int{2, 1, 0} {
		n, err := shelf.DropMessages(s.Context(), 3, time.Unix(0, 0), 2)
		s.must(err)
		if n != want {
			s.Errorf("%d dropped, want %d", n, want)
		}
	}
	s.lost(deviceA, miaLID, "M002")
	if k := s.find(deviceA, miaLID, "M004"); k.Status != chat.Delivered {
		s.Errorf("%+v", k)
	}
	_, err := shelf.DropMessages(s.Context(), 0, future, 100)
	s.must(err)
	if n := s.count(`SELECT count(*) FROM receipts`); n != 0 {
		s.Errorf("%d old receipts are left", n)
	}
}

func goneDropped(s *suite) {
	for i := range 3 {
		s.say(deviceA, miaLID, numbered("M", i), "x", hour, true)
		s.say(deviceB, miaLID, numbered("M", i), "x", hour, true)
		s.tell(deviceA, miaLID, event.MessageDelivered, event.Delivered{MessageIDs: []string{numbered("M", i)}, Recipient: person(miaLID)}, numbered("r", i))
	}
	s.must(s.db.Devices().Delete(s.Context(), deviceA))
	for range 3 {
		_, err := s.db.Retention().DropMessages(s.Context(), 0, time.Unix(0, 0), 2)
		s.must(err)
	}
	if m, r, c := s.kept(`SELECT count(*) FROM messages`), s.count(`SELECT count(*) FROM receipts`), s.kept(`SELECT count(*) FROM chats`); m != 3 || r != 0 || c != 1 {
		s.Errorf("%d messages, %d receipts, %d chats are left; want 3, 0, 1", m, r, c)
	}
}

func chatMarks(s *suite) {
	s.say(deviceA, miaLID, "M1", "x", hour, false)
	mark := func(t event.Type, data any) {
		s.tell(deviceA, miaLID, t, data, "")
	}
	read := func() chat.Summary {
		c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
		s.must(err)
		return c
	}
	until := &event.Time{Time: time.UnixMilli(9 * hour)}
	mark(event.ChatArchived, event.ChatArchive{Archived: true})
	mark(event.ChatPinned, event.ChatPin{Pinned: true})
	mark(event.ChatMuted, event.ChatMute{Muted: true, Until: until})
	mark(event.ChatMarkedRead, event.ChatMarkRead{Read: true})
	if c := read(); !c.Archived || !c.Pinned || c.MutedUntil.UnixMilli() != 9*hour || c.Unread != 0 {
		s.Errorf("marked: %+v", c)
	}
	mark(event.ChatMuted, event.ChatMute{Muted: true})
	mark(event.ChatMarkedRead, event.ChatMarkRead{})
	if c := read(); !c.Archived || !c.MutedUntil.Equal(chat.Forever()) || c.Unread != 1 {
		s.Errorf("muted for ever, unread: %+v", c)
	}
	mark(event.ChatMuted, event.ChatMute{})
	mark(event.ChatArchived, event.ChatArchive{})
	if c := read(); c.Archived || !c.Pinned || !c.MutedUntil.IsZero() || *c.Last.Text != "x" {
		s.Errorf("unmuted: %+v", c)
	}
	mark(event.ChatDisappearingTimer, event.DisappearingTimer{Seconds: 86400})
	if c := read(); c.DisappearingSeconds != 86400 || !c.Pinned {
		s.Errorf("a timer: %+v", c)
	}
	var off uint32
	mark(event.GroupInfoUpdate, event.GroupUpdate{Changes: event.GroupChanges{Subject: event.Text("new")}})
	mark(event.GroupInfoUpdate, event.GroupUpdate{Changes: event.GroupChanges{DisappearingSeconds: &off}})
	if c := read(); c.DisappearingSeconds != 0 {
		s.Errorf("no timer: %+v", c)
	}
}

func chatLists(s *suite) {
	for i := range 3 {
		s.say(deviceA, numbered("88000000000", i)+"@lid", "M", "x", int64(i+1)*hour, i == 2)
		s.say(deviceA, miaLID, numbered("M", i), "x", int64(i+1)*hour/2, false)
	}
	s.tell(deviceA, numbered("88000000000", 2)+"@lid", event.MessageRead, event.Seen{MessageIDs: []string{"M"}, Recipient: person(miaLID)}, "r")
	s.learn(miaLID, miaPhone, "")
	var names []string
	for after, pages := "", 0; pages == 0 || after != ""; pages++ {
		list, next, err := s.db.Messages().List(s.Context(), account, deviceA, chat.Filter{Limit: 3, After: after})
		s.must(err)
		for _, c := range list {
			names = append(names, c.JID[:14])
		}
		after = next
	}
	if got := strings.Join(names, " "); got != "88000000000002 88000000000001 99000000000002 88000000000000" {
		s.Errorf("chats: %s", got)
	}
	first, next, err := s.db.Messages().In(s.Context(), account, deviceA, miaPhone, chat.Page{Limit: 2})
	s.must(err)
	rest, end, err := s.db.Messages().In(s.Context(), account, deviceA, miaPhone, chat.Page{Limit: 2, Before: next, Kind: event.KindText})
	s.must(err)
	on, _, err := s.db.Messages().In(s.Context(), account, deviceA, miaLID, chat.Page{Limit: 2, After: "M000"})
	s.must(err)
	if len(first) != 2 || first[0].MessageID != "M002" || len(rest) != 1 || rest[0].MessageID != "M000" || end != "" || len(on) != 2 || on[0].MessageID != "M001" {
		s.Errorf("pages of %d, %d and %d", len(first), len(rest), len(on))
	}
	oldest, err := s.db.Messages().Oldest(s.Context(), account, deviceA, miaPhone)
	s.must(err)
	receipts, err := s.db.Messages().Receipts(s.Context(), account, deviceA, numbered("88000000000", 2)+"@lid", "M")
	s.must(err)
	if oldest.MessageID != "M000" || len(receipts) != 1 || receipts[0].ReadAt.IsZero() || *receipts[0].Person.Phone != "+4915550002222" {
		s.Errorf("oldest %s, receipts %+v", oldest.MessageID, receipts)
	}
}
