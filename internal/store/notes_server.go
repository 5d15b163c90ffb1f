package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"wapost/internal/chat"
)

const (
	insertChats = `INSERT INTO chats (id, device_id, key, last_at)
SELECT u.id, d.id, u.key, 0 FROM unnest($1::BIGINT[], $2::TEXT[], $3::TEXT[]) AS u (id, device_id, key) JOIN devices d ON d.id = u.device_id
ON CONFLICT DO NOTHING`

	// The chats of the messages that are new, and only those, are told; of several with one id the first one counts.
	insertMessages = `WITH given AS (
	SELECT DISTINCT ON (u.chat_id, u.message_id) u.* FROM unnest($1::BIGINT[], $2::BIGINT[], $3::TEXT[], $4::BIGINT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::BIGINT[], $9::TEXT[])
		AS u (id, chat_id, message_id, sent_at, sender, kind, status, unread, name) ORDER BY u.chat_id, u.message_id, u.id
), added AS (
	INSERT INTO messages (id, chat_id, message_id, sent_at, sender, kind, status)
	SELECT id, chat_id, message_id, sent_at, sender, kind, status FROM given ON CONFLICT DO NOTHING RETURNING id
), told AS (
	SELECT g.chat_id, max(g.sent_at) AS at, sum(g.unread) AS unread, (array_agg(g.name ORDER BY g.id DESC) FILTER (WHERE g.name <> ''))[1] AS name
	FROM given g JOIN added a ON a.id = g.id GROUP BY g.chat_id
)
UPDATE chats SET last_at = greatest(chats.last_at, t.at), unread = chats.unread + t.unread, name = coalesce(t.name, chats.name)
FROM told t WHERE chats.id = t.chat_id`

	editMessage = `UPDATE messages SET edited = $3 WHERE chat_id = $1 AND message_id = $2 AND ($4::TEXT[] IS NULL OR sender = ANY ($4::TEXT[]))
	AND ($5 = '' OR kind = $5)`
	deleteMessage = `UPDATE messages SET deleted = $3 WHERE chat_id = $1 AND message_id = $2 AND ($4::TEXT[] IS NULL OR sender = ANY ($4::TEXT[]))`

	markChatServer = `UPDATE chats SET archived = coalesce($2::BIGINT, archived), pinned = coalesce($3::BIGINT, pinned), unread = coalesce($4::BIGINT, unread),
muted_until = CASE WHEN $5::BIGINT = -2 THEN muted_until WHEN $5::BIGINT = 0 THEN NULL ELSE $5::BIGINT END,
disappearing_seconds = coalesce($6::BIGINT, disappearing_seconds), name = CASE WHEN $7::TEXT = '' THEN name ELSE $7::TEXT END WHERE id = $1`

	readThere = `UPDATE chats SET unread = (SELECT count(*) FROM messages m WHERE m.chat_id = chats.id AND m.sender <> 'me' AND m.sent_at >
	(SELECT max(r.sent_at) FROM messages r WHERE r.chat_id = chats.id AND r.message_id = ANY ($2::TEXT[])))
WHERE id = $1 AND unread > 0 AND EXISTS (SELECT 1 FROM messages r WHERE r.chat_id = chats.id AND r.message_id = ANY ($2::TEXT[]))`
)

