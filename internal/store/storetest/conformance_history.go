package storetest

import (
	"context"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/history"
	"wapost/internal/session"
)

func historyCases() []testCase {
	return []testCase{
		{"a notice of history is kept once, sealed, and is due", noticeKept},
		{"of a device's parts the first one that is due comes first", partsInOrder},
		{"a notice that cannot be opened hides no other part", noticeDamaged},
		{"a part that was uploaded again takes the place of the old one", partReplaced},
		{"a piece of history that comes twice is there once", pieceTwice},
		{"history does not hide what is known already", pieceAfterLive},
		{"history says how a chat is, but not when it was asked for", pieceOfChats},
		{"a message that is an event too is stored once", pieceWithEvents},
		{"files of old messages are known, and not fetched unasked", oldFiles},
		{"old messages are kept from when they came, not from when they were sent", oldDropped},
	}
}

func (s *suite) notice(device, id, kind string) {
	s.Helper()
	percent := 100
	s.must(s.db.Past().HistoryAnnounced(s.Context(), device, session.Notice{MessageID: id, Payload: []byte("secret " + id), Type: kind, Chunk: 2, Progress: &percent}))
}

func (s *suite) due() []history.Part {
	s.Helper()
	list, err := s.db.Past().Due(s.Context(), time.Now().Add(time.Second), 10)
	s.must(err)
	return list
}

func noticeKept(s *suite) {
	s.notice(deviceA, "N1", "recent")
	s.notice(deviceA, "N1", "recent")
	s.notice("no such device", "N1", "recent")
	list := s.due()
	if len(list) != 1 || string(list[0].Notice) != "secret N1" || list[0].Type != "recent" || list[0].Chunk != 2 || *list[0].Progress != 100 || list[0].State != history.Waiting {
		s.Fatalf("due: %+v", list)
	}
	if n := s.count(`SELECT count(*) FROM history_parts WHERE notice = $1`, []byte("secret N1")); n != 0 {
		s.Error("the notice, with the key of a file, lies open")
	}
	p := &list[0]
	p.State, p.Attempts, p.Error, p.NextAt, p.Notice = history.Failed, 3, "gone", time.Now(), nil
	s.must(s.db.Past().Save(s.Context(), p))
	progress, err := s.db.Past().Progress(s.Context(), deviceA)
	s.must(err)
	if len(s.due()) != 0 || len(progress) != 1 || progress[0].Error != "gone" || progress[0].Done != 0 || progress[0].Chunks != 1 {
		s.Errorf("after a failure: %+v", progress)
	}
}

func noticeDamaged(s *suite) {
	s.notice(deviceA, "N1", "recent")
	s.notice(deviceB, "N1", "recent")
	s.exec(`UPDATE history_parts SET notice = $1 WHERE device_id = $2`, []byte("torn"), deviceA)
	list := s.due()
	if len(list) != 2 || !list[0].Damaged || list[0].Notice != nil || list[1].Damaged || string(list[1].Notice) != "secret N1" {
		s.Fatalf("due: %+v", list)
	}
	p := &list[0]
	for state, kept := range map[history.State]int{history.Failed: 1, history.Done: 0} {
		s.exec(`UPDATE history_parts SET notice = $1 WHERE device_id = $2`, []byte("torn"), deviceA)
		p.State = state
		s.must(s.db.Past().Save(s.Context(), p))
		if n := s.count(`SELECT count(*) FROM history_parts WHERE notice = $1`, []byte("torn")); n != kept {
			s.Errorf("%s: %d notices left, want %d", state, n, kept)
		}
	}
}

func partsInOrder(s *suite) {
	for _, id := range []string{"N1", "N2"} {
		s.notice(deviceA, id, "recent")
		s.notice(deviceB, id, "recent")
	}
	list := s.due()
	if len(list) != 2 || list[0].MessageID != "N1" || list[1].MessageID != "N1" || list[0].DeviceID == list[1].DeviceID {
		s.Fatalf("due: %+v", list)
	}
	list[0].NextAt = time.Now().Add(time.Hour)
	s.must(s.db.Past().Save(s.Context(), &list[0]))
	if again := s.due(); len(again) != 2 || again[0].MessageID+again[1].MessageID != "N1N2" {
		s.Errorf("the second part waits for the first: %+v", again)
	}
	s.must(s.db.Past().Ready(s.Context(), list[0].DeviceID))
	if again := s.due(); len(again) != 2 || again[0].MessageID+again[1].MessageID != "N1N1" {
		s.Errorf("not ready: %+v", again)
	}
	next, err := s.db.Past().NextDue(s.Context())
	s.must(err)
	if time.Until(next) > 0 || next.IsZero() {
		s.Errorf("next due at %v", next)
	}
}

