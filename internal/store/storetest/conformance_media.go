package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/media"
)

func mediaCases() []testCase {
	return []testCase{
		{"files are recorded with their event, once", mediaRecorded},
		{"files of an event that is undone are undone", mediaUndone},
		{"a file is seen by its account and device only", mediaScope},
		{"the key of a file is sealed", mediaSealed},
		{"a key that cannot be opened hides no other file", mediaKeyLost},
		{"a file lives through its states", mediaStates},
		{"stored files are measured and found by their last use", mediaUse},
		{"what is wanted, asked for and interrupted is found", mediaLists},
		{"bytes outlive their record until they are buried", mediaDoomed},
		{"old records are forgotten", mediaForgotten},
		{"a file that came with no message", mediaAdded},
		{"a quoted id of any length fails no event", mediaLongID},
	}
}

func attachment(id string) event.Attachment {
	return event.Attachment{ID: id, Kind: event.MediaImage, Keys: event.ImageKeys, MimeType: "image/jpeg", Filename: "a\x00b.jpg", Size: 7,
		DirectPath: "/v/t62/a?b=c", Key: []byte("the key of the file"), SHA256: []byte{1, 2}, EncSHA256: []byte{3}, Thumbnail: []byte{0xff, 0xd8},
		MessageID: "M-" + id, Chat: "491@s.whatsapp.net", Sender: "492@lid", FromMe: true}
}

// mediaEvent is an event that names files.
func (s *suite) mediaEvent(device, source string, ids ...string) *event.Sealed {
	e := s.event(device, source)
	for _, id := range ids {
		e.Attachments = append(e.Attachments, attachment(id))
	}
	return e
}

func (s *suite) file(id string) media.Record {
	s.Helper()
	r, err := s.db.Media().Get(s.Context(), media.Scope{AccountID: account}, id)
	s.must(err)
	return r
}

// drops checks whether it is news that a file is not in our store any more.
func (s *suite) drops(id string, want bool) {
	s.Helper()
	news, err := s.db.Media().Dropped(s.Context(), id)
	s.must(err)
	if news != want {
		s.Errorf("dropped: %t, want %t", news, want)
	}
}

func mediaRecorded(s *suite) {
	e := s.mediaEvent(deviceA, "m1", "med_1", "med_2")
	s.must(s.db.Events().Append(s.Context(), e))
	s.must(s.db.Events().Append(s.Context(), s.mediaEvent(deviceA, "m1", "med_3"))) // the same occurrence again
	s.must(s.db.Events().Append(s.Context(), s.mediaEvent(deviceA, "", "med_4")))
	if n := s.count(`SELECT count(*) FROM media`); n != 3 {
		s.Errorf("%d files, want 3", n)
	}
	r, want := s.file("med_1"), attachment("med_1")
	if r.EventID != e.ID || r.OrderKey != e.Key || r.DeviceID != deviceA || r.State != media.Remote || r.CreatedAt.IsZero() {
		s.Errorf("record: %+v", r)
	}
	got := r.Attachment
	got.Filename, want.Filename = strings.Trim(got.Filename, "ab.jpg"), ""
	if len([]rune(got.Filename)) != 1 { // PostgreSQL cannot keep the NUL
		s.Errorf("filename: %q", got.Filename)
	}
	if got.Filename = ""; !sameAttachment(got, want) {
		s.Errorf("attachment: %+v, want %+v", got, want)
	}
	body, err := s.db.Media().Body(s.Context(), r.EventID)
	s.must(err)
	if !bytes.Contains(body, []byte(r.EventID)) {
		s.Errorf("body of %s: %s", r.EventID, body)
	}
	if body, err = s.db.Media().Body(s.Context(), "evt_none"); err != nil || body != nil {
		s.Errorf("body of no event: %s, %v", body, err)
	}
}

func sameAttachment(a, b event.Attachment) bool {
	for _, pair := range [][2][]byte{{a.Key, b.Key}, {a.SHA256, b.SHA256}, {a.EncSHA256, b.EncSHA256}, {a.Thumbnail, b.Thumbnail}} {
		if !bytes.Equal(pair[0], pair[1]) {
			return false
		}
	}
	return a.ID == b.ID && a.Kind == b.Kind && a.Keys == b.Keys && a.MimeType == b.MimeType && a.Filename == b.Filename && a.Size == b.Size &&
		a.DirectPath == b.DirectPath && a.MessageID == b.MessageID && a.Chat == b.Chat && a.Sender == b.Sender && a.FromMe == b.FromMe
}