// lookUpChats asks which numbers chats have, unless we know.
func (r *round) lookUpChats(ctx context.Context, notes []noted) error {
	var devices, keys []string
	asked := map[chatKey]bool{}
	for _, n := range notes {
		k := chatKey{n.device, n.note.Chat}
		if _, known := r.ledger.chats.known[k]; !known && !asked[k] {
			asked[k] = true
			devices, keys = append(devices, k.device), append(keys, k.chat)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	if r.ledger.chats.last == 0 {
		b.Queue(lastChat).QueryRow(func(row pgx.Row) error { return row.Scan(&r.ledger.chats.last) })
	}
	b.Queue(`SELECT c.id, c.device_id, c.key FROM unnest($1::TEXT[], $2::TEXT[]) AS u (device_id, key) JOIN chats c ON c.device_id = u.device_id AND c.key = u.key`,
		devices, keys).Query(func(rows pgx.Rows) error {
		var id int64
		var k chatKey
		_, err := pgx.ForEachRow(rows, []any{&id, &k.device, &k.chat}, func() error { r.ledger.chats.put(k, id); return nil })
		return err
	})
	return onWire(r.conn, func(c *pgx.Conn) error { return c.SendBatch(ctx, b).Close() })
}

// tidy makes texts such that PostgreSQL takes them.
func tidy(n *chat.Note) {
	n.Chat, n.Name, n.Sender, n.Kind, n.Receipt.Person = plain(n.Chat), plain(n.Name), plain(n.Sender), plain(n.Kind), plain(n.Receipt.Person)
	for _, list := range [][]string{n.IDs, n.By} {
		for i := range list {
			list[i] = plain(list[i])
		}
	}
}

// queueNotes queues what events mean for messages: new chats, new messages, then what acts on them.
func (r *round) queueNotes(ctx context.Context, notes []noted) error {
	if err := r.lookUpChats(ctx, notes); err != nil {
		return err
	}
	ids := r.queueChats(notes)
	var m newMessages
	for i, n := range notes {
		if n.note.Act == chat.Said {
			m.add(n.seq, ids[i], n.note)
		}
	}
	if len(m.ids) > 0 {
		r.pipeline.queue(insertMessages, m.ids, m.chats, m.names, m.times, m.senders, m.kinds, m.states, m.unread, m.titles)
	}
	now := map[int64]int64{} // numbers of chats that were cleared
	for i, n := range notes {
		id := ids[i]
		for now[id] != 0 {
			id = now[id]
		}
		switch {
		case id == 0:
		case n.note.Act == chat.Removed, n.note.Act == chat.Cleared, n.note.Act == chat.Dropped:
			fresh, err := r.remove(ctx, id, n)
			if err != nil {
				return err
			}
			if fresh != id {
				now[id] = fresh
			}
		default:
			r.queueAct(id, n)
		}
	}
	return nil
}

// queueChats returns the number of each note's chat; 0 = there is none.
func (r *round) queueChats(notes []noted) []int64 {
	ids := make([]int64, len(notes))
	var fresh []int64
	var devices, keys []string
	for i, n := range notes {
		k := chatKey{n.device, n.note.Chat}
		id, known := r.ledger.chats.known[k]
		if !known && n.note.Begins() {
			id = r.ledger.chats.next(k)
			fresh, devices, keys = append(fresh, id), append(devices, k.device), append(keys, k.chat)
		}
		ids[i] = id
	}
	if len(fresh) > 0 {
		r.pipeline.queue(insertChats, fresh, devices, keys)
	}
	return ids
}

func (r *round) queueAct(chatID int64, n noted) {
	switch v := n.note; v.Act {
	case chat.Edited:
		r.pipeline.queue(editMessage, chatID, v.IDs[0], n.seq, v.By, v.Kind)
	case chat.Deleted:
		r.pipeline.queue(deleteMessage, chatID, v.IDs[0], v.At.UnixMilli(), v.By)
	case chat.Received:
		for _, id := range v.IDs {
			r.pipeline.queue(upsertReceipt, receiptArgs(chatID, id, v, r.now)...)
		}
	case chat.Marked:
		r.pipeline.queue(markChatServer, markArgs(chatID, &v.Mark, v.Name)...)
	case chat.ReadHere:
		r.pipeline.queue(readThere, chatID, v.IDs)
	}
}

// newMessages are the columns of an insert.
type newMessages struct {
	ids, chats, times, unread             []int64
	names, senders, kinds, states, titles []string
}

func (m *newMessages) add(seq, chatID int64, n *chat.Note) {
	late := lateOf(chatID, n)
	m.ids, m.chats, m.times, m.unread = append(m.ids, seq), append(m.chats, chatID), append(m.times, late.at), append(m.unread, late.unread)
	m.names, m.senders, m.kinds = append(m.names, n.IDs[0]), append(m.senders, n.Sender), append(m.kinds, n.Kind)
	m.states, m.titles = append(m.states, string(n.Status)), append(m.titles, late.name)
}
