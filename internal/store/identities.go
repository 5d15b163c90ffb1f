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

// All returns what an account knows.
func (s *Identities) All(ctx context.Context, accountID int64) ([]session.Identity, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT lid, phone FROM identities WHERE account_id = $1`, accountID)
	if err != nil {
		return nil, wrap("read identities", err)
	}
	list, err := scanAll(rows, func(row scanner) (i session.Identity, err error) {
		err = row.Scan(&i.LID, &i.Phone)
		return i, err
	})
	return list, wrap("read identities", err)
}

// Learn adds pairs. A LID that has a new number gets it.
func (s *Identities) Learn(ctx context.Context, accountID int64, learned []session.Identity) error {
	return s.db.Write(ctx, "learn identities", func(ctx context.Context, tx *Tx) error {
		for _, i := range learned {
			_, err := tx.Exec(ctx, `INSERT INTO identities (account_id, lid, phone, since) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, lid) DO UPDATE SET phone = excluded.phone, since = excluded.since WHERE identities.phone <> excluded.phone`,
				accountID, i.LID, i.Phone, tx.Now())
			if err != nil {
				return err
			}
		}
		return nil
	})
}
