package store

import (
	"context"
	"database/sql"
)

// reader is the pool that only reads. What is looked for comes from strangers like what is stored, so on a server it goes the
// same way: an id that PostgreSQL cannot hold is not found, instead of being an error that SQLite does not know.
type reader struct {
	*sql.DB
	server bool
}

// QueryContext implements queryFunc.
func (r reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.DB.QueryContext(ctx, query, r.storable(args)...)
}

// QueryRowContext is QueryContext for one row.
func (r reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return r.DB.QueryRowContext(ctx, query, r.storable(args)...)
}

func (r reader) storable(args []any) []any {
	if r.server {
		return storable(args)
	}
	return args
}
