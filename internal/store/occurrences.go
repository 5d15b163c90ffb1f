package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// occurrences knows which occurrences are recorded, in a SQLite file. Its keys are hashes, so an index over them is written
// at random, a page for each event. The newest keys are therefore kept in memory, and when there are many they are merged
// into the table `occurrences` in the order of the keys, a slice per commit round: neighbours then share a page. Nothing is
// lost with the memory: the log itself holds the keys that are not merged yet, and they are read from it at the start.
//
// PostgreSQL has an index over events instead: it writes pages behind the commit.
type occurrences struct {
	merged  int64 // every key up to this event is in the table
	mergeAt int   // keys in memory that start a pass

	mu     sync.RWMutex
	recent map[key]int64 // key → event, of those above merged

	// The pass that is under way. It belongs to the writer.
	pass []occurrence // in order of the keys
	done int          // of pass: in the table, and committed
	upTo int64        // what merged becomes at its end
}

type key [16]byte

type occurrence struct {
	key key
	seq int64
}

const (
	mergeAt    = 16384
	mergeSlice = 128 // keys merged in a round, besides as many as the round has added
	mergeRows  = 32  // keys per statement
)

const mergedMeta = "occurrences_merged"

// loadOccurrences reads the keys that are not merged.
func loadOccurrences(ctx context.Context, db *sql.DB) (*occurrences, error) {
	o := &occurrences{recent: map[key]int64{}, mergeAt: mergeAt}
	var merged string
	if err := db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, mergedMeta).Scan(&merged); err != nil {
		return nil, fmt.Errorf("read how far occurrences are merged: %w", err)
	}
	var err error
	if o.merged, err = strconv.ParseInt(merged, 10, 64); err != nil {
		return nil, fmt.Errorf("read how far occurrences are merged: %w", err)
	}
	rows, err := db.QueryContext(ctx, `SELECT source_key, seq FROM events WHERE seq > $1 AND source_key IS NOT NULL`, o.merged)
	if err != nil {
		return nil, fmt.Errorf("read recent occurrences: %w", err)
	}
	list, err := scanAll(rows, func(row scanner) (occurrence, error) {
		var b []byte
		var x occurrence
		err := row.Scan(&b, &x.seq)
		copy(x.key[:], b)
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("read recent occurrences: %w", err)
	}
	for _, x := range list {
		o.recent[x.key] = x.seq
	}
	return o, nil
}

// find returns the event of a recent occurrence.
func (o *occurrences) find(k key) (seq int64, ok bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	seq, ok = o.recent[k]
	return seq, ok
}

// add remembers the occurrence of an event that the round has inserted.
func (o *occurrences) add(k key, seq int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.recent[k] = seq
}

// remove forgets occurrences whose events are not, or no longer, in the log.
func (o *occurrences) remove(keys []key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range keys {
		delete(o.recent, k)
	}
}

// slice returns what a round that adds some events should merge: pass[done:end].
func (o *occurrences) slice(added int) (part []occurrence, end int) {
	if o.pass == nil {
		return nil, 0
	}
	end = min(o.done+added+mergeSlice, len(o.pass))
	for _, x := range o.pass[o.done:end] {
		if seq, ok := o.find(x.key); ok && seq == x.seq { // else its event was deleted meanwhile
			part = append(part, x)
		}
	}
	return part, end
}

// begin starts a pass over everything in memory, all of which is committed.
func (o *occurrences) begin() {
	o.pass, o.done, o.upTo = make([]occurrence, 0, len(o.recent)), 0, o.merged
	for k, seq := range o.recent {
		o.pass = append(o.pass, occurrence{k, seq})
		o.upTo = max(o.upTo, seq)
	}
	slices.SortFunc(o.pass, func(a, b occurrence) int { return bytes.Compare(a.key[:], b.key[:]) })
}

// recent reports whether an occurrence is known in memory; nil is none.
func (r *round) recent(source []byte) bool {
	if source == nil {
		return false
	}
	_, ok := r.occurrences.find(key(source))
	return ok
}

// remember keeps the occurrence of an event that was inserted.
func (r *round) remember(source []byte, seq int64) {
	if source == nil {
		return
	}
	r.occurrences.add(key(source), seq)
	r.added = append(r.added, key(source))
}

// forgetAdded undoes what the round has remembered since a mark.
func (r *round) forgetAdded(since int) {
	if r.occurrences != nil {
		r.occurrences.remove(r.added[since:])
		r.added = r.added[:since]
	}
}

// merge puts the round's slice into the table.
func (r *round) merge(ctx context.Context) error {
	o := r.occurrences
	part, end := o.slice(len(r.added))
	for rows := range slices.Chunk(part, mergeRows) {
		args := make([]any, 0, 2*len(rows))
		for _, x := range rows {
			args = append(args, x.key[:], x.seq)
		}
		stmt := r.stmts.mergeOccurrences
		var err error
		if len(rows) == mergeRows {
			_, err = stmt.ExecContext(ctx, args...)
		} else {
			_, err = r.conn.ExecContext(ctx, mergeStatement(len(rows)), args...)
		}
		if err != nil {
			return fmt.Errorf("merge occurrences: %w", err)
		}
	}
	r.mergedTo = end
	if o.pass == nil || end < len(o.pass) {
		return nil
	}
	if _, err := r.conn.ExecContext(ctx, `UPDATE meta SET value = $1 WHERE key = $2`, strconv.FormatInt(o.upTo, 10), mergedMeta); err != nil {
		return fmt.Errorf("merge occurrences: %w", err)
	}
	return nil
}

func mergeStatement(rows int) string {
	return `INSERT OR REPLACE INTO occurrences (key, seq) VALUES ` + places(rows, 2)
}

// committed notes that a round is on disk: its slice of the pass, and what it added.
func (o *occurrences) committed(r *round) {
	if o.pass != nil && r.mergedTo == len(o.pass) {
		o.end()
	} else {
		o.done = r.mergedTo
	}
	if o.pass == nil && len(o.recent) >= o.mergeAt {
		o.begin()
	}
}

// end forgets what is in the table.
func (o *occurrences) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, x := range o.pass {
		if o.recent[x.key] == x.seq {
			delete(o.recent, x.key)
		}
	}
	o.merged, o.pass = o.upTo, nil
}

// dropEvents deletes the events that a condition selects, with their occurrences.
func (tx *Tx) dropEvents(ctx context.Context, where string, args ...any) (sql.Result, error) {
	if o := tx.round.occurrences; o != nil {
		if err := tx.dropOccurrences(ctx, o, where, args); err != nil {
			return nil, err
		}
	}
	return tx.Exec(ctx, `DELETE FROM events WHERE `+where, args...)
}

func (tx *Tx) dropOccurrences(ctx context.Context, o *occurrences, where string, args []any) error {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT source_key FROM events WHERE seq > %d AND source_key IS NOT NULL AND (%s)`, o.merged, where), args...)
	if err != nil {
		return err
	}
	gone, err := scanAll(rows, func(row scanner) (k key, err error) {
		var b []byte
		err = row.Scan(&b)
		copy(k[:], b)
		return k, err
	})
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { o.remove(gone) })
	_, err = tx.Exec(ctx, `DELETE FROM occurrences WHERE key IN (SELECT source_key FROM events WHERE `+where+`)`, args...)
	return err
}
