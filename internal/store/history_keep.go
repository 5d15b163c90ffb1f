package store

import (
	"context"
	"encoding/json"
	"fmt"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/history"
	"wapost/internal/session"
)

// The condition keeps out the content of a message that was known.
const insertOldMessage = `INSERT INTO old_messages (id, stored_at, body) SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM messages WHERE id = $4)`

// Keep implements history.Store.
func (s *Past) Keep(ctx context.Context, p *history.Part, chats []session.OldChat, messages []*event.Event) error {
	return s.db.Write(ctx, "keep history", func(ctx context.Context, tx *Tx) error {
		k := keeper{tx: tx, r: tx.round, device: p.DeviceID}
		fresh := 0
		if tx.round.keep {
			if err := tx.tellChats(ctx); err != nil {
				return err
			}
			for i := range chats {
				if err := k.chat(ctx, &chats[i], p.Type); err != nil {
					return fmt.Errorf("chat: %w", err)
				}
			}
			var err error
			if fresh, err = k.messages(ctx, messages); err != nil {
				return err
			}
		} else if err := k.names(ctx, chats, p.Type); err != nil {
			return err
		}
		p.Chats, p.Messages = p.Chats+len(chats), p.Messages+fresh
		_, err := tx.Exec(ctx, `UPDATE history_parts SET chats = $2, messages = $3, position = position + $4, updated_at = $5 WHERE id = $1`,
			p.ID, p.Chats, p.Messages, len(messages), tx.Now())
		return err
	})
}

// keeper writes a piece of a history in one transaction.
type keeper struct {
	tx     *Tx
	r      *round
	device string
}

// onDemand is the type of a part that somebody asked for: it says nothing about how the chat is now.
const onDemand = "on_demand"

// chat writes what is true of a chat. What the history says of unread messages counts only for a chat that is new here.
func (k *keeper) chat(ctx context.Context, c *session.OldChat, kind string) error {
	if len(c.Key) > longestKey {
		return nil
	}
	id, err := k.r.chatID(ctx, k.device, &chat.Note{Act: chat.Said, Chat: k.text(c.Key)})
	if err != nil || id == 0 || kind == onDemand {
		return err
	}
	if err := k.r.exec(ctx, `UPDATE chats SET name = CASE WHEN $2 = '' THEN name ELSE $2 END, unread = CASE WHEN last_at = 0 THEN $3 ELSE unread END WHERE id = $1`,
		id, k.text(c.Name), whole(c.Unread)); err != nil {
		return err
	}
	if !c.LastAt.IsZero() {
		if err := k.r.exec(ctx, tellChat, id, c.LastAt.UnixMilli(), 0, ""); err != nil {
			return err
		}
	}
	query := markChat
	if k.r.pipeline != nil {
		query = markChatServer
	}
	m := chat.Mark{Archived: c.Archived, Pinned: c.Pinned, MutedUntil: c.MutedUntil, Disappearing: c.Disappearing}
	return k.r.exec(ctx, query, markArgs(id, &m, "")...)
}

// names keeps what groups are called, where messages are not kept.
func (k *keeper) names(ctx context.Context, chats []session.OldChat, kind string) error {
	if kind == onDemand {
		return nil
	}
	notes := make([]chat.Note, len(chats))
	for i := range chats {
		notes[i] = chat.Note{Act: chat.Marked, Chat: chats[i].Key, Name: chats[i].Name}
	}
	return k.r.write(ctx, k.r.marks(k.device, notes))
}

const longestKey = 255

func whole(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

func (k *keeper) text(s string) string {
	if k.r.pipeline == nil {
		return s
	}
	return plain(s)
}

// old is a message under the number that it gets if it is new.
type old struct {
	event *event.Event
	chat  int64
	note  chat.Note
}

// messages inserts those that are not known, and returns how many.
func (k *keeper) messages(ctx context.Context, list []*event.Event) (int, error) {
	if err := k.r.firstOld(ctx); err != nil {
		return 0, err
	}
	given := map[int64]old{}
	highest := k.r.ledger.oldest - 1
	for _, e := range list {
		n, ok := chat.Of(e)
		data, isOld := e.Data.(event.HistoryMessage)
		if !ok || !isOld {
			continue
		}
		tidy(&n)
		chatID, err := k.r.chatID(ctx, k.device, &n)
		if err != nil {
			return 0, err
		}
		if chatID == 0 {
			continue // the device is gone
		}
		body, err := json.Marshal(data.Message)
		if err != nil {
			return 0, err
		}
		k.r.ledger.oldest--
		id := k.r.ledger.oldest
		given[id] = old{e, chatID, n}
		if err := k.insert(ctx, id, chatID, n.IDs[0], n.At.UnixMilli(), n.Sender, n.Kind, string(n.Status)); err != nil {
			return 0, err
		}
		if err := k.r.exec(ctx, insertOldMessage, id, k.tx.Now(), body, id); err != nil {
			return 0, err
		}
	}
	if err := k.send(ctx); err != nil || len(given) == 0 {
		return 0, err
	}
	return k.settle(ctx, given, highest)
}

// insert writes the row of a message, with the statement that is prepared where there is one.
func (k *keeper) insert(ctx context.Context, args ...any) error {
	if k.r.pipeline != nil {
		k.r.pipeline.queue(insertMessage, args...)
		return nil
	}
	_, err := k.r.stmts.insertMessage.ExecContext(ctx, args...)
	return err
}

// send brings to the server what was queued, which must not fail.
func (k *keeper) send(ctx context.Context) error {
	err := k.r.send(ctx)
	if err != nil {
		k.r.broken = err
	}
	return err
}

// settle finds out which messages were new, and writes what hangs on them: files, and how new their chats are.
func (k *keeper) settle(ctx context.Context, given map[int64]old, highest int64) (int, error) {
	added, err := k.r.messagesBetween(ctx, k.r.ledger.oldest, highest)
	if err != nil {
		return 0, err
	}
	var late []saidLate
	for _, id := range added {
		o := given[id]
		late = append(late, lateOf(o.chat, &o.note))
		if err := k.r.appendMedia(ctx, &event.Sealed{Event: o.event}); err != nil {
			return 0, err
		}
	}
	for _, s := range together(late) {
		if err := k.r.exec(ctx, tellChat, s.chat, s.at, s.unread, ""); err != nil {
			return 0, err
		}
	}
	return len(added), k.send(ctx)
}

// firstOld makes the writer know the number of the last old message.
func (r *round) firstOld(ctx context.Context) error {
	if r.ledger.oldest != 0 {
		return nil
	}
	var least int64
	if err := r.conn.QueryRowContext(ctx, `SELECT coalesce(min(id), 0) FROM messages`).Scan(&least); err != nil {
		return err
	}
	r.ledger.oldest = min(least, 0)
	return nil
}
