package storetest

import (
	"fmt"
	"strings"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

func chatCases() []testCase {
	return []testCase{
		{"a group is called what it was told to be called", chatGroupNames},
		{"a contact that gets a name gives it to the chat, and begins none", chatContactNames},
		{"settings of a chat stay until something is said in it", chatSettingsFirst},
		{"a message deleted for me is not found any more", chatRemoved},
		{"a chat that was cleared is empty, and goes on", chatCleared},
		{"a chat that was deleted comes back with its next message", chatDropped},
		{"a chat of a burst is deleted up to the moment", chatDroppedInBurst},
		{"what the history brought is deleted with its content", chatDroppedHistory},
		{"two chats that become one keep what was set", chatMergedMarks},
		{"settings that come together are kept", chatMarkedTogether},
		{"the name of a group is kept where messages are not", chatNamesOnly},
	}
}

const harbour = "120363000000000001@g.us"

// chats returns the chats of device A as "key/name/unread/last".
func (s *suite) chats(f chat.Filter) string {
	s.Helper()
	f.Limit = 9
	list, _, err := s.db.Messages().List(s.Context(), account, deviceA, f)
	s.must(err)
	var texts []string
	for _, c := range list {
		name, last := "-", "-"
		if c.Name != nil {
			name = *c.Name
		}
		if c.Last != nil {
			last = c.Last.MessageID
		}
		texts = append(texts, fmt.Sprintf("%s/%s/%d/%s", c.JID, name, c.Unread, last))
	}
	return strings.Join(texts, " ")
}

func (s *suite) want(what, got, want string) {
	s.Helper()
	if got != want {
		s.Errorf("%s: %q, want %q", what, got, want)
	}
}

// inside returns the ids of the messages of a chat, the newest first.
func (s *suite) inside(jid string) string {
	s.Helper()
	list, _, err := s.db.Messages().In(s.Context(), account, deviceA, jid, chat.Page{Limit: 99})
	s.must(err)
	var ids []string
	for _, m := range list {
		ids = append(ids, m.MessageID)
	}
	return strings.Join(ids, " ")
}

func chatGroupNames(s *suite) {
	s.tell(deviceA, harbour, event.GroupJoined, event.GroupJoin{Group: event.Chat{JID: harbour}, Subject: "Harbour crew"}, "join")
	s.want("a group in which nothing was said", s.chats(chat.Filter{}), "")
	s.say(deviceA, harbour, "M1", "x", hour, false)
	s.want("found by its name", s.chats(chat.Filter{Text: "harbour"}), harbour+"/Harbour crew/1/M1")
	s.tell(deviceA, harbour, event.GroupInfoUpdate, event.GroupUpdate{Changes: event.GroupChanges{Subject: event.Text("Night crew")}}, "update")
	s.say(deviceA, harbour, "M2", "x", 2*hour, false)
	s.want("renamed", s.chats(chat.Filter{}), harbour+"/Night crew/2/M2")
	if name, err := s.db.Messages().Name(s.Context(), deviceA, harbour); err != nil || name != "Night crew" {
		s.Errorf("name %q, %v", name, err)
	}
	for _, device := range []string{deviceB, "nobody"} {
		if name, err := s.db.Messages().Name(s.Context(), device, harbour); err != nil || name != "" {
			s.Errorf("another device calls it %q, %v", name, err)
		}
	}
}

func chatContactNames(s *suite) {
	name := func(key, name string) {
		s.tell(deviceA, key, event.ContactUpdated, event.ContactUpdate{Contact: event.Person{JID: key, Name: event.Text(name)}}, "contact"+key+name)
	}
	name("somebody@lid", "Somebody")
	if n := s.count(`SELECT count(*) FROM chats`); n != 0 {
		s.Errorf("%d chats, want 0", n)
	}
	s.say(deviceA, miaLID, "M1", "x", hour, false)
	name(miaLID, "Mia Bee")
	name(miaLID, "")
	s.want("named", s.chats(chat.Filter{Text: "bee"}), miaLID+"/Mia Bee/1/M1")
}

func chatSettingsFirst(s *suite) {
	s.tell(deviceA, miaLID, event.ChatPinned, event.ChatPin{}, "unpin")
	s.tell(deviceA, miaLID, event.ChatDeleted, event.ChatCleared{}, "delete")
	if n := s.count(`SELECT count(*) FROM chats`); n != 0 {
		s.Errorf("%d chats, want 0", n)
	}
	s.tell(deviceA, miaLID, event.ChatPinned, event.ChatPin{Pinned: true}, "pin")
	s.tell(deviceA, miaLID, event.ChatMuted, event.ChatMute{Muted: true}, "mute")
	s.want("before", s.chats(chat.Filter{}), "")
	s.say(deviceA, miaLID, "M1", "x", hour, false)
	c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
	s.must(err)
	if !c.Pinned || !c.MutedUntil.Equal(chat.Forever()) {
		s.Errorf("%+v", c)
	}
}

func chatRemoved(s *suite) {
	for i, id := range []string{"M1", "M2", "M3"} {
		s.say(deviceA, miaLID, id, "x", int64(i+1)*hour, false)
	}
	s.say(deviceA, miaLID, "O1", "mine", 4*hour, true)
	s.say(deviceA, harbour, "M2", "elsewhere", hour, false)
	s.tell(deviceA, miaLID, event.MessageDelivered, event.Delivered{MessageIDs: []string{"O1"}, Recipient: person(miaLID)}, "r")
	remove := func(id string) {
		s.tell(deviceA, miaLID, event.MessageDeletedForMe, event.DeletedForMe{Ref: event.Ref{MessageID: id}}, "remove"+id)
	}
	remove("M2")
	s.lost(deviceA, miaLID, "M2")
	s.find(deviceA, harbour, "M2")
	s.want("in the chat", s.inside(miaLID), "O1 M3 M1")
	s.want("chats", s.chats(chat.Filter{}), miaLID+"/-/2/O1 "+harbour+"/-/1/M2")
	remove("O1")
	s.want("without the last", s.chats(chat.Filter{}), miaLID+"/-/2/M3 "+harbour+"/-/1/M2")
	if n := s.count(`SELECT count(*) FROM receipts`); n != 0 {
		s.Errorf("%d receipts are left", n)
	}
	if n := s.count(`SELECT count(*) FROM events WHERE type = 'message.received'`); n != 4 {
		s.Errorf("%d events, want 4: the log is what happened", n)
	}
}

func chatCleared(s *suite) {
	for i, id := range []string{"M1", "M2", "M3"} {
		s.say(deviceA, miaLID, id, "x", int64(i+1)*hour+300, false)
	}
	s.tell(deviceA, miaLID, event.ChatCleaned, event.ChatCleared{LastMessageAt: &event.Time{Time: time.UnixMilli(2 * hour)}}, "clear")
	s.want("what the phone did not know stays", s.inside(miaLID), "M3")
	s.want("one is unread", s.chats(chat.Filter{}), miaLID+"/-/1/M3")
	s.tell(deviceA, miaLID, event.ChatCleaned, event.ChatCleared{}, "clear again") // at 5*hour
	s.want("empty", s.chats(chat.Filter{}), miaLID+"/-/0/-")
	s.say(deviceA, miaLID, "M0", "late", hour, false)
	s.want("what comes after it stays, whatever its time", s.inside(miaLID), "M0")
	s.say(deviceA, miaLID, "O1", "mine", 9*hour, true)
	s.tell(deviceA, miaLID, event.MessageDelivered, event.Delivered{MessageIDs: []string{"O1"}, Recipient: person(miaLID)}, "r")
	s.burst(s.act(deviceA, miaLID, event.ChatCleaned, event.ChatCleared{}, "third"), s.act(deviceA, miaLID, event.ChatCleaned, event.ChatCleared{}, "fourth"),
		s.act(deviceA, miaLID, event.ChatMarkedRead, event.ChatMarkRead{}, "unread"))
	s.want("the later one stays, and is found with what was told of it", s.chats(chat.Filter{}), miaLID+"/-/1/O1")
	if k := s.find(deviceA, miaLID, "O1"); k.Status != chat.Delivered {
		s.Errorf("its status is %q", k.Status)
	}
}

func chatDropped(s *suite) {
	s.say(deviceA, miaLID, "M1", "x", hour, false)
	s.say(deviceB, miaLID, "M1", "x", hour, false)
	s.tell(deviceA, miaLID, event.ContactUpdated, event.ContactUpdate{Contact: event.Person{Name: event.Text("Mia Bee")}}, "contact")
	s.tell(deviceA, miaLID, event.ChatPinned, event.ChatPin{Pinned: true}, "pin")
	s.tell(deviceA, miaLID, event.ChatDeleted, event.ChatCleared{LastMessageAt: &event.Time{Time: time.UnixMilli(hour)}}, "delete")
	s.want("deleted", s.chats(chat.Filter{}), "")
	_, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
	s.refused(err, fault.NotFound)
	s.lost(deviceA, miaLID, "M1")
	s.find(deviceB, miaLID, "M1")
	s.say(deviceA, miaLID, "M2", "y", 6*hour, false)
	s.want("said again", s.chats(chat.Filter{}), miaLID+"/Mia Bee/1/M2")
	if c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID); err != nil || c.Pinned {
		s.Errorf("still pinned, %v", err)
	}
}

