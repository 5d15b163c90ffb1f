package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
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

// patience is how long the mark of Check may take; another program may hold the database.
const patience = 2 * time.Second

var errSlow = errors.New("a write takes too long")

// Check reports whether an event could be recorded now. It asks the last commit, and writes something of its own when that is
// too old to tell or has failed.
func (db *DB) Check(ctx context.Context) error {
	db.health.mu.Lock()
	err, last := db.health.err, db.health.last
	db.health.mu.Unlock()
	if err == nil && time.Since(last) < fresh {
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- db.probe(context.WithoutCancel(ctx)) }()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case <-limit.C:
		return fold(errSlow)
	case <-ctx.Done():
		return ctxError(ctx)
	}
}

// probe writes and removes as much as a large event takes: a disk may be full although a row in place can be changed.
func (db *DB) probe(ctx context.Context) error {
	return db.Write(ctx, "check storage", func(ctx context.Context, tx *Tx) error {
		noise := make([]byte, 16<<10)
		_, _ = rand.Read(noise) // never fails; a server cannot compress it
		_, err := tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES ('probe', $1)
ON CONFLICT (key) DO UPDATE SET value = excluded.value`, hex.EncodeToString(noise))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM meta WHERE key = 'probe'`)
		return err
	})
}