func mediaUndone(s *suite) {
	err := s.db.Atomic(s.Context(), "test", func(ctx context.Context) error {
		s.must(s.db.Events().Append(ctx, s.mediaEvent(deviceA, "m1", "med_1")))
		return errUndo
	})
	if err == nil || s.count(`SELECT count(*) FROM media`) != 0 {
		s.Errorf("undone: %v", err)
	}
	// The event of a device that does not exist is refused, and its files with it.
	const nobody = "00000000-0000-0000-0000-0000000000ff"
	s.refused(s.db.Events().Append(s.Context(), s.mediaEvent(nobody, "m1", "med_1")), fault.NotFound)
	if n := s.count(`SELECT count(*) FROM media`); n != 0 {
		s.Errorf("%d files of nobody", n)
	}
}

func mediaScope(s *suite) {
	s.must(s.db.Events().Append(s.Context(), s.mediaEvent(deviceA, "m1", "med_1")))
	files := s.db.Media()
	for _, c := range []struct {
		scope media.Scope
		seen  bool
	}{
		{media.Scope{AccountID: account}, true}, {media.Scope{AccountID: account, DeviceID: deviceA}, true},
		{media.Scope{AccountID: account, DeviceID: deviceB}, false}, {media.Scope{AccountID: account + 1}, false}, {media.Scope{}, false},
	} {
		_, err := files.Get(s.Context(), c.scope, "med_1")
		if (err == nil) != c.seen || err != nil && !fault.Is(err, fault.NotFound) {
			s.Errorf("%+v: %v", c.scope, err)
		}
		for _, chats := range [][]string{nil, {"x@lid", "491@s.whatsapp.net"}} {
			list, err := files.OfMessage(s.Context(), c.scope, chats, "M-med_1")
			s.must(err)
			if (len(list) == 1) != c.seen {
				s.Errorf("%+v in %v: %d files", c.scope, chats, len(list))
			}
		}
	}
	list, err := files.OfMessage(s.Context(), media.Scope{AccountID: account}, []string{"x@lid"}, "M-med_1")
	s.must(err)
	if len(list) != 0 {
		s.Errorf("found in another chat: %+v", list)
	}
}

func mediaSealed(s *suite) {
	s.must(s.db.Events().Append(s.Context(), s.mediaEvent(deviceA, "m1", "med_1")))
	var sealed []byte
	s.must(s.db.Read().QueryRowContext(s.Context(), `SELECT sealed_key FROM media`).Scan(&sealed))
	if len(sealed) == 0 || bytes.Contains(sealed, attachment("").Key) {
		s.Errorf("the key lies there as %q", sealed)
	}
}

func mediaKeyLost(s *suite) {
	s.must(s.db.Events().Append(s.Context(), s.mediaEvent(deviceA, "1", "med_1", "med_2")))
	s.exec(`UPDATE media SET sealed_key = $1, next_at = 1 WHERE id = 'med_1'`, []byte("torn"))
	s.exec(`UPDATE media SET next_at = 2 WHERE id = 'med_2'`)
	list, err := s.db.Media().Due(s.Context(), time.Now(), 10)
	s.must(err)
	if len(list) != 2 || !list[0].KeyLost || list[0].Key != nil || list[1].KeyLost || string(list[1].Key) != "the key of the file" {
		s.Errorf("due: %+v", list)
	}
}

