package store

import (
	"context"
	"slices"

	"wapost/internal/chat"
)

// messageRow is a new message of a chat.
type messageRow struct {
	seq, chat int64
	note      *chat.Note
}

type messageRows []messageRow

// messagesAtOnce is how many messages one statement inserts.
const messagesAtOnce = 32

const messageColumns = 7

func insertMessagesStatement(rows int) string {
	return `INSERT OR IGNORE INTO messages (id, chat_id, message_id, sent_at, sender, kind, status) VALUES ` + places(rows, messageColumns)
}

// sayAll inserts new messages, in the order of the log, and tells their chats. Of an id that a chat has already the first one
// counts.
func (r *round) sayAll(ctx context.Context, rows messageRows) error {
	late := make([]saidLate, 0, len(rows))
	for part := range slices.Chunk(rows, messagesAtOnce) {
		added, err := r.insertMessages(ctx, part)
		if err != nil {
			return err
		}
		for _, m := range added {
			late = append(late, lateOf(m.chat, m.note))
		}
	}
	for _, s := range together(late) {
		if _, err := r.stmts.tellChat.ExecContext(ctx, s.chat, s.at, s.unread, s.name); err != nil {
			return err
		}
	}
	return nil
}

// insertMessages inserts up to messagesAtOnce rows and returns those that are new.
func (r *round) insertMessages(ctx context.Context, rows messageRows) (messageRows, error) {
	if len(rows) < messagesAtOnce {
		return r.insertSingly(ctx, rows)
	}
	args := make([]any, 0, messagesAtOnce*messageColumns)
	for _, m := range rows {
		args = append(args, m.args()...)
	}
	res, err := r.stmts.insertMessages.ExecContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	if n, err := res.RowsAffected(); err != nil || int(n) == len(rows) {
		return rows, err
	}
	ids, err := r.messagesBetween(ctx, rows[0].seq, rows[len(rows)-1].seq)
	return slices.DeleteFunc(slices.Clone(rows), func(m messageRow) bool { return !slices.Contains(ids, m.seq) }), err
}

// messagesBetween returns which messages there are of some numbers.
func (r *round) messagesBetween(ctx context.Context, first, last int64) ([]int64, error) {
	rows, err := r.conn.QueryContext(ctx, `SELECT id FROM messages WHERE id BETWEEN $1 AND $2`, first, last)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(row scanner) (id int64, err error) { return id, row.Scan(&id) })
}

func (r *round) insertSingly(ctx context.Context, rows messageRows) (messageRows, error) {
	fresh := make(messageRows, 0, len(rows))
	for _, m := range rows {
		res, err := r.stmts.insertMessage.ExecContext(ctx, m.args()...)
		if err != nil {
			return nil, err
		}
		if n, err := res.RowsAffected(); err != nil {
			return nil, err
		} else if n > 0 {
			fresh = append(fresh, m)
		}
	}
	return fresh, nil
}

func (m messageRow) args() []any {
	n := m.note
	return []any{m.seq, m.chat, n.IDs[0], n.At.UnixMilli(), n.Sender, n.Kind, string(n.Status)}
}
