package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
)

// chatRow is a chat on record.
type chatRow struct {
	id  int64
	key string
	chat.Summary
}

// The other address of a person is joined from what the account has learnt; $1 is the account, $2 the device.
const selectChats = `SELECT c.id, c.key, c.name, c.last_at, c.unread, c.archived, c.pinned, c.muted_until, c.disappearing_seconds, i.phone, n.lid
FROM chats c LEFT JOIN identities i ON i.account_id = $1 AND i.lid = CASE WHEN c.key LIKE '%@lid' THEN substr(c.key, 1, length(c.key) - 4) END
LEFT JOIN identities n ON n.account_id = $1 AND n.phone = CASE WHEN c.key LIKE '%@s.whatsapp.net' THEN substr(c.key, 1, length(c.key) - 15) END
WHERE c.device_id = $2 AND c.last_at > 0`

// List returns a page of the chats of a device, the one with the newest message first, and the cursor of the next page. It
// sorts in memory: an index by time would be written with every message, and a device has some thousand chats at most.
func (s *Messages) List(ctx context.Context, accountID int64, deviceID string, f chat.Filter) ([]chat.Summary, string, error) {
	at, after, err := readCursor(f.After)
	if err != nil {
		return nil, "", err
	}
	if err := s.db.told(ctx); err != nil {
		return nil, "", err
	}
	rows, err := s.db.read.QueryContext(ctx, selectChats, accountID, deviceID)
	if err != nil {
		return nil, "", wrap("list chats", err)
	}
	all, err := scanAll(rows, scanChat)
	if err != nil {
		return nil, "", wrap("list chats", err)
	}
	if f.After != "" {
		id, err := strconv.ParseInt(after, 10, 64)
		if err != nil {
			return nil, "", fault.New(fault.Invalid, "after is not a cursor of this list")
		}
		place := chatRow{id: id, Summary: chat.Summary{LastAt: time.UnixMilli(at)}}
		all = slices.DeleteFunc(all, func(c chatRow) bool { return newestFirst(c, place) <= 0 })
	}
	all = slices.DeleteFunc(all, func(c chatRow) bool { return !listed(&c.Summary, c.key, &f) })
	slices.SortFunc(all, newestFirst)
	next := ""
	if len(all) > f.Limit {
		all = all[:f.Limit]
		last := all[f.Limit-1]
		next = cursorOf(last.LastAt, strconv.FormatInt(last.id, 10))
	}
	list, err := s.withLast(ctx, all)
	return list, next, wrap("list chats", err)
}

func newestFirst(a, b chatRow) int {
	if c := b.LastAt.Compare(a.LastAt); c != 0 {
		return c
	}
	return int(b.id - a.id)
}

func listed(c *chat.Summary, key string, f *chat.Filter) bool {
	switch {
	case f.Kind == "" && c.Kind == event.StatusChat, f.Kind != "" && c.Kind != f.Kind:
		return false
	case f.Archived != nil && *f.Archived != c.Archived, f.Unread != nil && *f.Unread != (c.Unread > 0):
		return false
	}
	text := strings.ToLower(f.Text)
	has := func(s *string) bool { return s != nil && strings.Contains(strings.ToLower(*s), text) }
	return text == "" || has(c.Name) || has(c.Phone) || has(&key)
}

// Chat returns one chat, under any of its addresses. Errors: fault.NotFound "No such chat".
func (s *Messages) Chat(ctx context.Context, accountID int64, deviceID, jid string) (chat.Summary, error) {
	row, err := s.chat(ctx, accountID, deviceID, jid)
	if err != nil {
		return chat.Summary{}, err
	}
	list, err := s.withLast(ctx, []chatRow{row})
	if err != nil {
		return chat.Summary{}, wrap("read chat", err)
	}
	return list[0], nil
}

func (s *Messages) chat(ctx context.Context, accountID int64, deviceID, jid string) (chatRow, error) {
	if err := s.db.told(ctx); err != nil {
		return chatRow{}, err
	}
	keys, err := s.db.Events().Aliases(ctx, accountID, jid)
	if err != nil {
		return chatRow{}, err
	}
	q := arguments{accountID, deviceID}
	row, err := scanChat(s.db.read.QueryRowContext(ctx, selectChats+` AND c.key IN (`+q.list(keys)+`) ORDER BY c.last_at DESC LIMIT 1`, q...))
	if errors.Is(err, sql.ErrNoRows) {
		return chatRow{}, fault.New(fault.NotFound, "No such chat")
	}
	return row, wrap("read chat", err)
}

func scanChat(row scanner) (chatRow, error) {
	var (
		c                chatRow
		name             string
		last             int64
		archived, pinned int
		muted            sql.NullInt64
		phone, lid       sql.NullString
	)
	if err := row.Scan(&c.id, &c.key, &name, &last, &c.Unread, &archived, &pinned, &muted, &c.DisappearingSeconds, &phone, &lid); err != nil {
		return c, err
	}
	user, server, _ := strings.Cut(c.key, "@")
	c.Chat = event.Chat{JID: c.key, Kind: event.ChatKindOf(user, server), Name: event.Text(name)}
	if c.Kind == event.DirectChat {
		p := personOf(c.key, phone.String, lid.String)
		c.LID, c.Phone = p.LID, p.Phone
	}
	c.LastAt, c.Archived, c.Pinned = time.UnixMilli(last), archived != 0, pinned != 0
	if c.MutedUntil = instant(muted); muted.Int64 < 0 {
		c.MutedUntil = chat.Forever()
	}
	return c, nil
}

// withLast adds the newest message of each chat.
func (s *Messages) withLast(ctx context.Context, rows []chatRow) ([]chat.Summary, error) {
	list := make([]chat.Summary, len(rows))
	if len(rows) == 0 {
		return list, nil
	}
	ids, at := make([]string, len(rows)), map[int64]int{}
	for i, r := range rows {
		list[i], ids[i], at[r.id] = r.Summary, strconv.FormatInt(r.id, 10), i
	}
	found, err := s.db.read.QueryContext(ctx, `SELECT c.id, `+kept+` FROM chats c JOIN messages m ON m.id =
	(SELECT n.id FROM messages n WHERE n.chat_id = c.id ORDER BY n.sent_at DESC, n.id DESC LIMIT 1)`+keptJoins+`
WHERE c.id IN (`+strings.Join(ids, ", ")+`)`)
	if err != nil {
		return nil, err
	}
	_, err = scanAll(found, func(row scanner) (struct{}, error) {
		var id int64
		stored, err := scanStored(prefixed{row, []any{&id}})
		if err != nil || stored.Body == nil {
			return struct{}{}, err
		}
		k, err := stored.Message()
		list[at[id]].Last = &k
		return struct{}{}, err
	})
	return list, err
}

// prefixed scans more columns before the others.
type prefixed struct {
	scanner
	first []any
}

func (p prefixed) Scan(dest ...any) error { return p.scanner.Scan(append(p.first, dest...)...) }
