package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"

	"wapost/internal/vault"
)

const (
	canaryKey     = "vault_canary"
	canaryPurpose = "canary"
)

var errWrongKey = errors.New("the instance key is not the one that this database was made with; give the right WAPOST_INSTANCE_KEY, or put instance.key back")

// querier is a pool or a connection.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// checkVault makes sure that what is sealed in the database can be opened with this key, so that a wrong one stops the start
// and not the first delivery. It writes without the writer, which does not run yet.
func checkVault(ctx context.Context, pool querier, v *vault.Vault) error {
	var kept string
	err := pool.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, canaryKey).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		sealed := base64.StdEncoding.EncodeToString(v.Seal(canaryPurpose, []byte(canaryPurpose)))
		_, err = pool.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, canaryKey, sealed)
		return err
	}
	if err != nil {
		return fmt.Errorf("read the mark of the instance key: %w", err)
	}
	sealed, err := base64.StdEncoding.DecodeString(kept)
	if err != nil {
		return errWrongKey
	}
	if _, err := v.Open(canaryPurpose, sealed); err != nil {
		return errWrongKey
	}
	return nil
}