func mediaStates(s *suite) {
	s.must(s.db.Events().Append(s.Context(), s.mediaEvent(deviceA, "m1", "med_1")))
	files, ctx := s.db.Media(), s.Context()
	expect := func(step string, ok func(r media.Record) bool) {
		s.Helper()
		if r := s.file("med_1"); !ok(r) {
			s.Errorf("%s: %+v", step, r)
		}
	}
	s.must(files.Asked(ctx, "med_1"))
	expect("asked", func(r media.Record) bool { return r.State == media.Remote && !r.AskedAt.IsZero() })
	s.must(files.Moved(ctx, "med_1", "/new?x"))
	expect("moved", func(r media.Record) bool { return r.DirectPath == "/new?x" && r.AskedAt.IsZero() && !r.NextAt.IsZero() })
	later := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	s.must(files.Want(ctx, "med_1", later, 3))
	expect("wanted", func(r media.Record) bool { return r.NextAt.Equal(later) && r.Attempts == 3 })
	s.must(files.Failed(ctx, "med_1", media.Gone, media.ReasonNotOnPhone))
	expect("gone", func(r media.Record) bool {
		return r.State == media.Gone && r.Reason == media.ReasonNotOnPhone && r.NextAt.IsZero()
	})
	s.must(files.Asked(ctx, "med_1"))
	expect("asked again", func(r media.Record) bool { return r.State == media.Remote })
	s.must(files.Storing(ctx, "med_1", 9))
	expect("storing", func(r media.Record) bool { return r.State == media.Storing && r.StoredAt.IsZero() })
	s.must(files.Stored(ctx, "med_1", 9, []byte{9}))
	expect("stored", func(r media.Record) bool {
		return r.State == media.Stored && r.StoredSize == 9 && !r.StoredAt.IsZero() && r.AskedAt.IsZero() && r.Reason == "" && r.SHA256[0] == 9
	})
	s.must(files.Failed(ctx, "med_1", media.Gone, media.ReasonGone))
	s.must(files.Moved(ctx, "med_1", "/late"))
	expect("a late word about a stored file", func(r media.Record) bool { return r.State == media.Stored && r.DirectPath == "/new?x" })
	s.drops("med_1", true)
	s.drops("med_1", false)
	expect("dropped", func(r media.Record) bool { return r.State == media.Remote && r.StoredAt.IsZero() && r.StoredSize == 0 })
	s.refused(files.Stored(ctx, "med_none", 9, nil), fault.NotFound)
}

func mediaUse(s *suite) {
	files, ctx := s.db.Media(), s.Context()
	s.must(s.db.Events().Append(ctx, s.mediaEvent(deviceA, "m1", "med_1", "med_2", "med_3")))
	for i, id := range []string{"med_1", "med_2"} {
		s.must(files.Storing(ctx, id, int64(10*(i+1))))
		s.must(files.Stored(ctx, id, int64(10*(i+1)), []byte{1}))
	}
	now := time.Now()
	s.must(files.Used(ctx, map[string]time.Time{"med_1": now.Add(time.Hour), "med_2": now.Add(time.Minute), "med_3": now, "med_none": now}))
	u, err := files.Usage(ctx)
	s.must(err)
	if !maps.Equal(u, map[int64]media.Usage{account: {Bytes: 30, Files: 2}}) {
		s.Errorf("usage: %+v", u)
	}
	if got := s.ids(files.UnusedOf(ctx, account, 9)); !slices.Equal(got, []string{"med_2", "med_1"}) {
		s.Errorf("of the account: %v", got)
	}
	if got := s.ids(files.UnusedOf(ctx, account+1, 9)); len(got) != 0 {
		s.Errorf("of another account: %v", got)
	}
	if got := s.ids(files.Unused(ctx, now.Add(2*time.Hour), 9)); !slices.Equal(got, []string{"med_2", "med_1"}) {
		s.Errorf("unused: %v", got)
	}
	if got := s.ids(files.Unused(ctx, now.Add(30*time.Minute), 9)); !slices.Equal(got, []string{"med_2"}) {
		s.Errorf("unused for long: %v", got)
	}
}