func chatDroppedInBurst(s *suite) {
	s.burst(append(s.crowd(), s.act(deviceA, miaLID, event.ChatDeleted, event.ChatCleared{LastMessageAt: &event.Time{Time: time.UnixMilli(999 * hour)}}, "delete"),
		s.act(deviceA, harbour1, event.MessageDeletedForMe, event.DeletedForMe{Ref: event.Ref{MessageID: "M001"}}, "remove"),
		s.message(deviceA, miaLID, "N1", "after it", hour, false))...)
	s.want("in one burst", s.inside(miaLID), "N1")
	s.lost(deviceA, harbour1, "M001")
	if c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID); err != nil || c.Unread != 1 || c.LastAt.UnixMilli() != hour {
		s.Errorf("%d unread, last at %v, %v", c.Unread, c.LastAt, err)
	}
	var more []*event.Sealed
	for i := range burstSize {
		more = append(more, s.message(deviceA, miaLID, numbered("P", i), "x", int64(100+i)*hour, false))
	}
	s.burst(more...)
	s.tell(deviceA, miaLID, event.ChatCleaned, event.ChatCleared{LastMessageAt: &event.Time{Time: time.UnixMilli(999 * hour)}}, "clear")
	s.restart() // nothing is read from the log again
	s.want("after a burst", s.inside(miaLID), "")
}

