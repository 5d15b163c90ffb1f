package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

// Retention deletes what is too old: it implements delivery.Shelf.
type Retention struct{ db *DB }

// Retention returns the shelf.
func (db *DB) Retention() *Retention { return &Retention{db} }

var _ delivery.Shelf = (*Retention)(nil)

// Before implements delivery.Shelf.
func (s *Retention) Before(ctx context.Context, t time.Time) (int64, error) {
	first, _, err := s.db.Events().oldest(ctx)
	if err != nil {
		return 0, wrap("find old events", err)
	}
	head, err := s.db.Events().Head(ctx)
	if err != nil || head < first {
		return 0, err
	}
	next, err := firstSince(ctx, s.db.read.QueryRowContext, first, head+1, t)
	if err != nil || next == first {
		return 0, wrap("find old events", err)
	}
	return next - 1, nil
}

// expiredKey of meta holds the number up to which events have expired. Their rows stay for a while, so that everybody can see
// what became of them.
const expiredKey = "expired_up_to"

// Expire implements delivery.Shelf.
func (s *Retention) Expire(ctx context.Context, upTo int64, announce func(context.Context, []delivery.Expired) error) error {
	lost, err := s.lost(ctx, upTo)
	if err != nil {
		return wrap("count expired events", err)
	}
	return s.db.Write(ctx, "expire events", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE deliveries SET status = 'expired', next_at = NULL, updated_at = $1
WHERE seq <= $2 AND status IN ('retrying', 'late')`, tx.Now(), upTo)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE webhooks SET cursor = $1 WHERE cursor < $1`, upTo); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, setMeta, expiredKey, strconv.FormatInt(upTo, 10)); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.db.expired.Store(upTo) })
		return announce(ctx, lost)
	})
}

// loadExpired reads how far events have expired.
func (db *DB) loadExpired(ctx context.Context) error {
	upTo, err := metaNumber(ctx, db.read, expiredKey)
	if err != nil {
		return fmt.Errorf("read how far events have expired: %w", err)
	}
	db.expired.Store(upTo)
	return nil
}

// lost finds the webhooks that still waited for events up to a number, also for those that were refused before their cursor
// passed them.
func (s *Retention) lost(ctx context.Context, upTo int64) ([]delivery.Expired, error) {
	hooks, err := s.db.Webhooks().List(ctx, webhook.Scope{}, webhook.Page{Limit: 1 << 30})
	if err != nil {
		return nil, err
	}
	var lost []delivery.Expired
	for i := range hooks {
		w := &hooks[i]
		n, oldest, err := s.db.Deliveries().waitingUpTo(ctx, w, min(w.Cursor, upTo), upTo)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			lost = append(lost, delivery.Expired{Webhook: w, Count: n, From: oldest})
		}
	}
	if len(lost) == 0 {
		return nil, nil
	}
	var newest int64 // the event upTo itself may have been dropped as best-effort ones are
	if err := s.db.read.QueryRowContext(ctx, `SELECT at FROM events WHERE seq <= $1 ORDER BY seq DESC LIMIT 1`, upTo).Scan(&newest); err != nil {
		return nil, err
	}
	for i := range lost {
		lost[i].To = time.UnixMilli(newest)
	}
	return lost, nil
}

// DropEvents implements delivery.Shelf.
func (s *Retention) DropEvents(ctx context.Context, upTo int64, limit int) (int, error) {
	return s.drop(ctx, "drop events", func(ctx context.Context, tx *Tx) (int, error) {
		first, _, err := s.db.Events().oldest(ctx)
		if err != nil {
			return 0, err
		}
		end := min(upTo, first+int64(limit)-1)
		for _, query := range []string{`DELETE FROM deliveries WHERE seq <= $1`, `DELETE FROM outcomes WHERE max_seq <= $1`} {
			if _, err := tx.Exec(ctx, query, end); err != nil {
				return 0, err
			}
		}
		res, err := tx.dropEvents(ctx, `seq <= $1`, end)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if n > 0 && end < upTo {
			return limit, err // more may follow, also behind a gap
		}
		return int(n), err
	})
}