func (s *suite) ids(list []media.Record, err error) []string {
	s.Helper()
	s.must(err)
	var ids []string
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

func mediaLists(s *suite) {
	s.stop()
	db := s.reopen(func(a event.Attachment) bool { return a.ID == "med_2" || a.ID == "med_4" })
	files, ctx, now := db.Media(), s.Context(), time.Now()
	s.must(db.Events().Append(ctx, s.mediaEvent(deviceA, "m1", "med_1", "med_2", "med_3")))
	if got := s.ids(files.Due(ctx, now.Add(time.Hour), 9)); !slices.Equal(got, []string{"med_2"}) {
		s.Errorf("due: %v", got)
	}
	old := s.mediaEvent(deviceB, "m1", "med_2")
	old.Attachments[0].ID, old.Origin = "med_4", event.History
	s.must(db.Events().Append(ctx, old))
	if n := s.count(`SELECT count(*) FROM media WHERE next_at IS NOT NULL`); n != 1 {
		s.Errorf("%d files are wanted, those of the history among them", n)
	}
	s.must(files.Want(ctx, "med_2", time.Time{}, 0))
	if got := s.ids(files.Due(ctx, now.Add(time.Hour), 9)); len(got) != 0 {
		s.Errorf("due: %v", got)
	}
	s.must(files.Asked(ctx, "med_1"))
	s.must(files.Storing(ctx, "med_3", 1))
	if got := s.ids(files.Unanswered(ctx, now.Add(time.Hour), 9)); !slices.Equal(got, []string{"med_1"}) {
		s.Errorf("unanswered: %v", got)
	}
	if got := s.ids(files.Unanswered(ctx, now.Add(-time.Hour), 9)); len(got) != 0 {
		s.Errorf("unanswered for long: %v", got)
	}
	if got := s.ids(files.Interrupted(ctx, 9)); !slices.Equal(got, []string{"med_3"}) {
		s.Errorf("interrupted: %v", got)
	}
}

func mediaDoomed(s *suite) {
	files, ctx := s.db.Media(), s.Context()
	s.must(s.db.Events().Append(ctx, s.mediaEvent(deviceA, "m1", "med_1", "med_2")))
	s.must(s.db.Events().Append(ctx, s.mediaEvent(deviceB, "m1", "med_3")))
	s.must(files.Storing(ctx, "med_1", 10))
	s.must(files.Stored(ctx, "med_1", 10, []byte{1}))
	s.must(files.Storing(ctx, "med_3", 10))
	s.must(s.db.Devices().Delete(ctx, deviceA))
	if n := s.count(`SELECT count(*) FROM media`); n != 1 {
		s.Errorf("%d records, want 1", n)
	}
	list, err := files.Doomed(ctx, 9)
	s.must(err)
	if !slices.Equal(list, []media.Doom{{ID: "med_1", AccountID: account, Size: 10}}) {
		s.Errorf("doomed: %v", list)
	}
	if u, err := files.Usage(ctx); err != nil || !maps.Equal(u, map[int64]media.Usage{account: {Bytes: 10, Files: 1}}) {
		s.Errorf("bytes without a record are not measured: %v, %v", u, err)
	}
	s.must(files.Buried(ctx, []string{"med_1"}))
	if list, err = files.Doomed(ctx, 9); err != nil || len(list) != 0 {
		s.Errorf("still doomed: %v, %v", list, err)
	}
}

func mediaForgotten(s *suite) {
	files, ctx := s.db.Media(), s.Context()
	s.must(s.db.Events().Append(ctx, s.mediaEvent(deviceA, "m1", "med_1", "med_2", "med_3")))
	s.must(files.Storing(ctx, "med_1", 10))
	s.exec(`UPDATE media SET created_at = 5 WHERE id <> 'med_3'`)
	for i, want := range []int{1, 1, 0} {
		n, err := files.Forget(ctx, time.UnixMilli(6), 1)
		s.must(err)
		if n != want {
			s.Errorf("step %d forgot %d, want %d", i, n, want)
		}
	}
	list, err := files.Doomed(ctx, 9)
	s.must(err)
	if s.count(`SELECT count(*) FROM media`) != 1 || len(list) != 1 {
		s.Errorf("doomed: %v", list)
	}
}

func mediaAdded(s *suite) {
	files, ctx := s.db.Media(), s.Context()
	r := media.Record{AccountID: account, DeviceID: deviceA, StoredSize: 7, Attachment: event.Attachment{ID: "med_1", Kind: event.MediaDocument, MimeType: "text/plain"}}
	s.must(files.Add(ctx, r))
	if got := s.file("med_1"); got.State != media.Storing || got.StoredSize != 7 || got.EventID != "" || !got.NextAt.IsZero() {
		s.Errorf("added: %+v", got)
	}
	s.must(files.Stored(ctx, "med_1", 7, []byte{1}))
	s.drops("med_1", true)
	if got := s.file("med_1"); got.State != media.Gone { // nobody else has it
		s.Errorf("dropped: %+v", got)
	}
	r.ID, r.DeviceID = "med_2", "00000000-0000-0000-0000-0000000000ff"
	s.refused(files.Add(ctx, r), fault.NotFound)
	if n := s.count(`SELECT count(*) FROM media`); n != 1 {
		s.Errorf("%d files", n)
	}
}

// What a reply quotes is chosen by the sender and end-to-end encrypted: nobody has bounded it on its way. An index of PostgreSQL
// takes no long value, and an event that is refused comes again for ever.
func mediaLongID(s *suite) {
	e := s.mediaEvent(deviceA, "m1", "med_1")
	random := make([]byte, 8<<10) // an index would compress what repeats itself
	_, _ = rand.Read(random)
	e.Attachments[0].MessageID = hex.EncodeToString(random)
	s.must(s.db.Events().Append(s.Context(), e))
	if r := s.file("med_1"); r.MessageID != "" || r.Filename == "" {
		s.Errorf("message %q, filename %q", r.MessageID, r.Filename)
	}
}
