package store

import (
	"context"
	"database/sql"

	"wapost/internal/chat"
	"wapost/internal/fault"
)

// Messages finds messages and chats.
type Messages struct{ db *DB }

// Messages returns the store of messages.
func (db *DB) Messages() *Messages { return &Messages{db} }

var _ chat.Finder = (*Messages)(nil)

// kept are the parts of a message, for scanKept. An event that has left the log takes its message with it.
const kept = `coalesce(e.body, o.body), e.raw, x.body, m.deleted, m.status, (SELECT count(r.delivered_at) FROM receipts r WHERE r.chat_id = m.chat_id AND r.message_id = m.message_id),
	(SELECT count(r.read_at) FROM receipts r WHERE r.chat_id = m.chat_id AND r.message_id = m.message_id),
	(SELECT count(r.played_at) FROM receipts r WHERE r.chat_id = m.chat_id AND r.message_id = m.message_id)`

const keptJoins = ` LEFT JOIN events e ON e.seq = m.id LEFT JOIN old_messages o ON o.id = m.id LEFT JOIN events x ON x.seq = m.edited`

// Find implements chat.Finder.
func (s *Messages) Find(ctx context.Context, accountID int64, deviceID, inChat, messageID string) (chat.Kept, error) {
	if err := s.db.told(ctx); err != nil {
		return chat.Kept{}, err
	}
	q := arguments{deviceID, messageID}
	where := ""
	if inChat != "" {
		keys, err := s.db.Events().Aliases(ctx, accountID, inChat)
		if err != nil {
			return chat.Kept{}, err
		}
		where = ` AND c.key IN (` + q.list(keys) + `)`
	}
	rows, err := s.db.read.QueryContext(ctx, `SELECT `+kept+` FROM messages m JOIN chats c ON c.id = m.chat_id`+keptJoins+`
WHERE c.device_id = $1 AND m.message_id = $2`+where+` LIMIT 2`, q...)
	if err != nil {
		return chat.Kept{}, wrap("find message", err)
	}
	list, err := scanAll(rows, scanStored)
	switch {
	case err != nil:
		return chat.Kept{}, wrap("find message", err)
	case len(list) == 0 || list[0].Body == nil:
		return chat.Kept{}, fault.New(fault.NotFound, "No such message")
	case len(list) > 1 && inChat == "":
		return chat.Kept{}, fault.New(fault.Conflict, "Several chats have a message with this id; say which with chat")
	}
	k, err := list[0].Message()
	return k, wrap("read message", err)
}

func scanStored(row scanner) (chat.Stored, error) {
	var (
		s                       chat.Stored
		deleted                 sql.NullInt64
		delivered, read, played int
	)
	if err := row.Scan(&s.Body, &s.Raw, &s.Edit, &deleted, &s.Status, &delivered, &read, &played); err != nil {
		return s, err
	}
	s.DeletedAt = instant(deleted)
	for status, n := range map[chat.Status]int{chat.Delivered: delivered, chat.Read: read, chat.Played: played} {
		if n > 0 {
			s.Status = s.Status.Further(status)
		}
	}
	return s, nil
}
