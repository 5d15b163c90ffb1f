package store

import (
	"context"

	"wapost/internal/chat"
)

// step is a statement with its arguments.
type step struct {
	query string
	args  []any
}

// leftOver lowers what is unread of the chat $1 to what is there.
const leftOver = `UPDATE chats SET unread = CASE WHEN unread > ` + unreadLeft + ` THEN ` + unreadLeft + ` ELSE unread END WHERE id = $1`

const unreadLeft = `(SELECT count(*) FROM messages m WHERE m.chat_id = chats.id AND m.sender <> 'me')`

// removal takes a message out of its chat that was deleted for the own account. Its event stays in the log.
func removal(chatID int64, id string) []step {
	const this = `chat_id = $1 AND message_id = $2`
	args := []any{chatID, id}
	return []step{
		{`DELETE FROM old_messages WHERE id IN (SELECT id FROM messages WHERE ` + this + ` AND id < 0)`, args},
		{`DELETE FROM receipts WHERE ` + this, args},
		{`DELETE FROM messages WHERE ` + this, args},
		{leftOver, []any{chatID}},
	}
}

// clearance empties a chat, by the event with the number seq. What was said in it may be a million messages, and deleting them
// would keep the writer from everybody: the row of the chat is let go of, as that of a deleted device, and the sweep deletes in
// steps what hangs on it. What stays moves to a new row: it was said after the moment, or recorded after the event.
func clearance(old, fresh int64, device string, n *chat.Note, seq int64) []step {
	insert := `INSERT INTO chats (id, device_id, key, name, last_at, unread, archived, pinned, muted_until, disappearing_seconds)
SELECT $1, d.id, c.key, c.name, c.last_at, c.unread, c.archived, c.pinned, c.muted_until, c.disappearing_seconds
FROM chats c JOIN devices d ON d.id = $3 WHERE c.id = $2`
	steps := []step{
		{`UPDATE chats SET device_id = NULL WHERE id = $1`, []any{old}},
		{insert, []any{fresh, old, device}},
		{`UPDATE messages SET chat_id = $1 WHERE chat_id = $2 AND (sent_at > $3 OR id > $4) AND EXISTS (SELECT 1 FROM chats f WHERE f.id = $1)`,
			[]any{fresh, old, n.At.UnixMilli(), seq}},
		{`UPDATE receipts SET chat_id = $1 WHERE chat_id = $2 AND message_id IN (SELECT m.message_id FROM messages m WHERE m.chat_id = $1)`, []any{fresh, old}},
		{leftOver, []any{fresh}},
	}
	if n.Act == chat.Dropped { // a chat without a message is not listed; its name stays for the next one
		steps = append(steps, step{`UPDATE chats SET archived = 0, pinned = 0,
	last_at = coalesce((SELECT max(m.sent_at) FROM messages m WHERE m.chat_id = chats.id), 0) WHERE id = $1`, []any{fresh}})
	}
	return steps
}

// remove does what was deleted for the own account alone. It returns the number of the chat from now on.
func (r *round) remove(ctx context.Context, chatID int64, n noted) (int64, error) {
	steps := []step(nil)
	if n.note.Act == chat.Removed {
		steps = removal(chatID, n.note.IDs[0])
	} else {
		fresh, err := r.nextChat(ctx, chatKey{n.device, n.note.Chat})
		if err != nil {
			return 0, err
		}
		steps = clearance(chatID, fresh, n.device, n.note, n.seq)
		chatID = fresh
	}
	for _, s := range steps {
		if err := r.exec(ctx, s.query, s.args...); err != nil {
			return 0, err
		}
	}
	return chatID, nil
}
