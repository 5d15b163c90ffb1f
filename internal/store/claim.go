package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Only one process writes a PostgreSQL database. Its right is an advisory lock of the writer's own connection: as every write
// travels on that connection, whatever is committed was committed while the lock was held. A process that lost the connection
// and finds, with a new one, that somebody else has been the writer meanwhile (the epoch has risen) must end: its memory of
// the log and of the deliveries is out of date.

// lockKey is "wapost" in ASCII. Advisory locks belong to one database.
const lockKey = 0x7761706f7374

// defaultPatience is how long Open waits for the end of another writer.
const defaultPatience = 30 * time.Second

// lockPoll is how often it looks.
const lockPoll = 250 * time.Millisecond

// errOusted ends the writer. It is also found when a number of the log that is ours to give has been given: whatever let
// another process write, our memory of the log is wrong, and every further event would fail likewise.
var errOusted = errors.New("another process has become the writer of this database")

// acquire takes the lock, waiting for the process that holds it.
func (db *DB) acquire(ctx context.Context, conn *sql.Conn, patience time.Duration) error {
	if patience == 0 {
		patience = defaultPatience
	}
	limit, tick := time.NewTimer(patience), time.NewTicker(lockPoll)
	defer limit.Stop()
	defer tick.Stop()
	for waiting := false; ; waiting = true {
		got, err := tryLock(ctx, conn)
		if err != nil || got {
			return err
		}
		if !waiting {
			db.log.Warn("another process writes this database: waiting for its end", "patience", patience)
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return fmt.Errorf("another wapost writes this database (%s); stop it, or give this one a database of its own", holder(ctx, conn))
		case <-ctx.Done():
			return ctxError(ctx)
		}
	}
}

func tryLock(ctx context.Context, conn *sql.Conn) (got bool, err error) {
	err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(lockKey)).Scan(&got)
	return got, err
}

// holder says who has the lock, for an operator.
func holder(ctx context.Context, conn *sql.Conn) string {
	var who string
	err := conn.QueryRowContext(ctx, `SELECT a.application_name || ' from ' || coalesce(host(a.client_addr), 'this machine') || ', since ' ||
to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) + l.objid::bigint = $1 LIMIT 1`, int64(lockKey)).Scan(&who)
	if err != nil {
		return "it cannot be seen from here"
	}
	return who
}

// raiseEpoch notes that a new process is the writer.
func (db *DB) raiseEpoch(ctx context.Context, conn *sql.Conn) error {
	return conn.QueryRowContext(ctx, `INSERT INTO meta (key, value) VALUES ('writer_epoch', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT) RETURNING value`).Scan(&db.epoch)
}

// reclaim takes the lock again with a new connection. It fails when somebody has the lock, which may be the server's end of
// our own old connection, and with errOusted when somebody had it.
func (db *DB) reclaim(ctx context.Context, conn *sql.Conn) error {
	got, err := tryLock(ctx, conn)
	if err != nil {
		return fmt.Errorf("take the writer's lock again: %w", err)
	}
	var epoch string
	if err := conn.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'writer_epoch'`).Scan(&epoch); err != nil {
		return fmt.Errorf("read the writer's epoch: %w", err)
	}
	if epoch != db.epoch {
		return errOusted
	}
	if !got {
		return errLocked
	}
	return nil
}

// errLocked: it passes, or becomes errOusted.
var errLocked = errors.New("the writer's lock is not free yet")

// numberTaken reports whether a round failed because an event has the number that was given to one of the round's.
func numberTaken(err error) bool {
	var file *sqlite.Error
	if errors.As(err, &file) {
		return primary(err) == codeConstraint && strings.Contains(file.Error(), "events.seq")
	}
	var server *pgconn.PgError
	return errors.As(err, &server) && server.ConstraintName == "events_pkey"
}
