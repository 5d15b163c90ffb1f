package store

import (
	"context"

	"wapost/internal/session"
)

// mergeChats makes one chat of a person's two, now that the account knows that they are one person. It goes on under the key
// that the person's events have from now on.
func mergeChats(ctx context.Context, tx *Tx, accountID int64, i session.Identity) error {
	if i.LID == "" || i.Phone == "" {
		return nil
	}
	other, key := i.Phone+"@s.whatsapp.net", i.LID+"@lid"
	if i.Key != "" {
		other, key = key, i.Key+"@s.whatsapp.net"
	}
	if tx.round.notedIn(other) { // else a chat is begun under the key that nobody uses any more
		if err := tx.tellChats(ctx); err != nil {
			return err
		}
	}
	rows, err := tx.Query(ctx, `SELECT c.id, (SELECT l.id FROM chats l WHERE l.device_id = c.device_id AND l.key = $3)
FROM chats c JOIN devices d ON d.id = c.device_id WHERE d.account_id = $1 AND c.key = $2`, accountID, other, key)
	if err != nil {
		return err
	}
	type pair struct {
		old  int64
		into *int64
	}
	pairs, err := scanAll(rows, func(row scanner) (p pair, err error) { return p, row.Scan(&p.old, &p.into) })
	if err != nil || len(pairs) == 0 {
		return err
	}
	tx.round.ledger.chats.forget()
	for _, p := range pairs {
		if p.into == nil {
			if _, err := tx.Exec(ctx, `UPDATE chats SET key = $2 WHERE id = $1`, p.old, key); err != nil {
				return err
			}
			continue
		}
		if err := mergeInto(ctx, tx, p.old, *p.into); err != nil {
			return err
		}
	}
	return nil
}

// mergeInto moves what hangs on one chat to another one. What both have stays behind and goes with the old chat.
func mergeInto(ctx context.Context, tx *Tx, old, into int64) error {
	for _, statement := range []string{
		`UPDATE messages SET chat_id = $2 WHERE chat_id = $1 AND message_id NOT IN (SELECT message_id FROM messages WHERE chat_id = $2)`,
		`UPDATE receipts SET chat_id = $2 WHERE chat_id = $1 AND message_id NOT IN (SELECT message_id FROM receipts WHERE chat_id = $2)`,
		`UPDATE chats SET unread = unread + (SELECT o.unread FROM chats o WHERE o.id = $1), name = CASE WHEN name = '' THEN (SELECT o.name FROM chats o WHERE o.id = $1) ELSE name END,
	last_at = (SELECT max(b.last_at) FROM chats b WHERE b.id IN ($1, $2)), archived = (SELECT max(b.archived) FROM chats b WHERE b.id IN ($1, $2)),
	pinned = (SELECT max(b.pinned) FROM chats b WHERE b.id IN ($1, $2)), muted_until = coalesce(muted_until, (SELECT o.muted_until FROM chats o WHERE o.id = $1)) WHERE id = $2`,
	} {
		if _, err := tx.Exec(ctx, statement, old, into); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE chats SET device_id = NULL WHERE id = $1`, old)
	return err
}
