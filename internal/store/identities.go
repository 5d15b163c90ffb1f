package store

import (
	"context"

	"wapost/internal/session"
)

// Identities keeps what each account has learnt about who is who.
type Identities struct{ db *DB }

// Identities returns the identities of all accounts.
func (db *DB) Identities() *Identities { return &Identities{db} }

var _ session.Identities = (*Identities)(nil)

// All returns what an account knows, the oldest first.
func (s *Identities) All(ctx context.Context, accountID int64) ([]session.Identity, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT lid, phone, chat_key, since FROM identities WHERE account_id = $1
UNION ALL SELECT '', phone, '', since FROM numbers WHERE account_id = $1 ORDER BY 4`, accountID)
	if err != nil {
		return nil, wrap("read identities", err)
	}
	list, err := scanAll(rows, func(row scanner) (i session.Identity, err error) {
		var since int64
		err = row.Scan(&i.LID, &i.Phone, &i.Key, &since)
		return i, err
	})
	return list, wrap("read identities", err)
}

// Learn adds pairs. A LID that has a new number gets it and keeps its key; a number that has a new LID leaves the old one.
func (s *Identities) Learn(ctx context.Context, accountID int64, learned []session.Identity) error {
	return s.db.Write(ctx, "learn identities", func(ctx context.Context, tx *Tx) error {
		for _, i := range learned {
			if max(len(i.LID), len(i.Phone)) > longestKey { // of nobody, and no index of PostgreSQL takes it
				continue
			}
			if err := learn(ctx, tx, accountID, i); err != nil {
				return err
			}
			if err := mergeChats(ctx, tx, accountID, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func learn(ctx context.Context, tx *Tx, accountID int64, i session.Identity) error {
	if i.LID == "" {
		_, err := tx.Exec(ctx, `INSERT INTO numbers (account_id, phone, since) VALUES ($1, $2, $3) ON CONFLICT (account_id, phone) DO NOTHING`,
			accountID, i.Phone, tx.Now())
		return err
	}
	for _, query := range []string{
		`UPDATE identities SET phone = '' WHERE account_id = $1 AND phone = $3 AND lid <> $2`,
		`DELETE FROM numbers WHERE account_id = $1 AND phone = $3 AND $2 <> ''`,
	} {
		if _, err := tx.Exec(ctx, query, accountID, i.LID, i.Phone); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO identities (account_id, lid, phone, chat_key, since) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, lid) DO UPDATE SET phone = excluded.phone, since = excluded.since WHERE identities.phone <> excluded.phone`,
		accountID, i.LID, i.Phone, i.Key, tx.Now())
	return err
}