// DropMoments implements delivery.Shelf.
func (s *Retention) DropMoments(ctx context.Context, upTo int64, limit int) (int, error) {
	return s.drop(ctx, "drop best-effort events", func(ctx context.Context, tx *Tx) (int, error) {
		res, err := tx.dropEvents(ctx, `seq IN
(SELECT seq FROM events WHERE seq > $1 AND seq <= $2 AND class = $3 ORDER BY seq LIMIT $4)`,
			s.db.swept.Load(), upTo, string(event.BestEffort), limit)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if err == nil && int(n) < limit {
			tx.AfterCommit(func() { s.db.swept.Store(upTo) })
		}
		return int(n), err
	})
}

// DropAttempts implements delivery.Shelf.
func (s *Retention) DropAttempts(ctx context.Context, t time.Time, limit int) (int, error) {
	return s.drop(ctx, "drop attempts", func(ctx context.Context, tx *Tx) (int, error) {
		// Ids rise with time, so the oldest are looked at first.
		res, err := tx.Exec(ctx, `DELETE FROM attempts WHERE id IN (SELECT id FROM (SELECT id, at FROM attempts ORDER BY id LIMIT $1) AS oldest WHERE at < $2)`,
			limit, t.UnixMilli())
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		return int(n), err
	})
}

func (s *Retention) drop(ctx context.Context, what string, fn func(context.Context, *Tx) (int, error)) (n int, err error) {
	err = s.db.Write(ctx, what, func(ctx context.Context, tx *Tx) error {
		n, err = fn(ctx, tx)
		return err
	})
	return n, err
}

// DropMessages implements delivery.Shelf.
func (s *Retention) DropMessages(ctx context.Context, upTo int64, t time.Time, limit int) (int, error) {
	most := 0
	_, err := s.drop(ctx, "drop messages", func(ctx context.Context, tx *Tx) (int, error) {
		if err := tx.tellChats(ctx); err != nil {
			return 0, err
		}
		for _, step := range []struct {
			query string
			args  []any
		}{
			{`DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE id > 0 AND id <= $1 ORDER BY id LIMIT $2)`, []any{upTo, limit}},
			// The oldest are looked at first: ids of receipts rise, those of old messages fall.
			{`DELETE FROM messages WHERE id IN (SELECT id FROM (SELECT id, stored_at FROM old_messages ORDER BY id DESC LIMIT $2) AS oldest WHERE stored_at < $1)`,
				[]any{t.UnixMilli(), limit}},
			{`DELETE FROM old_messages WHERE id IN (SELECT id FROM (SELECT id, stored_at FROM old_messages ORDER BY id DESC LIMIT $2) AS oldest WHERE stored_at < $1)`,
				[]any{t.UnixMilli(), limit}},
			{`DELETE FROM receipts WHERE id IN (SELECT id FROM (SELECT id, stored_at FROM receipts ORDER BY id LIMIT $2) AS oldest WHERE stored_at < $1)`,
				[]any{t.UnixMilli(), limit}},
			{`DELETE FROM history_parts WHERE state IN ('done', 'failed') AND updated_at < $1`, []any{t.UnixMilli()}},
			{`DELETE FROM old_messages WHERE id IN (` + messagesOfNobody + `)`, []any{limit}},
			{`DELETE FROM messages WHERE id IN (` + messagesOfNobody + `)`, []any{limit}},
			{`DELETE FROM receipts WHERE id IN (SELECT r.id FROM chats c JOIN receipts r ON r.chat_id = c.id WHERE c.device_id IS NULL ORDER BY r.id LIMIT $1)`, []any{limit}},
			{`DELETE FROM chats WHERE device_id IS NULL AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = chats.id)
AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.chat_id = chats.id)`, nil},
		} {
			res, err := tx.Exec(ctx, step.query, step.args...)
			if err != nil {
				return 0, err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return 0, err
			}
			most = max(most, int(n))
		}
		return most, nil
	})
	return most, err
}

// messagesOfNobody are messages of devices that were deleted.
const messagesOfNobody = `SELECT m.id FROM chats c JOIN messages m ON m.chat_id = c.id WHERE c.device_id IS NULL ORDER BY m.id LIMIT $1`