// harbour1 is the group of a crowd.
const harbour1 = "1@g.us"

func chatDroppedHistory(s *suite) {
	e := event.New(event.HistoryMessageType)
	e.At, e.AccountID, e.DeviceID, e.Key = time.UnixMilli(hour), account, deviceA, deviceA+"|c|"+miaLID
	text := "from the history"
	e.Data = event.HistoryMessage{Message: event.Message{MessageID: "H1", Sender: person(miaLID), FromMe: new(bool), Kind: event.KindText, Text: &text,
		SentAt: &event.Time{Time: time.UnixMilli(hour)}}}
	s.must(s.db.Past().HistoryAnnounced(s.Context(), deviceA, session.Notice{MessageID: "N", Type: "recent"}))
	due, err := s.db.Past().Due(s.Context(), time.Now().Add(time.Hour), 1)
	s.must(err)
	s.must(s.db.Past().Keep(s.Context(), &due[0], []session.OldChat{{Key: miaLID, Name: "Mia", LastAt: time.UnixMilli(hour)}}, []*event.Event{e}))
	s.want("kept", s.chats(chat.Filter{}), miaLID+"/Mia/0/H1")
	s.tell(deviceA, miaLID, event.ChatDeleted, event.ChatCleared{}, "delete")
	s.want("deleted", s.chats(chat.Filter{}), "")
	_, err = s.db.Retention().DropMessages(s.Context(), 0, time.Unix(0, 0), 2)
	s.must(err)
	for _, table := range []string{"old_messages", "messages"} {
		if n := s.count(`SELECT count(*) FROM ` + table); n != 0 {
			s.Errorf("%d rows of %s are left by the sweep", n, table)
		}
	}
}

