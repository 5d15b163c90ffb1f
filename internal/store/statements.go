package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// statements are the writer's prepared ones: those of every round.
type statements struct {
	ready                   bool
	begin, commit, rollback *sql.Stmt
	insertEvent             *sql.Stmt
	insertEvents            *sql.Stmt
	known                   *sql.Stmt
	setSequence             *sql.Stmt
	insertOutcomes          *sql.Stmt
	insertMessage           *sql.Stmt
	insertMessages          *sql.Stmt
	tellChat                *sql.Stmt
	upsertReceipt           *sql.Stmt
	insertMedia             *sql.Stmt
	mergeOccurrences        *sql.Stmt
}

func (s *statements) prepare(ctx context.Context, conn *sql.Conn, d *dialect) error {
	if s.ready || d.shared { // a pipeline prepares what it sends
		return nil
	}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.begin, "BEGIN IMMEDIATE"},
		{&s.commit, "COMMIT"},
		{&s.rollback, "ROLLBACK"},
		{&s.insertEvent, insertRowsStatement(1)},
		{&s.insertEvents, insertRowsStatement(eventsAtOnce)},
		{&s.known, knownStatement},
		{&s.setSequence, setSequence},
		{&s.insertOutcomes, insertOutcomes},
		{&s.insertMessage, insertMessage},
		{&s.insertMessages, insertMessagesStatement(messagesAtOnce)},
		{&s.tellChat, tellChat},
		{&s.upsertReceipt, upsertReceipt},
		{&s.insertMedia, insertMedia},
		{&s.mergeOccurrences, mergeStatement(mergeRows)},
	} {
		stmt, err := conn.PrepareContext(ctx, p.text)
		if err != nil {
			return errors.Join(fmt.Errorf("prepare %q: %w", p.text, err), s.close())
		}
		*p.stmt = stmt
	}
	s.ready = true
	return nil
}

func (s *statements) close() error {
	var errs []error
	for _, stmt := range []*sql.Stmt{s.begin, s.commit, s.rollback, s.insertEvent, s.insertEvents, s.known, s.setSequence, s.insertOutcomes, s.insertMessage,
		s.insertMessages, s.tellChat, s.upsertReceipt, s.insertMedia, s.mergeOccurrences} {
		if stmt != nil {
			errs = append(errs, stmt.Close())
		}
	}
	*s = statements{}
	return errors.Join(errs...)
}

// places are rows of places for values: (?, ?), (?, ?).
func places(rows, columns int) string {
	row := `(?` + strings.Repeat(`, ?`, columns-1) + `)`
	return row + strings.Repeat(`, `+row, rows-1)
}
