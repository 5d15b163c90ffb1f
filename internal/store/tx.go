package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Tx is a job's part of the current commit round. It is only valid inside the function it was given to.
type Tx struct {
	round *round
	after []func()
}

// Exec runs a statement.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.round.conn.ExecContext(ctx, query, tx.round.storable(args)...)
}

// Query runs a query that sees what the round has written so far.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.round.conn.QueryContext(ctx, query, tx.round.storable(args)...)
}

// QueryRow is Query for one row.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.round.conn.QueryRowContext(ctx, query, tx.round.storable(args)...)
}

// Head returns the number of the newest event in the log, this transaction's own included; 0 when there is none.
func (tx *Tx) Head() int64 { return tx.round.ledger.head }

// Now returns the round's time in Unix milliseconds.
func (tx *Tx) Now() int64 { return tx.round.now }

// AfterCommit has f called once the round is on disk, on the writer goroutine: f must not block. It is not called when the
// job or the round fails.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

type txKey struct{}

// joined returns the transaction that ctx already carries. It is how the store methods called inside Write and Atomic become
// one transaction; the key never leaves this package.
func joined(ctx context.Context) (*Tx, bool) {
	tx, ok := ctx.Value(txKey{}).(*Tx)
	return tx, ok
}

// Write runs fn in the current commit round and returns once the round is on disk. An error of fn undoes what fn did and
// comes back; the other jobs of the round are not touched. Inside another Write the same transaction goes on.
func (db *DB) Write(ctx context.Context, what string, fn func(ctx context.Context, tx *Tx) error) error {
	if tx, ok := joined(ctx); ok {
		return wrap(what, tx.savepoint(ctx, fn))
	}
	j := &writeJob{ctx: ctx, fn: fn, done: make(chan error, 1)}
	if err := db.submit(ctx, j); err != nil {
		return wrap(what, err)
	}
	return wrap(what, db.await(j.done))
}

// Atomic makes one transaction of everything that store methods write with the context given to fn. fn runs on the writer
// goroutine, so it must not wait for anything but the store.
func (db *DB) Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return db.Write(ctx, what, func(ctx context.Context, _ *Tx) error { return fn(ctx) })
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, fold(err))
}

// savepoint runs fn so that its failure undoes only its own statements.
func (tx *Tx) savepoint(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if _, err := tx.Exec(ctx, "SAVEPOINT job"); err != nil {
		return err
	}
	mark, callbacks := tx.round.mark(), len(tx.after)
	err := guarded(context.WithValue(ctx, txKey{}, tx), tx, fn)
	undo := context.WithoutCancel(ctx)
	if err != nil && broken(err) { // SQLite may have rolled back the whole round by itself, savepoints included
		tx.round.broken = err
		return err
	}
	if err == nil {
		if _, err = tx.Exec(undo, "RELEASE job"); err == nil {
			return nil
		}
	}
	// Also when fn has hidden the error of a statement: PostgreSQL then refuses the RELEASE.
	tx.round.rollbackTo(mark)
	tx.after = tx.after[:callbacks]
	for _, statement := range []string{"ROLLBACK TO job", "RELEASE job"} {
		if _, rerr := tx.Exec(undo, statement); rerr != nil {
			tx.round.broken = rerr
			break
		}
	}
	return err
}

// guarded turns a panic of fn into an error: the writer serves everybody and must not die of one job.
func guarded(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v", p)
		}
	}()
	return fn(ctx, tx)
}
