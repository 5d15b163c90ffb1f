package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
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

// metaNumber reads a number that is kept as a value; 0 when it was never set.
func metaNumber(ctx context.Context, on rowQuerier, key string) (n int64, err error) {
	var text string
	if err = on.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, key).Scan(&text); errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err == nil {
		n, err = strconv.ParseInt(text, 10, 64)
	}
	return n, err
}

// rowQuerier is a pool, a connection or a transaction.
type rowQuerier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

const setMeta = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`

// SetMeta keeps a value.
func (db *DB) SetMeta(ctx context.Context, key, value string) error {
	return db.Write(ctx, "set "+key, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, setMeta, key, value)
		return err
	})
}
