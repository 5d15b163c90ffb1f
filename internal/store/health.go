package store

import (
	"context"
	"sync"
	"time"
)

// health remembers how the last commit went.
type health struct {
	mu   sync.Mutex
	err  error
	last time.Time
}

func (h *health) note(err error) {
	h.mu.Lock()
	h.err, h.last = err, time.Now()
	h.mu.Unlock()
}

// fresh is how long a commit vouches for the writer without a probe.
const fresh = 5 * time.Second

// Check reports whether the database can be written now. It asks the last commit, and writes a mark of its own when that is
// too old to tell or has failed.
func (db *DB) Check(ctx context.Context) error {
	db.health.mu.Lock()
	err, last := db.health.err, db.health.last
	db.health.mu.Unlock()
	if err == nil && time.Since(last) < fresh {
		return nil
	}
	return db.Write(ctx, "check storage", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES ('checked_at', $1)
ON CONFLICT (key) DO UPDATE SET value = excluded.value`, time.Now().UTC().Format(time.RFC3339))
		return err
	})
}
