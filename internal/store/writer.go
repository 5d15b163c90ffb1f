package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/vault"
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
	asked  bool  // the COMMIT was sent
	xid    int64 // of the transaction, where the server tells

	pipeline *pipeline // nil when every statement is sent alone

	appends []*appendJob // events that have no numbers yet

	occurrences *occurrences // nil over a server
	added       []key        // to occurrences
	mergedTo    int          // place in the pass of occurrences

	events   []*event.Recorded
	outcomes []packedOutcome
	keep     bool // messages are kept
	notebook *notebook
	page     pageOfNotes      // what the round makes of the notebook
	touched  map[string]int64 // device → its newest sequence number in this round

	vault       *vault.Vault
	mediaWanted func(event.Attachment) bool
}

// maxRound bounds the jobs of a round, so that the first of them does not wait for a long tail.
const maxRound = 512

// Run is the writer. It returns after ctx has ended and the jobs that were accepted are done.
func (db *DB) Run(ctx context.Context) error {
	w := &writer{db: db, alarm: time.NewTimer(time.Hour)}
	defer w.alarm.Stop()
	defer w.disconnect()
	if err := w.connect(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("take the writer's connection: %w", err)
	}
	for ctx.Err() == nil && !w.ousted {
		w.setAlarm()
		select {
		case j := <-db.jobs:
			w.commit(w.company(ctx, w.gather(nil, j)))
		case <-w.alarm.C:
			w.tellChats()
		case <-ctx.Done():
		}
	}
	w.shut()
	close(db.closed)
	if w.ousted {
		return errOusted
	}
	return nil
}

type writer struct {
	db     *DB
	conn   *sql.Conn // nil when it was lost
	stmts  statements
	doubt  *doubt
	ousted bool

	alarm   *time.Timer // for what waits in the notebook
	alarmAt time.Time
}

// shut lets no more jobs in and does those that are in: every job that was accepted is answered. A caller that waits at a full
// queue keeps the gate, so the queue is emptied until all are through.
func (w *writer) shut() {
	close(w.db.closing)
	for !w.db.gate.TryLock() {
		w.drain()
	}
	w.db.shut = true
	w.db.gate.Unlock()
	w.drain()
	if len(w.db.notebook.waiting) > 0 {
		w.tellChats() // else the next start reads it from the log
	}
}

// gather takes what has queued behind a job.
func (w *writer) gather(jobs []job, next job) []job {
	jobs = append(jobs, next)
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

// patience is how long jobs that nobody waits for may wait for a commit that they can share.
const patience = 2 * time.Millisecond

// company lets a round of patient jobs alone wait for one that is not: a commit costs one sync, however many are in it.
func (w *writer) company(ctx context.Context, jobs []job) []job {
	if slices.ContainsFunc(jobs, impatient) {
		return jobs
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for len(jobs) < maxRound {
		select {
		case j := <-w.db.jobs:
			if jobs = w.gather(jobs, j); slices.ContainsFunc(jobs, impatient) {
				return jobs
			}
		case <-limit.C:
			return jobs
		case <-ctx.Done():
			return jobs
		}
	}
	return jobs
}

func impatient(j job) bool {
	p, ok := j.(interface{ patient() bool })
	return !ok || !p.patient()
}

// drain does what was accepted before the end.
func (w *writer) drain() {
	for {
		select {
		case j := <-w.db.jobs:
			w.commit(w.gather(nil, j))
		default:
			return
		}
	}
}

// commit does one round and tells every job how it ended.
func (w *writer) commit(jobs []job) {
	r := &round{stmts: &w.stmts, ledger: &w.db.ledger, occurrences: w.db.occurrences, now: time.Now().UnixMilli(), touched: map[string]int64{}, keep: !w.db.noMessages,
		notebook: &w.db.notebook, page: pageOfNotes{behind: w.db.notebook.behind}, vault: w.db.vault, mediaWanted: w.db.mediaWanted}
	before := w.db.ledger.head
	w.db.ledger.chats.trim()
	errs := make([]error, len(jobs))
	begun := time.Now()
	err := w.transact(r, jobs, errs)
	if numberTaken(err) {
		w.ousted = true
		err = fmt.Errorf("%w: %w", errOusted, err)
	}
	w.observe(r, len(jobs), begun, err)
	w.db.health.note(err, r.carries(jobs))
	if err != nil {
		w.db.log.Error("commit failed", "jobs", len(jobs), "error", err)
		w.db.ledger.reset(before)
		r.forgetAdded(0)
		w.afterFailure(r, jobs, errs)
		err = fold(err)
		if r.page.tried && !fault.Is(err, fault.Unavailable) {
			w.setAside()
		}
		w.refuse(jobs, err)
		return
	}
	w.db.notebook.committed(r)
	if r.occurrences != nil {
		r.occurrences.committed(r)
	}
	w.tell(r.events)
	for i, j := range jobs {
		j.end(fold(errs[i]))
	}
}

// refuse ends the jobs of a failed round. When it is not storage that failed, one of them is to blame, and the others must not
// suffer for it, in whoever's name they came: those that can be done again get a round of their own.
func (w *writer) refuse(jobs []job, err error) {
	for _, j := range jobs {
		if again, ok := j.(repeatable); ok && len(jobs) > 1 && !fault.Is(err, fault.Unavailable) {
			again.reset()
			w.commit([]job{j})
			continue
		}
		j.end(err)
	}
}

// repeatable is a job whose run may be called once more after a round that failed. A Write is not: its function is the
// caller's.
type repeatable interface{ reset() }

// tell announces committed events.
func (w *writer) tell(events []*event.Recorded) {
	if len(events) == 0 {
		return
	}
	for _, f := range w.db.recorded {
		f(events)
	}
}

func (w *writer) transact(r *round, jobs []job, errs []error) error {
	ctx := context.Background() // a commit is never cut short by one caller
	if err := w.begin(ctx, r); err != nil {
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
		r.asked = true
		r.broken = w.db.dialect.commit(ctx, w.conn, &w.stmts)
	}
	if r.broken != nil {
		_ = w.db.dialect.rollback(ctx, w.conn, &w.stmts) // SQLite may have rolled back by itself
	}
	return r.broken
}

// submit queues a job, waiting while the queue is full.
func (db *DB) submit(ctx context.Context, j job) error {
	db.gate.RLock()
	defer db.gate.RUnlock()
	if db.shut {
		return errClosed
	}
	select {
	case <-db.closing: // of two ready cases select takes any
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

// await waits for the end of a submitted job, or of the writer.
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
	if err := r.flush(context.Background()); err != nil {
		return err
	}
	j.tx.round = r
	return j.tx.savepoint(context.WithoutCancel(j.ctx), j.fn)
}

func (j *writeJob) end(err error) {
	if err == nil {
		j.announce()
	}
	j.done <- err
}

func (j *writeJob) announce() {
	for _, f := range j.tx.after {
		f()
	}
}
