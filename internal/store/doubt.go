package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// doubt is a round whose COMMIT was sent and not answered. Its callers have heard an error and will try again, which is
// harmless; but if the server did commit, the engine must hear of the events, and whoever waits for a commit must be called.
type doubt struct {
	xid   int64
	round *round
	jobs  []job
	errs  []error
}

// announcer is a job that tells others of its success.
type announcer interface{ announce() }

var errUndecided = errors.New("the server has not yet ended an earlier transaction of ours")

// settleDoubt asks the server, over a new connection, how the round ended, and brings the ledger up to date.
func (w *writer) settleDoubt(ctx context.Context) error {
	d := w.doubt
	if d == nil {
		return nil
	}
	committed, err := wasCommitted(ctx, w.conn, d.xid)
	if err != nil {
		return fmt.Errorf("ask about a commit that was not answered: %w", err)
	}
	if err := w.db.ledger.load(ctx, w.conn, w.db.dialect.head); err != nil {
		return err
	}
	if err := w.db.loadNotes(ctx, w.conn); err != nil {
		return err
	}
	w.doubt = nil
	w.db.log.Warn("a commit was not answered", "committed", committed, "jobs", len(d.jobs), "events", len(d.round.events))
	if !committed {
		return nil
	}
	w.tell(d.round.events)
	for i, j := range d.jobs {
		if a, ok := j.(announcer); ok && d.errs[i] == nil {
			a.announce()
		}
	}
	return nil
}

// futureXID is what txid_status says of a number that the server has not reached: it is a copy that never had the round.
const futureXID = "22023"

func wasCommitted(ctx context.Context, conn *sql.Conn, xid int64) (bool, error) {
	var status sql.NullString
	err := conn.QueryRowContext(ctx, `SELECT txid_status($1)`, xid).Scan(&status)
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == futureXID {
		return false, nil
	}
	if err == nil && status.String == "in progress" {
		err = errUndecided
	}
	return status.String == "committed", err
}
