package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
)

// A mark is a sealed word, one for each instance key that something in the database may be sealed with.
const (
	canaryKey     = "vault_canary" // of the first key; later ones append _ and their id
	canaryPurpose = "canary"
)

var errWrongKey = errors.New("the instance key is not the one that this database was made with; give the right WAPOST_INSTANCE_KEY, or put instance.key back. " +
	"If you have changed the key, give the old one behind the new one")

// querier is a pool or a connection.
type querier interface {
	BeginTx(ctx context.Context, o *sql.TxOptions) (*sql.Tx, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// checkVault makes sure that what is sealed in the database can be opened with these keys, so that a wrong one stops the start
// and not the first delivery. Then it seals everything with the first of them. It writes without the writer, which does not
// run yet.
func (db *DB) checkVault(ctx context.Context) error {
	current, old, err := db.marks(ctx)
	if err != nil {
		return err
	}
	if !current { // before anything is sealed with the key: if we are cut off, no start goes without it
		name := canaryKey + "_" + db.vault.ID()
		sealed := base64.StdEncoding.EncodeToString(db.vault.Seal(canaryPurpose, []byte(canaryPurpose)))
		if _, err := db.writing().ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2)`, name, sealed); err != nil {
			return fmt.Errorf("mark the instance key: %w", err)
		}
	}
	if len(old) > 0 {
		return db.reseal(ctx, old)
	}
	return nil
}

// marks opens all marks. It tells whether the current key has one, and the names of those of other keys.
func (db *DB) marks(ctx context.Context) (current bool, old []string, err error) {
	rows, err := db.writing().QueryContext(ctx, `SELECT key, value FROM meta WHERE key LIKE $1 ORDER BY key`, canaryKey+"%")
	if err != nil {
		return false, nil, fmt.Errorf("read the marks of the instance keys: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return false, nil, fmt.Errorf("read the marks of the instance keys: %w", err)
		}
		sealed, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			_, err = db.vault.Open(canaryPurpose, sealed)
		}
		switch {
		case err != nil:
			return false, nil, errWrongKey
		case db.vault.Current(sealed):
			current = true
		default:
			old = append(old, name)
		}
	}
	return current, old, rows.Err()
}
