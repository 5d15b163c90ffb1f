package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"wapost/internal/chat"
)

const insertMessage = `INSERT INTO messages (id, chat_id, message_id, sent_at, sender, kind, status)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`

const tellChat = `UPDATE chats SET last_at = CASE WHEN last_at < $2 THEN $2 ELSE last_at END, unread = unread + $3,
name = CASE WHEN $4 = '' THEN name ELSE $4 END WHERE id = $1`

const upsertReceipt = `INSERT INTO receipts (chat_id, message_id, person, delivered_at, read_at, played_at, stored_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (chat_id, message_id, person) DO UPDATE SET delivered_at = coalesce(receipts.delivered_at, excluded.delivered_at),
read_at = coalesce(receipts.read_at, excluded.read_at), played_at = coalesce(receipts.played_at, excluded.played_at)`

const readHere = `UPDATE chats SET unread = (SELECT count(*) FROM messages m WHERE m.chat_id = chats.id AND m.sender <> 'me' AND m.sent_at >
	(SELECT max(r.sent_at) FROM messages r WHERE r.chat_id = chats.id AND r.message_id IN (SELECT value FROM json_each($2))))
WHERE id = $1 AND unread > 0 AND EXISTS (SELECT 1 FROM messages r WHERE r.chat_id = chats.id AND r.message_id IN (SELECT value FROM json_each($2)))`

// A mark of -2 stays: NULL is an end of a mute.
const markChat = `UPDATE chats SET archived = coalesce($2, archived), pinned = coalesce($3, pinned), unread = coalesce($4, unread),
muted_until = CASE WHEN $5 = -2 THEN muted_until WHEN $5 = 0 THEN NULL ELSE $5 END, disappearing_seconds = coalesce($6, disappearing_seconds),
name = CASE WHEN $7 = '' THEN name ELSE $7 END WHERE id = $1`

func markArgs(chatID int64, m *chat.Mark, name string) []any {
	args := []any{chatID, nil, nil, nil, int64(-2), nil, name}
	for i, b := range []*bool{m.Archived, m.Pinned} {
		if b != nil {
			args[i+1] = map[bool]int64{true: 1}[*b]
		}
	}
	if m.Unread != nil {
		args[3] = int64(*m.Unread)
	}
	switch {
	case m.MutedUntil == nil:
	case m.MutedUntil.IsZero():
		args[4] = int64(0)
	case m.MutedUntil.Equal(chat.Forever()):
		args[4] = int64(-1)
	default:
		args[4] = m.MutedUntil.UnixMilli()
	}
	if m.Disappearing != nil {
		args[5] = int64(*m.Disappearing)
	}
	return args
}

// saidLate is what a chat is told of its new messages, once for all of them.
type saidLate struct {
	chat, at, unread int64
	name             string
}

// insertNotes writes notes in their order; neighbours that are new messages together.
func (r *round) insertNotes(ctx context.Context, list []noted) error {
	var rows messageRows
	for _, n := range list {
		id, err := r.chatID(ctx, n.device, n.note)
		if err != nil {
			return err
		}
		switch {
		case id == 0:
		case n.note.Act == chat.Said:
			rows = append(rows, messageRow{n.seq, id, n.note})
		case n.note.Act == chat.Received:
			err = r.receive(ctx, id, n.note)
		default:
			if err = r.sayAll(ctx, rows); err == nil {
				rows, err = nil, r.change(ctx, id, n)
			}
		}
		if err != nil {
			return err
		}
	}
	return r.sayAll(ctx, rows)
}

func (r *round) receive(ctx context.Context, chatID int64, n *chat.Note) error {
	for _, message := range n.IDs {
		if _, err := r.stmts.upsertReceipt.ExecContext(ctx, receiptArgs(chatID, message, n, r.now)...); err != nil {
			return err
		}
	}
	return nil
}

func lateOf(chatID int64, n *chat.Note) saidLate {
	s := saidLate{chat: chatID, at: n.At.UnixMilli(), name: n.Name}
	if n.Counts {
		s.unread = 1
	}
	return s
}