func partReplaced(s *suite) {
	s.notice(deviceA, "N1", "recent")
	s.must(s.db.Past().HistoryAnnounced(s.Context(), deviceA, session.Notice{MessageID: "N2", Type: "recent", Replaces: "N1"}))
	if list := s.due(); len(list) != 1 || list[0].MessageID != "N2" {
		s.Errorf("due: %+v", list)
	}
}

// old is a message of the history.
func (s *suite) old(key, id, text string, at int64) *event.Event {
	e := event.New(event.HistoryMessageType)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey, e.Origin = time.UnixMilli(at), account, deviceA, deviceA+"|c|"+key, "h|"+key+id, event.History
	m := event.Message{MessageID: id, Chat: event.Chat{JID: key, Kind: event.DirectChat}, Sender: person(key), FromMe: new(bool), Kind: event.KindText,
		Text: &text, SentAt: &event.Time{Time: time.UnixMilli(at)}}
	e.Data = event.HistoryMessage{Message: m}
	return e
}

// part announces one and returns it.
func (s *suite) part(kind string) *history.Part {
	s.Helper()
	s.exec(`UPDATE history_parts SET state = 'done'`)
	s.notice(deviceA, "N-"+kind, kind)
	list := s.due()
	return &list[len(list)-1]
}

func pieceTwice(s *suite) {
	p := s.part("recent")
	piece := []*event.Event{s.old(miaLID, "M1", "one", hour), s.old(miaLID, "M2", "two", 2*hour), s.old("1@g.us", "M1", "group", hour)}
	chats := []session.OldChat{{Key: miaLID}, {Key: "1@g.us"}}
	for range 2 {
		s.must(s.db.Past().Keep(s.Context(), p, chats, piece))
	}
	if n, bodies := s.count(`SELECT count(*) FROM messages`), s.count(`SELECT count(*) FROM old_messages`); n != 3 || bodies != 3 || p.Messages != 3 {
		s.Errorf("%d messages, %d bodies, %d counted; want 3", n, bodies, p.Messages)
	}
	s.restart()
	s.must(s.db.Past().Keep(s.Context(), p, nil, append(piece, s.old(miaLID, "M3", "three", 3*hour))))
	for id, text := range map[string]string{"M2": "two", "M3": "three"} {
		if k := s.find(deviceA, miaLID, id); *k.Text != text || k.SentAt == nil {
			s.Errorf("%s: %+v", id, k)
		}
	}
	total, err := s.db.Past().Total(s.Context(), deviceA, "recent")
	s.must(err)
	if total != 4 {
		s.Errorf("total %d, want 4", total)
	}
	c, err := s.db.Messages().Chat(s.Context(), account, deviceA, miaLID)
	s.must(err)
	if c.LastAt.UnixMilli() != 3*hour || c.Unread != 0 || *c.Last.Text != "three" {
		s.Errorf("chat: %+v", c)
	}
}

func pieceAfterLive(s *suite) {
	s.say(deviceA, miaLID, "M2", "live", 2*hour, false)
	p := s.part("recent")
	s.must(s.db.Past().Keep(s.Context(), p, nil, []*event.Event{s.old(miaLID, "M1", "one", hour), s.old(miaLID, "M2", "old", 2*hour)}))
	s.say(deviceA, miaLID, "M1", "again", hour, false) // a phone may send what it has handed over
	if k := s.find(deviceA, miaLID, "M2"); *k.Text != "live" || p.Messages != 1 {
		s.Errorf("%+v, %d new", k, p.Messages)
	}
	if n := s.count(`SELECT count(*) FROM old_messages`); n != 1 {
		s.Errorf("%d bodies, want 1", n)
	}
}

