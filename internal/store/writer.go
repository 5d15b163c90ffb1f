package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"wapost/internal/event"
)

// job is one caller's share of a commit round.
type job interface {
	// run does the job's statements. Its error concerns this job alone; what breaks the whole round goes to round.broken.
	run(r *round) error
	// end tells the caller how it went: nil after the COMMIT.
	end(err error)
}

// round is one transaction of the writer.
type round struct {
	conn   *sql.Conn
	stmts  *statements
	ledger *ledger
	now    int64
	broken error // set when the transaction cannot go on

	events   []*event.Recorded
	outcomes []packedOutcome
	touched  map[string]int64 // device → its newest sequence number in this round
}

// maxRound bounds the jobs of a round, so that the first of them does not wait for a long tail.
const maxRound = 512

// Run is the writer. It returns after ctx has ended and the jobs that were accepted are done.
func (db *DB) Run(ctx context.Context) error {
	conn, err := db.pool.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return fmt.Errorf("take the writer's connection: %w", err)
	}
	defer func() { _ = conn.Close() }() // the pool reports what matters at Close
	w := &writer{db: db, conn: conn}
	defer w.stmts.close()
	for {
		select {
		case j := <-db.jobs:
			w.commit(w.gather(j))
		case <-ctx.Done():
			close(db.closing)
			w.drain()
			close(db.closed)
			return nil
		}
	}
}

type writer struct {
	db    *DB
	conn  *sql.Conn
	stmts statements
}

// gather takes what has queued behind first.
func (w *writer) gather(first job) []job {
	jobs := []job{first}
	for len(jobs) < maxRound {
		select {
		case j := <-w.db.jobs:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// drain does what was accepted before the end.
func (w *writer) drain() {
	for {
		select {
		case j := <-w.db.jobs:
			w.commit(w.gather(j))
		default:
			return
		}
	}
}

// commit does one round and tells every job how it ended.
func (w *writer) commit(jobs []job) {
	r := &round{conn: w.conn, stmts: &w.stmts, ledger: &w.db.ledger, now: time.Now().UnixMilli(), touched: map[string]int64{}}
	before := w.db.ledger.head
	errs := make([]error, len(jobs))
	err := w.transact(r, jobs, errs)
	w.db.health.note(err)
	if err != nil {
		w.db.log.Error("commit failed", "jobs", len(jobs), "error", err)
		w.db.ledger.reset(before)
		for _, j := range jobs {
			j.end(fold(err))
		}
		return
	}
	if len(r.events) > 0 {
		for _, f := range w.db.recorded {
			f(r.events)
		}
	}
	for i, j := range jobs {
		j.end(fold(errs[i]))
	}
}

func (w *writer) transact(r *round, jobs []job, errs []error) error {
	ctx := context.Background() // a commit is never cut short by one caller
	if err := w.stmts.prepare(ctx, w.conn); err != nil {
		return err
	}
	if _, err := w.stmts.begin.ExecContext(ctx); err != nil {
		return err
	}
	for i, j := range jobs {
		errs[i] = j.run(r)
		if r.broken != nil {
			break
		}
	}
	if r.broken == nil {
		r.broken = r.finish(ctx)
	}
	if r.broken == nil {
		_, r.broken = w.stmts.commit.ExecContext(ctx)
	}
	if r.broken != nil {
		_, _ = w.stmts.rollback.ExecContext(ctx) // SQLite may have rolled back by itself
	}
	return r.broken
}

// submit queues a job, waiting while the queue is full.
func (db *DB) submit(ctx context.Context, j job) error {
	select {
	case <-db.closing:
		return errClosed
	default:
	}
	select {
	case db.jobs <- j:
		return nil
	case <-db.closing:
		return errClosed
	case <-ctx.Done():
		return ctxError(ctx)
	}
}

// await waits for the end of a submitted job. A job that slipped into the queue behind the last round never ran.
func (db *DB) await(done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-db.closed:
	}
	select {
	case err := <-done:
		return err
	default:
		return errClosed
	}
}

// writeJob is a Write.
type writeJob struct {
	ctx  context.Context
	fn   func(context.Context, *Tx) error
	tx   Tx
	done chan error
}

func (j *writeJob) run(r *round) error {
	if j.ctx.Err() != nil {
		return ctxError(j.ctx) // the caller is gone before we began
	}
	j.tx.round = r
	return j.tx.savepoint(context.WithoutCancel(j.ctx), j.fn)
}

func (j *writeJob) end(err error) {
	if err == nil {
		for _, f := range j.tx.after {
			f()
		}
	}
	j.done <- err
}
