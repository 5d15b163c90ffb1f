package store

import (
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// Classes of PostgreSQL's codes (its documentation, appendix A).
const (
	classData       = "22" // a value that its type cannot hold
	classConstraint = "23"
)

// serverDown reports whether the server, rather than the statement, is in trouble: no connection, no room, shutting down,
// cancelled by a limit, a standby that cannot be written, damage.
func serverDown(err error) bool {
	switch serverClass(err) {
	case "08", "40", "53", "55", "57", "58", "F0", "XX":
		return true
	}
	var e *pgconn.PgError
	const readOnly = "25006"
	return errors.As(err, &e) && e.Code == readOnly || errors.Is(err, errLocked) || errors.Is(err, errOusted) || errors.Is(err, errUndecided) ||
		errors.Is(err, errRolledBack)
}

// connectionLost reports whether the connection is gone, or never came about.
func connectionLost(err error) bool {
	if err == nil {
		return false
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Severity == "FATAL" || e.Severity == "PANIC"
	}
	var refused *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &refused) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, pgconn.ErrConnClosed) || pgconn.SafeToRetry(err)
}

func serverClass(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) || len(e.Code) < 2 {
		return ""
	}
	return e.Code[:2]
}