func pieceOfChats(s *suite) {
	yes, three, forever := true, 3, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	c := session.OldChat{Key: "1@g.us", Name: "Harbour crew", LastAt: time.UnixMilli(7 * hour), Unread: &three, Archived: &yes, Pinned: &yes, MutedUntil: &forever, Disappearing: &three}
	s.must(s.db.Past().Keep(s.Context(), s.part("initial_bootstrap"), []session.OldChat{c}, nil))
	got, err := s.db.Messages().Chat(s.Context(), account, deviceA, "1@g.us")
	s.must(err)
	if *got.Name != "Harbour crew" || got.Unread != 3 || !got.Archived || !got.Pinned || !got.MutedUntil.Equal(forever) || got.DisappearingSeconds != 3 || got.LastAt.UnixMilli() != 7*hour {
		s.Errorf("chat: %+v", got)
	}
	no := false
	s.must(s.db.Past().Keep(s.Context(), s.part("on_demand"), []session.OldChat{{Key: "1@g.us", Name: "old", Archived: &no}}, nil))
	if got, err = s.db.Messages().Chat(s.Context(), account, deviceA, "1@g.us"); err != nil || *got.Name != "Harbour crew" || !got.Archived {
		s.Errorf("after a request: %+v, %v", got, err)
	}
	s.say(deviceA, "1@g.us", "M1", "live", 8*hour, false)
	s.must(s.db.Past().Keep(s.Context(), s.part("full"), []session.OldChat{c}, nil))
	if n := s.count(`SELECT unread FROM chats`); n != 4 {
		s.Errorf("%d unread, want 4: a later part knows less than we do", n)
	}
}

func pieceWithEvents(s *suite) {
	p, e := s.part("recent"), s.old(miaLID, "M1", "one", hour)
	for range 2 {
		s.must(s.db.Past().Atomic(s.Context(), "piece", func(ctx context.Context) error {
			if err := s.db.Past().Keep(ctx, p, nil, []*event.Event{e}); err != nil {
				return err
			}
			sealed, err := e.Seal()
			if err != nil {
				return err
			}
			return s.db.Events().Append(ctx, sealed)
		}))
	}
	if n, log := s.count(`SELECT count(*) FROM messages`), len(s.log()); n != 1 || log != 1 || p.Messages != 1 {
		s.Errorf("%d messages, %d events, %d counted; want 1", n, log, p.Messages)
	}
	s.find(deviceA, miaLID, "M1")
}

func oldDropped(s *suite) {
	s.must(s.db.Past().Keep(s.Context(), s.part("recent"), nil, []*event.Event{s.old(miaLID, "M1", "one", hour), s.old(miaLID, "M2", "two", hour)}))
	shelf := s.db.Retention()
	_, err := shelf.DropMessages(s.Context(), 1<<40, time.Now().Add(-time.Minute), 10)
	s.must(err)
	s.find(deviceA, miaLID, "M1")
	s.find(deviceA, miaLID, "M2")
	for range 2 {
		_, err = shelf.DropMessages(s.Context(), 0, time.Now().Add(time.Minute), 1)
		s.must(err)
	}
	_, err = s.db.Messages().Find(s.Context(), account, deviceA, miaLID, "M2")
	s.refused(err, fault.NotFound)
	if n := s.count(`SELECT count(*) FROM old_messages`); n != 0 {
		s.Errorf("%d bodies are left", n)
	}
}

func oldFiles(s *suite) {
	s.stop()
	s.db = s.at.Stopped(s)
	s.db.OnMediaWanted(func(event.Attachment) bool { return true })
	Start(s, s.db)
	e := s.old(miaLID, "M1", "one", hour)
	e.Attachments = []event.Attachment{{ID: "med_1", MessageID: "M1", Chat: miaLID, Key: []byte("key")}}
	p := s.part("recent")
	for range 2 {
		s.must(s.db.Past().Keep(s.Context(), p, nil, []*event.Event{e}))
	}
	known := s.old(miaLID, "M1", "one", hour)
	known.Attachments = []event.Attachment{{ID: "med_2", MessageID: "M1"}}
	s.must(s.db.Past().Keep(s.Context(), p, nil, []*event.Event{known}))
	files, err := s.db.Media().OfDevice(s.Context(), deviceA, "M1")
	s.must(err)
	if len(files) != 1 || files[0].ID != "med_1" || string(files[0].Key) != "key" {
		s.Errorf("files: %+v", files)
	}
	if n := s.count(`SELECT count(*) FROM media WHERE next_at IS NOT NULL`); n != 0 {
		s.Errorf("%d files are fetched unasked", n)
	}
}
