package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"wapost/internal/fault"
)

// health remembers how the last commit went, and how those went that count.
type health struct {
	mu      sync.Mutex
	err     error
	last    time.Time
	streaks [cargoes]streak
}

// cargo is what a round was for. A round of each sort can fail while storage works, for a reason of its own, and all others
// succeed, the probe's among them: only its like can vouch for it.
type cargo int

const (
	carriesEvents cargo = iota
	carriesOutcomes
	cargoes
)

// streak is a number of failures in a row that are not storage's.
type streak struct {
	failures int
	err      error
	last     time.Time
}

const (
	streakFails = 3               // failures in a row after which it is not one event or one outcome that is to blame
	streakFades = 6 * time.Minute // after which a failure says nothing about now: who could not record tries again within 5 minutes
)

// carries tells what the round was for.
func (r *round) carries(jobs []job) (c [cargoes]bool) {
	c[carriesEvents] = len(r.events) > 0 || len(r.appends) > 0
	for _, j := range jobs {
		switch j.(type) {
		case *appendJob:
			c[carriesEvents] = true
		case *settleJob:
			c[carriesOutcomes] = true
		}
	}
	return c
}

func (h *health) note(err error, carried [cargoes]bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err, h.last = err, time.Now()
	for c, was := range carried {
		switch s := &h.streaks[c]; {
		case !was, fault.Is(fold(err), fault.Unavailable): // of storage the probe knows more
		case err == nil:
			*s = streak{}
		default:
			s.failures, s.err, s.last = s.failures+1, err, h.last
		}
	}
}

// failing is the error of the rounds that fail again and again; nil = there are none.
func (h *health) failing(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.streaks {
		if s.failures >= streakFails && now.Sub(s.last) < streakFades {
			return fmt.Errorf("%d commits in a row have failed: %w", s.failures, s.err)
		}
	}
	return nil
}

// fresh is how long a commit vouches for the writer without a probe.
const fresh = 5 * time.Second

// checkLimit is how long the mark of Check may take; another program may hold the database.
const checkLimit = 2 * time.Second

var errSlow = errors.New("a write takes too long")

// Check reports whether an event could be recorded now. It asks the last commits, and writes something of its own when they are
// too old to tell or one has failed. Errors: fault.Unavailable.
func (db *DB) Check(ctx context.Context) error {
	if err := db.health.failing(time.Now()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "Storage is unavailable")
	}
	db.health.mu.Lock()
	err, last := db.health.err, db.health.last
	db.health.mu.Unlock()
	if err == nil && time.Since(last) < fresh {
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- db.probe(context.WithoutCancel(ctx)) }()
	limit := time.NewTimer(checkLimit)
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
		_, err := tx.Exec(ctx, setMeta, "probe", hex.EncodeToString(noise))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM meta WHERE key = 'probe'`)
		return err
	})
}
