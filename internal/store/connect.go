package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
)

// connect takes the writer's connection unless we have one. Over a server that means: take the lock again, and learn how the
// last round ended.
func (w *writer) connect(ctx context.Context) error {
	if w.ousted {
		return errOusted
	}
	if w.conn != nil {
		return nil
	}
	conn := w.db.claimed
	w.db.claimed = nil
	fresh := conn == nil
	if fresh {
		var err error
		if conn, err = w.db.pool.Conn(ctx); err != nil {
			return err
		}
	}
	w.conn = conn
	if !fresh || !w.db.dialect.shared {
		return nil
	}
	err := w.db.reclaim(ctx, conn)
	if err == nil {
		err = w.settleDoubt(ctx)
	}
	if err != nil {
		w.ousted = errors.Is(err, errOusted)
		w.disconnect()
	}
	return err
}

func (w *writer) disconnect() {
	_ = w.stmts.close()
	if w.conn != nil {
		_ = w.conn.Close() // the pool reports what matters at Close
	}
	w.conn = nil
}

// begin starts the transaction of a round. A connection that was lost since the last round is replaced: nothing has been done
// in it yet.
func (w *writer) begin(ctx context.Context, r *round) (err error) {
	for range 2 {
		if err := w.connect(ctx); err != nil {
			return err
		}
		if err := w.stmts.prepare(ctx, w.conn, &w.db.dialect); err != nil {
			return err
		}
		r.conn = w.conn
		if w.db.dialect.shared {
			r.pipeline = &pipeline{}
		}
		r.xid, err = w.db.dialect.begin(ctx, w.conn, &w.stmts)
		if err == nil || !w.lost() {
			return err
		}
		w.disconnect()
	}
	return err
}

// lost reports whether the connection to a server is of no more use.
func (w *writer) lost() bool {
	if w.conn == nil || !w.db.dialect.shared {
		return false
	}
	const idle = 'I'
	err := onWire(w.conn, func(c *pgx.Conn) error {
		if c.IsClosed() || c.PgConn().TxStatus() != idle {
			return driver.ErrBadConn
		}
		return nil
	})
	return err != nil
}

// afterFailure gives up a lost connection, and remembers a round of which we do not know whether it was committed.
func (w *writer) afterFailure(r *round, jobs []job, errs []error) {
	if !w.lost() {
		return
	}
	w.disconnect()
	if r.asked {
		w.doubt = &doubt{xid: r.xid, round: r, jobs: jobs, errs: errs}
	}
}