// change does what happens seldom: edits, deletions, reading on another device.
func (r *round) change(ctx context.Context, chatID int64, n noted) error {
	var err error
	switch v := n.note; v.Act {
	case chat.Edited:
		q := arguments{chatID, v.IDs[0], n.seq}
		_, err = r.conn.ExecContext(ctx, `UPDATE messages SET edited = $3 WHERE chat_id = $1 AND message_id = $2`+q.bySender(v.By)+q.ofKind(v.Kind), q...)
	case chat.Deleted:
		q := arguments{chatID, v.IDs[0], v.At.UnixMilli()}
		_, err = r.conn.ExecContext(ctx, `UPDATE messages SET deleted = $3 WHERE chat_id = $1 AND message_id = $2`+q.bySender(v.By), q...)
	case chat.Marked:
		_, err = r.conn.ExecContext(ctx, markChat, markArgs(chatID, &v.Mark, v.Name)...)
	case chat.Removed, chat.Cleared, chat.Dropped:
		_, err = r.remove(ctx, chatID, n)
	case chat.ReadHere:
		list, err := json.Marshal(v.IDs)
		if err != nil {
			return err
		}
		_, err = r.conn.ExecContext(ctx, readHere, chatID, string(list))
		return err
	}
	return err
}

// bySender limits an act to messages of one person; nil = somebody who may act on all.
func (a *arguments) bySender(by []string) string {
	if by == nil {
		return ""
	}
	return ` AND sender IN (` + a.list(by) + `)`
}

// ofKind limits an act to messages of one kind; "" = all.
func (a *arguments) ofKind(kind string) string {
	if kind == "" {
		return ""
	}
	return ` AND kind IN (` + a.list([]string{kind}) + `)`
}

// chatID finds the number of a chat; a chat that is only now begun gets one. 0 = there is none, or its device is gone.
func (r *round) chatID(ctx context.Context, device string, n *chat.Note) (int64, error) {
	k := chatKey{device, n.Chat}
	if id, ok := r.ledger.chats.known[k]; ok {
		return id, nil
	}
	var id int64
	err := r.conn.QueryRowContext(ctx, `SELECT id FROM chats WHERE device_id = $1 AND key = $2`, device, n.Chat).Scan(&id)
	switch {
	case err == nil:
		r.ledger.chats.put(k, id)
		return id, nil
	case !errors.Is(err, sql.ErrNoRows):
		return 0, err
	case !n.Begins():
		return 0, nil
	}
	if err := r.lastChat(ctx); err != nil {
		return 0, err
	}
	id = r.ledger.chats.last + 1
	res, err := r.conn.ExecContext(ctx, `INSERT INTO chats (id, device_id, key, last_at) SELECT $1, id, $3, 0 FROM devices WHERE id = $2`, id, device, n.Chat)
	if err != nil {
		return 0, err
	}
	if added, err := res.RowsAffected(); err != nil || added == 0 {
		return 0, err
	}
	return r.ledger.chats.next(k), nil
}

// lastChat makes the writer know the highest number of a chat.
func (r *round) lastChat(ctx context.Context) error {
	if r.ledger.chats.last != 0 {
		return nil
	}
	return r.conn.QueryRowContext(ctx, lastChat).Scan(&r.ledger.chats.last)
}

// nextChat gives a chat a number, also one that has a number already.
func (r *round) nextChat(ctx context.Context, k chatKey) (int64, error) {
	if err := r.lastChat(ctx); err != nil {
		return 0, err
	}
	return r.ledger.chats.next(k), nil
}

// together makes one of all that is told to the same chat, in the order of their first.
func together(list []saidLate) []saidLate {
	if len(list) < 2 {
		return list
	}
	at := make(map[int64]int, len(list))
	sum := make([]saidLate, 0, len(list))
	for _, s := range list {
		i, ok := at[s.chat]
		if !ok {
			at[s.chat] = len(sum)
			sum = append(sum, s)
			continue
		}
		t := &sum[i]
		t.at, t.unread = max(t.at, s.at), t.unread+s.unread
		if s.name != "" {
			t.name = s.name
		}
	}
	return sum
}

func receiptArgs(chatID int64, message string, n *chat.Note, now int64) []any {
	args := []any{chatID, message, n.Receipt.Person, nil, nil, nil, now}
	at := n.At.UnixMilli()
	switch n.Receipt.Mark {
	case chat.Delivered:
		args[3] = at
	case chat.Read:
		args[4] = at
	case chat.Played:
		args[5] = at
	}
	return args
}
