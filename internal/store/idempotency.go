package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"wapost/internal/fault"
)

// RepeatWindow is how long the answer of a request is kept for its repetition under the same Idempotency-Key.
const RepeatWindow = 24 * time.Hour

// Answer is what a request was answered. The hash tells a repetition from another request under the same key.
type Answer struct {
	RequestHash []byte
	Status      int
	Body        []byte
}

// Idempotency keeps answers for repeated requests. The bodies are sealed, because they may hold secrets.
type Idempotency struct{ db *DB }

// Idempotency returns the part of the store that keeps answers.
func (db *DB) Idempotency() *Idempotency { return &Idempotency{db: db} }

// Atomic makes one transaction of what is written with the context given to fn.
func (s *Idempotency) Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return s.db.Atomic(ctx, what, fn)
}

const answerPurpose = "idempotency"

// Find returns the answer given under a key; ok is false when there is none, or it is too old.
func (s *Idempotency) Find(ctx context.Context, scope, key string) (a Answer, ok bool, err error) {
	var sealed []byte
	oldest := time.Now().Add(-RepeatWindow).UnixMilli()
	err = s.db.read.QueryRowContext(ctx, `SELECT request_hash, status, response FROM idempotency
		WHERE scope = $1 AND key = $2 AND created_at > $3`, scope, key, oldest).Scan(&a.RequestHash, &a.Status, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return Answer{}, false, nil
	}
	if err != nil {
		return Answer{}, false, wrap("find an answer", err)
	}
	if a.Body, err = s.db.vault.Open(answerPurpose, sealed); err != nil {
		return Answer{}, false, fmt.Errorf("open a stored answer: %w", err)
	}
	return a, true, nil
}

// Keep stores an answer, in the transaction of ctx if it carries one. It refuses with fault.Conflict when another request was
// answered under the key meanwhile: then the effect of this one is undone with it.
func (s *Idempotency) Keep(ctx context.Context, scope, key string, a Answer) error {
	return s.db.Write(ctx, "keep an answer", func(ctx context.Context, tx *Tx) error {
		oldest := tx.Now() - RepeatWindow.Milliseconds()
		_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE scope = $1 AND key = $2 AND created_at <= $3`, scope, key, oldest)
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, `INSERT INTO idempotency (scope, key, request_hash, status, response, created_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scope, key) DO NOTHING`,
			scope, key, a.RequestHash, a.Status, s.db.vault.Seal(answerPurpose, a.Body), tx.Now())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return fault.New(fault.Conflict, "A request with this Idempotency-Key is still running")
	})
}

// Prune deletes answers that are too old, at most 1,000 at a time, and says how many.
func (s *Idempotency) Prune(ctx context.Context) (deleted int64, err error) {
	err = s.db.Write(ctx, "prune answers", func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE (scope, key) IN
			(SELECT scope, key FROM idempotency WHERE created_at <= $1 LIMIT 1000)`, tx.Now()-RepeatWindow.Milliseconds())
		if err != nil {
			return err
		}
		deleted, err = res.RowsAffected()
		return err
	})
	return deleted, err
}
