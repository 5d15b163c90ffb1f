package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// keysSchema is where the key store of WhatsApp's library lives in a PostgreSQL database.
const keysSchema = "whatsapp"

// limits of a connection, as the server takes them (ms where there is no unit), unless the URL says otherwise.
type limits map[string]string

// writerLimits end what would keep the writer from everybody, and free its locks when this process hangs.
func writerLimits() limits {
	return limits{"statement_timeout": "30s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s",
		"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
}

// readerLimits are wide: to count what waits may mean to read a long log.
func readerLimits() limits {
	return limits{"statement_timeout": "5min", "default_transaction_read_only": "on"}
}

func keysLimits() limits {
	return limits{"statement_timeout": "30s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s",
		"search_path": keysSchema}
}

// connectLimit is how long a connection may take to come about.
const connectLimit = 5 * time.Second

// IsPostgres reports whether a setting names a PostgreSQL database, rather than a SQLite file.
func IsPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// errURL never quotes the URL: it holds a password.
var errURL = errors.New("the PostgreSQL URL cannot be read; it should look like postgres://user:password@host:5432/database?sslmode=require")

// openPostgres returns a pool over the database of a URL. Nothing is dialled yet.
func openPostgres(raw, name string, most limits) (*sql.DB, error) {
	if _, err := url.Parse(raw); err != nil || !IsPostgres(raw) {
		return nil, errURL // the cause would quote it
	}
	c, err := pgx.ParseConfig(raw)
	if err != nil {
		return nil, errURL
	}
	set := func(key, value string) {
		if c.RuntimeParams[key] == "" {
			c.RuntimeParams[key] = value
		}
	}
	for k, v := range most {
		set(k, v)
	}
	set("application_name", "wapost "+name)
	c.RuntimeParams["synchronous_commit"] = "on" // what we acknowledge is on disk, whatever the server's default is
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectLimit
	}
	c.DialFunc = (&net.Dialer{Control: hastenDeath, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}}).DialContext
	return stdlib.OpenDB(*c, stdlib.OptionShouldPing(doubtful)), nil
}

// doubtful reports whether a connection of a pool is looked at before it is used again: the server may have ended it, which its
// next query would only hear as an error.
func doubtful(_ context.Context, p stdlib.ShouldPingParams) bool {
	return p.IdleDuration > 10*time.Millisecond
}

// openServer becomes the writer of a PostgreSQL database and migrates it.
func (db *DB) openServer(ctx context.Context, o Options) (err error) {
	db.dialect = postgresDialect()
	if db.pool, err = openPostgres(o.URL, "writer", writerLimits()); err != nil {
		return err
	}
	db.pool.SetMaxOpenConns(1)
	if db.claimed, err = db.pool.Conn(ctx); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	if err := db.acquire(ctx, db.claimed, o.Patience); err != nil {
		return err
	}
	if err := db.migrateServer(ctx, o.URL); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	if err := db.raiseEpoch(ctx, db.claimed); err != nil {
		return fmt.Errorf("raise the writer's epoch: %w", err)
	}
	db.read.server = true
	if db.read.DB, err = openPostgres(o.URL, "reader", readerLimits()); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	db.read.SetConnMaxIdleTime(5 * time.Minute)
	return nil
}

// readers is how many connections may read at the same time.
const readers = 8

// migrateServer uses connections of its own: a migration may take longer than the writer's limits allow.
func (db *DB) migrateServer(ctx context.Context, raw string) error {
	pool, err := openPostgres(raw, "migration", nil)
	if err != nil {
		return err
	}
	return errors.Join(db.dialect.migrate(ctx, pool), pool.Close())
}

// OpenPostgresKeys opens the schema of WhatsApp's library, which is made when it is missing.
func OpenPostgresKeys(ctx context.Context, raw string) (*Keys, error) {
	db, err := openPostgres(raw, "keys", keysLimits())
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+keysSchema); err != nil {
		return nil, errors.Join(fmt.Errorf("make the schema %s: %w", keysSchema, err), db.Close())
	}
	return &Keys{DB: db}, nil
}

// onWire calls f with pgx's own connection under conn. A connection that is gone afterwards does not go back to the pool.
func onWire(conn *sql.Conn, f func(*pgx.Conn) error) error {
	return conn.Raw(func(c any) error { return f(c.(*stdlib.Conn).Conn()) })
}

// beginNumbered begins a transaction and returns its number, in one exchange.
func beginNumbered(ctx context.Context, conn *sql.Conn, _ *statements) (xid int64, err error) {
	err = onWire(conn, func(c *pgx.Conn) error {
		results, err := c.PgConn().Exec(ctx, `BEGIN; SELECT txid_current()`).ReadAll()
		if err != nil {
			return err
		}
		_, err = fmt.Sscan(string(results[1].Rows[0][0]), &xid)
		return err
	})
	return xid, err
}

var errRolledBack = errors.New("the server rolled the transaction back")

// commitChecked commits. PostgreSQL answers the COMMIT of a failed transaction with a rollback and no error.
func commitChecked(ctx context.Context, conn *sql.Conn, _ *statements) error {
	return onWire(conn, func(c *pgx.Conn) error {
		tag, err := c.Exec(ctx, "COMMIT")
		if err == nil && tag.String() != "COMMIT" {
			return errRolledBack
		}
		return err
	})
}
