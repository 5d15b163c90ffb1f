package storetest

import (
	"context"
	"runtime"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/session"
)

func burstCases() []testCase {
	return []testCase{
		{"messages of a burst are put into their chats when somebody reads", burstRead},
		{"messages of a burst are put into their chats soon, also when nobody asks", burstAlone},
		{"what acts on a message of a burst finds it", burstActs},
		{"receipts do not wait with a burst", burstReceipts},
		{"a burst whose process died is read from the log again", burstCrash},
		{"a burst may say an id twice", burstTwice},
		{"a burst goes into the chat that two became", burstMerge},
		{"history that comes with a burst finds what was said", burstHistory},
		{"a burst of a device that was deleted is not found", burstGone},
		{"a burst that was undone is not found", burstUndone},
	}
}

const burstSize = 70 // two statements full of messages, and some

// burst records events in one transaction.
func (s *suite) burst(events ...*event.Sealed) {
	s.Helper()
	s.must(s.db.Atomic(s.Context(), "burst", func(ctx context.Context) error { return s.appendAll(ctx, events) }))
}

func (s *suite) appendAll(ctx context.Context, events []*event.Sealed) error {
	for _, e := range events {
		if err := s.db.Events().Append(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// crowd is a burst of messages M000, M001 … to two chats in turn.
func (s *suite) crowd() (list []*event.Sealed) {
	s.Helper()
	for i := range burstSize {
		list = append(list, s.message(deviceA, [...]string{miaLID, "1@g.us"}[i%2], numbered("M", i), numbered("text ", i), int64(i+1)*hour, false))
	}
	return list
}

// late fails unless the messages wait: otherwise a case proves nothing.
func (s *suite) late() {
	s.Helper()
	if n := s.count(`SELECT count(*) FROM messages`); n != 0 {
		s.Fatalf("%d messages are in their chats already", n)
	}
}

// whole expects everything of the crowd.
func (s *suite) whole() {
	s.Helper()
	for i := range burstSize {
		if k := s.find(deviceA, "", numbered("M", i)); *k.Text != numbered("text ", i) {
			s.Errorf("message %d: %s", i, *k.Text)
		}
	}
	for i, jid := range []string{miaLID, "1@g.us"} {
		c, err := s.db.Messages().Chat(s.Context(), account, deviceA, jid)
		s.must(err)
		newest := burstSize - 2 + i
		if c.Unread != burstSize/2 || c.Last == nil || c.Last.MessageID != numbered("M", newest) || c.LastAt.UnixMilli() != int64(newest+1)*hour {
			s.Errorf("%s: %d unread, last %+v at %v", jid, c.Unread, c.Last, c.LastAt)
		}
	}
	if n := s.kept(`SELECT count(*) FROM chats`); n != 2 {
		s.Errorf("%d chats, want 2", n)
	}
}

func burstRead(s *suite) {
	for name, read := range map[string]func(){
		"find": func() { s.find(deviceA, miaLID, "M000") },
		"list": func() {
			list, _, err := s.db.Messages().List(s.Context(), account, deviceA, chat.Filter{Limit: 9})
			s.must(err)
			if len(list) == 0 {
				s.Error("no chats")
			}
		},
		"chat": func() {
			_, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
			s.must(err)
		},
		"in": func() {
			_, _, err := s.db.Messages().In(s.Context(), account, deviceA, miaLID, chat.Page{Limit: 9})
			s.must(err)
		},
		"oldest": func() {
			_, err := s.db.Messages().Oldest(s.Context(), account, deviceA, miaLID)
			s.must(err)
		},
		"receipts": func() {
			_, err := s.db.Messages().Receipts(s.Context(), account, deviceA, miaLID, "M000")
			s.must(err)
		},
	} {
		s.exec(`DELETE FROM messages`)
		s.exec(`DELETE FROM chats`)
		s.restart() // so that no number of a chat is remembered
		var crowd []*event.Sealed
		for _, e := range s.crowd() {
			e.SourceKey = "" // not the same occurrence as the last time
			crowd = append(crowd, e)
		}
		s.burst(crowd...)
		s.late()
		read()
		if n := s.count(`SELECT count(*) FROM messages`); n != burstSize {
			s.Errorf("%s: %d messages are in their chats", name, n)
		}
	}
	s.whole()
}

func burstAlone(s *suite) {
	s.burst(s.crowd()...)
	s.late()
	for s.count(`SELECT count(*) FROM messages`) == 0 { // ends with the test's own limit
		runtime.Gosched()
	}
	s.whole()
}

func burstActs(s *suite) {
	old := "new text"
	edit := event.EditedMessage{Message: event.Message{MessageID: "M000", Sender: person(miaLID), FromMe: new(bool), Kind: event.KindText, Text: &old}}
	s.burst(append(s.crowd(), s.act(deviceA, miaLID, event.MessageEdited, edit, "edit"))...)
	if k := s.find(deviceA, "", "M000"); *k.Text != old {
		s.Errorf("an edit in the burst: %s", *k.Text)
	}
	var more []*event.Sealed
	for i := range burstSize {
		more = append(more, s.message(deviceA, miaLID, numbered("N", i), "x", int64(100+i)*hour, false))
	}
	s.burst(more...)
	s.tell(deviceA, "1@g.us", event.MessageDeleted, event.DeletedMessage{Ref: event.Ref{MessageID: "M001"}, DeletedBy: person("1@g.us")}, "other chat")
	if n := s.count(`SELECT count(*) FROM messages`); n != burstSize {
		s.Errorf("%d messages are in their chats: an act on another chat need not wait for them", n)
	}
	s.tell(deviceA, miaLID, event.MessageReadSelf, event.SeenBySelf{MessageIDs: []string{numbered("N", burstSize-2)}}, "self")
	c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
	s.must(err)
	if k := s.find(deviceA, "", "M001"); k.DeletedAt.IsZero() || c.Unread != 1 {
		s.Errorf("deleted %v, %d unread", k.DeletedAt, c.Unread)
	}
	late := event.EditedMessage{Message: event.Message{MessageID: "L", Sender: person(miaLID), FromMe: new(bool), Kind: event.KindText, Text: &old}}
	s.burst(s.act(deviceA, "1@g.us", event.ChatArchived, event.ChatArchive{Archived: true}, "other"),
		s.message(deviceA, miaLID, "L", "x", 998*hour, false), s.act(deviceA, miaLID, event.MessageEdited, late, "late edit"))
	if k := s.find(deviceA, "", "L"); *k.Text != old {
		s.Errorf("an edit behind an act on another chat: %s", *k.Text)
	}
	s.burst(s.message(deviceA, miaLID, "Z", "x", 999*hour, false), s.act(deviceA, miaLID, event.ChatMarkedRead, event.ChatMarkRead{Read: true}, "mark"))
	if c, err = s.db.Messages().Chat(s.Context(), account, deviceA, miaLID); err != nil || c.Unread != 0 {
		s.Errorf("%d unread after the mark, %v", c.Unread, err)
	}
}

func burstReceipts(s *suite) {
	receipt := s.act(deviceA, miaLID, event.MessageRead, event.Seen{MessageIDs: []string{"M000"}, Recipient: person(miaLID)}, "r")
	s.burst(append(s.crowd(), receipt)...)
	s.late()
	if n := s.count(`SELECT count(*) FROM receipts`); n != 1 {
		s.Errorf("%d receipts", n)
	}
	s.whole()
}

func burstCrash(s *suite) {
	status := "read"
	old := event.HistoryMessage{Message: event.Message{MessageID: "H1", Sender: person(miaLID), FromMe: new(true), Kind: event.KindText, Text: &status}, Status: &status}
	s.burst(append(s.crowd(), s.act(deviceA, "2@g.us", event.HistoryMessageType, old, "h"), s.event(deviceA, "no message"))...)
	s.late()
	behind, err := s.db.Meta(s.Context(), "messages_behind")
	s.must(err)
	s.restart() // writes what waits, and is undone here
	for _, query := range []string{`DELETE FROM messages`, `UPDATE chats SET unread = 0, last_at = 0, name = ''`} {
		s.exec(query)
	}
	s.must(s.db.SetMeta(s.Context(), "messages_behind", behind))
	s.restart()
	s.exec(`DELETE FROM chats WHERE key = '3@g.us'`) // any round
	for i := range burstSize {
		s.find(deviceA, "", numbered("M", i))
	}
	if k := s.find(deviceA, "2@g.us", "H1"); k.Status != chat.Read {
		s.Errorf("an old message: %+v", k)
	}
	s.exec(`DELETE FROM messages WHERE message_id = 'H1'`)
	s.exec(`DELETE FROM chats WHERE key = '2@g.us'`)
	s.whole()
	if now, err := s.db.Meta(s.Context(), "messages_behind"); err != nil || now != "0" {
		s.Errorf("behind %q, %v", now, err)
	}
}

func burstTwice(s *suite) {
	crowd := s.crowd()
	again := append(crowd[:10:10], s.message(deviceA, miaLID, "M000", "second", 99*hour, false), s.message(deviceA, miaLID, "M012", "first", 13*hour, false))
	s.burst(append(again, crowd[10:]...)...)
	s.late()
	if a, b := s.find(deviceA, miaLID, "M000"), s.find(deviceA, miaLID, "M012"); *a.Text != "text 000" || *b.Text != "first" {
		s.Errorf("%s, %s", *a.Text, *b.Text)
	}
	if n := s.kept(`SELECT unread FROM chats WHERE key = $1`, miaLID); n != burstSize/2 {
		s.Errorf("%d unread, want %d", n, burstSize/2)
	}
	s.burst(s.message(deviceA, miaLID, "M002", "third", 98*hour, false))
	if k := s.find(deviceA, miaLID, "M002"); *k.Text != "text 002" {
		s.Errorf("%s", *k.Text)
	}
}

func burstMerge(s *suite) {
	var list []*event.Sealed
	for i := range burstSize {
		list = append(list, s.message(deviceA, miaPhone, numbered("M", i), "x", int64(i+1)*hour, false))
	}
	s.burst(list...)
	s.late()
	s.learn(miaLID, miaPhone, "")
	s.find(deviceA, miaLID, "M000")
	if n := s.kept(`SELECT count(*) FROM chats WHERE key = $1`, miaPhone); n != 0 {
		s.Error("there is still a chat under the number")
	}
}

func burstHistory(s *suite) {
	s.burst(s.crowd()...)
	s.late()
	e := event.New(event.HistoryMessageType)
	e.At, e.AccountID, e.DeviceID, e.Key = time.UnixMilli(hour), account, deviceA, deviceA+"|c|"+miaLID
	text := "from the history"
	e.Data = event.HistoryMessage{Message: event.Message{MessageID: "M000", Sender: person(miaLID), FromMe: new(bool), Kind: event.KindText, Text: &text}}
	s.must(s.db.Past().HistoryAnnounced(s.Context(), deviceA, session.Notice{MessageID: "N", Type: "recent"}))
	due, err := s.db.Past().Due(s.Context(), time.Now().Add(time.Hour), 1)
	s.must(err)
	s.must(s.db.Past().Keep(s.Context(), &due[0], nil, []*event.Event{e}))
	s.whole()
}

func burstGone(s *suite) {
	s.burst(s.crowd()...)
	s.late()
	s.must(s.db.Devices().Delete(s.Context(), deviceA))
	s.lost(deviceA, miaLID, "M000")
	s.burst(s.crowd()...) // of a handler that still ran
	s.lost(deviceA, miaLID, "M000")
}

func burstUndone(s *suite) {
	s.burst(s.crowd()...)
	s.late()
	err := s.db.Atomic(s.Context(), "undo", func(ctx context.Context) error {
		if err := s.appendAll(ctx, []*event.Sealed{s.message(deviceA, miaLID, "U", "x", hour, false)}); err != nil {
			return err
		}
		if err := s.db.Identities().Learn(ctx, account, []session.Identity{{LID: "99000000000002", Phone: "4915550002222", Key: "4915550002222"}}); err != nil {
			return err
		}
		return errUndo
	})
	if err == nil {
		s.Fatal("the transaction was to fail")
	}
	s.lost(deviceA, miaLID, "U")
	s.whole()
}
