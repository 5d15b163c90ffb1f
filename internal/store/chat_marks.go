package store

import (
	"context"
	"database/sql"
	"errors"

	"wapost/internal/chat"
	"wapost/internal/session"
)

var _ session.Chats = (*Messages)(nil)

// Mark implements session.Chats.
func (s *Messages) Mark(ctx context.Context, deviceID string, notes []chat.Note) error {
	return s.db.Write(ctx, "mark chats", func(ctx context.Context, tx *Tx) error {
		if err := tx.tellChats(ctx); err != nil {
			return err
		}
		return tx.round.write(ctx, tx.round.marks(deviceID, notes))
	})
}

// marks returns the notes that are to be written.
func (r *round) marks(deviceID string, notes []chat.Note) []noted {
	list := make([]noted, 0, len(notes))
	for _, n := range notes {
		if len(n.Chat) > longestKey || n.Act != chat.Marked || !r.keep && !n.Names() {
			continue
		}
		if r.pipeline != nil {
			tidy(&n)
		}
		list = append(list, noted{note: &n, device: deviceID})
	}
	return list
}

// Name implements session.Chats.
func (s *Messages) Name(ctx context.Context, deviceID, key string) (name string, err error) {
	err = s.db.read.QueryRowContext(ctx, `SELECT name FROM chats WHERE device_id = $1 AND key = $2`, deviceID, key).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, wrap("read the name of a chat", err)
}
