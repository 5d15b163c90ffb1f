package store

import "time"

// Commit is one round of the writer as it ended: one transaction for all who were waiting.
type Commit struct {
	Jobs     int // callers that were served
	Events   int // recorded
	Outcomes int // of deliveries that succeeded
	Took     time.Duration
	Err      error // nil = on disk
}

// OnCommit sets who is told about every round, on the writer goroutine: it must not block. Call it before Run.
func (db *DB) OnCommit(f func(Commit)) { db.committed = f }

// Queued is how many callers wait for the writer now.
func (db *DB) Queued() int { return len(db.jobs) }

func (w *writer) observe(r *round, jobs int, begun time.Time, err error) {
	if w.db.committed == nil {
		return
	}
	w.db.committed(Commit{Jobs: jobs, Events: len(r.events), Outcomes: len(r.outcomes), Took: time.Since(begun), Err: err})
}