func chatMergedMarks(s *suite) {
	s.say(deviceA, miaPhone, "M1", "by phone", hour, false)
	s.tell(deviceA, miaPhone, event.ChatPinned, event.ChatPin{Pinned: true}, "pin")
	s.tell(deviceA, miaPhone, event.ChatMuted, event.ChatMute{Muted: true}, "mute")
	s.say(deviceA, miaLID, "M2", "by lid", hour, false)
	s.learn(miaLID, miaPhone, "")
	c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
	s.must(err)
	if !c.Pinned || !c.MutedUntil.Equal(chat.Forever()) || c.Archived {
		s.Errorf("%+v", c)
	}
}

func chatMarkedTogether(s *suite) {
	s.burst(s.crowd()...)
	s.late()
	yes, until := true, time.UnixMilli(9*hour)
	notes := []chat.Note{
		{Act: chat.Marked, Chat: miaLID, Name: "Mia Bee", Mark: chat.Mark{Pinned: &yes, MutedUntil: &until}},
		{Act: chat.Marked, Chat: "somebody@lid", Name: "Somebody"},
		{Act: chat.Marked, Chat: "bad\x00@lid", Name: "n\x00", Mark: chat.Mark{Archived: &yes}},
		{Act: chat.Marked, Chat: strings.Repeat("y", 9000), Name: "n", Mark: chat.Mark{Archived: &yes}},
		{Act: chat.Said, Chat: "2@g.us", IDs: []string{"X"}},
	}
	s.must(s.db.Messages().Mark(s.Context(), deviceA, notes))
	s.must(s.db.Messages().Mark(s.Context(), "gone", notes))
	c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
	s.must(err)
	if !c.Pinned || c.Archived || c.MutedUntil.UnixMilli() != 9*hour || c.Name == nil || *c.Name != "Mia Bee" {
		s.Errorf("%+v", c)
	}
	if n := s.count(`SELECT count(*) FROM chats`); n != 3 { // the crowd's two, and the archived one
		s.Errorf("%d chats, want 3", n)
	}
}

func chatNamesOnly(s *suite) {
	s.stop()
	o := s.at.Options(s)
	o.NoMessages = true
	s.open(o, nil)
	s.tell(deviceA, harbour, event.GroupJoined, event.GroupJoin{Subject: "Harbour crew"}, "join")
	s.say(deviceA, harbour, "M1", "x", hour, false)
	s.tell(deviceA, miaLID, event.ChatPinned, event.ChatPin{Pinned: true}, "pin")
	s.must(s.db.Past().HistoryAnnounced(s.Context(), deviceA, session.Notice{MessageID: "N", Type: "recent"}))
	due, err := s.db.Past().Due(s.Context(), time.Now().Add(time.Hour), 1)
	s.must(err)
	s.must(s.db.Past().Keep(s.Context(), &due[0], []session.OldChat{{Key: "2@g.us", Name: "Night crew"}, {Key: miaLID, Name: "Mia"}}, nil))
	s.want("nothing is listed", s.chats(chat.Filter{}), "")
	for key, want := range map[string]string{harbour: "Harbour crew", "2@g.us": "Night crew", miaLID: ""} {
		if name, err := s.db.Messages().Name(s.Context(), deviceA, key); err != nil || name != want {
			s.Errorf("%s is called %q, want %q; %v", key, name, want, err)
		}
	}
	if n := s.count(`SELECT count(*) FROM chats`) + s.count(`SELECT count(*) FROM messages`); n != 2 {
		s.Errorf("%d rows, want 2", n)
	}
}
