package store

import (
	"context"
	"database/sql"
	"errors"
)

// Meta returns a value that the instance keeps about itself; "" when it was never set.
func (db *DB) Meta(ctx context.Context, key string) (string, error) {
	var v string
	err := db.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, wrap("read "+key, err)
}

// SetMeta keeps a value.
func (db *DB) SetMeta(ctx context.Context, key, value string) error {
	return db.Write(ctx, "set "+key, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
}
