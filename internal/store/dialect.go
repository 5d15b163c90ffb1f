package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// dialect is what differs between the databases. Everything else is one SQL text for both.
type dialect struct {
	migrations string // folder
	goose      goose.Dialect
	// head selects the highest number that an event ever had, also when its row is gone.
	head string
	// begin, commit and rollback turn a round of the writer. begin returns the transaction's number where the server can be
	// asked about it later, else 0.
	begin    func(ctx context.Context, conn *sql.Conn, s *statements) (xid int64, err error)
	commit   func(ctx context.Context, conn *sql.Conn, s *statements) error
	rollback func(ctx context.Context, conn *sql.Conn, s *statements) error
	// shared says that other processes may reach the database: the writer holds a lock, on a connection that it may lose, and
	// sends statements together because each one travels.
	shared bool
}

// sqliteDialect: the database is a file of ours.
func sqliteDialect() dialect {
	return dialect{
		migrations: "migrations/sqlite",
		goose:      goose.DialectSQLite3,
		head:       `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'`,
		begin: func(ctx context.Context, _ *sql.Conn, s *statements) (int64, error) {
			_, err := s.begin.ExecContext(ctx)
			return 0, err
		},
		commit: func(ctx context.Context, _ *sql.Conn, s *statements) error {
			_, err := s.commit.ExecContext(ctx)
			return err
		},
		rollback: func(ctx context.Context, _ *sql.Conn, s *statements) error {
			_, err := s.rollback.ExecContext(ctx)
			return err
		},
	}
}

// postgresDialect: the database is a server.
func postgresDialect() dialect {
	return dialect{
		migrations: "migrations/postgres",
		goose:      goose.DialectPostgres,
		// The sequence is set beside every insert (see pipeline.go); a fresh one has given no number yet.
		head:   `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_seq_seq`,
		begin:  beginNumbered,
		commit: commitChecked,
		rollback: func(ctx context.Context, conn *sql.Conn, _ *statements) error {
			_, err := conn.ExecContext(ctx, "ROLLBACK")
			return err
		},
		shared: true,
	}
}

// migrationOptions makes two processes that start at once migrate one after the other.
func (d *dialect) migrationOptions() ([]goose.ProviderOption, error) {
	if !d.shared {
		return nil, nil
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return []goose.ProviderOption{goose.WithSessionLocker(locker)}, nil
}
