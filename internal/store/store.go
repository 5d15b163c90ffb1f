package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"wapost/internal/event"
	"wapost/internal/vault"
)

// Options of Open.
type Options struct {
	Path   string // of the SQLite file; not used with URL
	URL    string // of a PostgreSQL database, with its password: never logged
	Vault  *vault.Vault
	Logger *slog.Logger

	// NoMessages leaves the chats and messages out: they cannot be looked up then.
	NoMessages bool

	// Patience is how long Open waits for another process to stop writing a PostgreSQL database; 0 = 30 s.
	Patience time.Duration
}

// DB is the open database. Run must be running for anything to be written.
type DB struct {
	dialect     dialect
	claimed     *sql.Conn // with the writer's lock, until Run takes it
	lock        *FileLock // of a SQLite file; nil over a server
	epoch       string    // of our claim
	vault       *vault.Vault
	log         *slog.Logger
	pool        *sql.DB // one connection: the writer's
	read        reader
	jobs        chan job
	gate        sync.RWMutex  // held for reading while a job is put into the queue
	shut        bool          // no job is put into the queue any more
	closing     chan struct{} // closed when the writer takes no more jobs
	closed      chan struct{} // closed when the writer has ended
	recorded    []func([]*event.Recorded)
	hookGone    func(int64)
	accountGone []func(int64)
	committed   func(Commit)
	health      health
	ledger      ledger
	occurrences *occurrences // nil over a server
	notebook    notebook
	swept       atomic.Int64 // best-effort events up to here are gone
	expired     atomic.Int64 // events up to here are not delivered any more

	noMessages  bool
	announced   func()
	mediaWanted func(event.Attachment) bool // nil = nothing is fetched unasked
}

// queueLimit bounds the jobs that wait for the writer. A full queue makes callers wait: WhatsApp keeps the messages.
const queueLimit = 4096

// Open opens and migrates the database. It starts nothing. A SQLite file that another process has open is refused at once, a
// PostgreSQL database after Patience; the error says who has it.
func Open(ctx context.Context, o Options) (*DB, error) {
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	db := &DB{vault: o.Vault, log: log, jobs: make(chan job, queueLimit), closing: make(chan struct{}), closed: make(chan struct{}), noMessages: o.NoMessages}
	open := db.openFile
	if o.URL != "" {
		open = db.openServer
	}
	err := open(ctx, o)
	if err == nil {
		err = db.checkVault(ctx)
	}
	if err == nil {
		err = db.ledger.load(ctx, db.read, db.dialect.head)
	}
	if err == nil {
		err = db.loadExpired(ctx)
	}
	if err == nil {
		err = db.loadNotes(ctx, db.writing())
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) openFile(ctx context.Context, o Options) (err error) {
	db.dialect = sqliteDialect()
	if db.lock, err = lockDatabase(ctx, o.Path); err != nil {
		return err
	}
	if db.pool, err = OpenSQLite(o.Path); err != nil {
		return err
	}
	if err := db.dialect.migrate(ctx, db.pool); err != nil {
		return fmt.Errorf("migrate %s: %w", o.Path, err)
	}
	if db.read.DB, err = openReaders(o.Path); err != nil {
		return err
	}
	db.occurrences, err = loadOccurrences(ctx, db.read.DB)
	return err
}

// writing is where something can be written while the writer does not run.
func (db *DB) writing() querier {
	if db.claimed != nil {
		return db.claimed
	}
	return db.pool
}

// OnRecorded adds somebody who is told about committed events, in commit order, on the writer goroutine: it must not block.
// Call it before Run.
func (db *DB) OnRecorded(f func([]*event.Recorded)) { db.recorded = append(db.recorded, f) }

// OnAccountGone adds somebody who is told, after the commit, about each account that was deleted. Call it before Run.
func (db *DB) OnAccountGone(f func(id int64)) { db.accountGone = append(db.accountGone, f) }

// OnWebhookGone sets who is told, after the commit, about each webhook that was deleted together with its device or account.
// It runs on the writer goroutine: it must not block. Call it before Run.
func (db *DB) OnWebhookGone(f func(id int64)) { db.hookGone = f }

// Read returns the read-only pool.
func (db *DB) Read() *sql.DB { return db.read.DB }

// Close closes the files. Run must have ended, or never begun.
func (db *DB) Close() error {
	var errs []error
	if db.claimed != nil {
		errs = append(errs, db.claimed.Close())
	}
	for _, pool := range []*sql.DB{db.read.DB, db.pool} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}
