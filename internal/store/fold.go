package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"

	"wapost/internal/fault"
)

// Primary result codes of SQLite (sqlite.org/rescode.html) that mean "the storage does not work now".
var outOfOrder = map[int]bool{
	5: true, 6: true, 7: true, 8: true, 9: true, // busy, locked, no memory, read-only, interrupted
	10: true, 11: true, 13: true, 14: true, 26: true, // I/O error, corrupt, full, cannot open, not a database
}

const codeConstraint = 19

// fold gives a driver's error its fault kind: Unavailable when storage is down, Conflict for a broken constraint, NotFound
// for a missing row. Fault errors and everything else pass unchanged.
func fold(err error) error {
	var known *fault.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return fault.Wrap(err, fault.NotFound, "Not found")
	case broken(err), serverDown(err):
		return fault.Wrap(err, fault.Unavailable, "Storage is unavailable")
	case primary(err) == codeConstraint, serverClass(err) == classConstraint:
		return fault.Wrap(err, fault.Conflict, "Conflict with stored data")
	case serverClass(err) == classData:
		return fault.Wrap(err, fault.Invalid, "A value cannot be stored: it is out of range, or holds characters that are not text")
	}
	return err
}

// broken reports whether the transaction cannot go on, because the storage failed rather than this statement.
func broken(err error) bool {
	return outOfOrder[primary(err)] || errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, errClosed) || isClosed(err) || connectionLost(err)
}

// isClosed knows database/sql's unexported "database is closed".
func isClosed(err error) bool { return err != nil && err.Error() == "sql: database is closed" }

func primary(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// errClosed is the cause of every write after the writer has ended.
var errClosed = errors.New("the writer has stopped")

// ctxError turns the end of the caller's context into an error that says so.
func ctxError(ctx context.Context) error { return context.Cause(ctx) }
