package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"wapost/internal/event"
	"wapost/internal/vault"
)

// Options of Open.
type Options struct {
	Path   string // of the SQLite file
	Vault  *vault.Vault
	Logger *slog.Logger
}

// DB is the open database. Run must be running for anything to be written.
type DB struct {
	vault    *vault.Vault
	log      *slog.Logger
	pool     *sql.DB // one connection: the writer's
	read     *sql.DB
	jobs     chan job
	closing  chan struct{} // closed when the writer takes no more jobs
	closed   chan struct{} // closed when the writer has ended
	recorded []func([]*event.Recorded)
	hookGone func(int64)
	health   health
	ledger   ledger
}

// queueLimit bounds the jobs that wait for the writer. A full queue makes callers wait: WhatsApp keeps the messages.
const queueLimit = 4096

// Open opens and migrates the database. It starts nothing.
func Open(ctx context.Context, o Options) (*DB, error) {
	pool, err := OpenSQLite(o.Path)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, pool); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate %s: %w", o.Path, err), pool.Close())
	}
	read, err := openReaders(o.Path)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	db := &DB{vault: o.Vault, log: log, pool: pool, read: read, jobs: make(chan job, queueLimit),
		closing: make(chan struct{}), closed: make(chan struct{})}
	if err := db.ledger.load(ctx, read); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// OnRecorded adds somebody who is told about committed events, in commit order, on the writer goroutine: it must not block.
// Call it before Run.
func (db *DB) OnRecorded(f func([]*event.Recorded)) { db.recorded = append(db.recorded, f) }

// OnWebhookGone sets who is told, after the commit, about each webhook that was deleted together with its device or account.
// It runs on the writer goroutine: it must not block. Call it before Run.
func (db *DB) OnWebhookGone(f func(id int64)) { db.hookGone = f }

// Read returns the read-only pool.
func (db *DB) Read() *sql.DB { return db.read }

// Close closes the files. Run must have ended, or never begun.
func (db *DB) Close() error { return errors.Join(db.read.Close(), db.pool.Close()) }
