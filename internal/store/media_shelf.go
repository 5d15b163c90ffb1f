package store

import (
	"context"
	"time"

	"wapost/internal/media"
)

// Usage implements media.Shelf.
func (s *Media) Usage(ctx context.Context) (map[int64]media.Usage, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT account_id, sum(size), count(*) FROM (
	SELECT account_id, stored_size AS size FROM media WHERE state = 'stored' UNION ALL SELECT account_id, size FROM media_doomed WHERE size > 0) AS kept
GROUP BY account_id`)
	if err != nil {
		return nil, wrap("measure media", err)
	}
	used := map[int64]media.Usage{}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var account int64
		var u media.Usage
		err := row.Scan(&account, &u.Bytes, &u.Files)
		used[account] = u
		return struct{}{}, err
	})
	return used, wrap("measure media", err)
}

// Unused implements media.Shelf.
func (s *Media) Unused(ctx context.Context, before time.Time, limit int) ([]media.Record, error) {
	return s.query(ctx, "find unused media", `state = 'stored' AND used_at < $1 ORDER BY used_at LIMIT $2`, before.UnixMilli(), limit)
}

// UnusedOf implements media.Shelf.
func (s *Media) UnusedOf(ctx context.Context, account int64, limit int) ([]media.Record, error) {
	return s.query(ctx, "find unused media", `state = 'stored' AND account_id = $1 ORDER BY used_at LIMIT $2`, account, limit)
}

// Interrupted implements media.Shelf.
func (s *Media) Interrupted(ctx context.Context, limit int) ([]media.Record, error) {
	return s.query(ctx, "find interrupted media", `state = 'storing' ORDER BY id LIMIT $1`, limit)
}

// Due implements media.Shelf.
func (s *Media) Due(ctx context.Context, now time.Time, limit int) ([]media.Record, error) {
	return s.query(ctx, "find due media", `next_at <= $1 ORDER BY next_at LIMIT $2`, now.UnixMilli(), limit)
}

// Unanswered implements media.Shelf.
func (s *Media) Unanswered(ctx context.Context, before time.Time, limit int) ([]media.Record, error) {
	return s.query(ctx, "find unanswered media", `asked_at < $1 ORDER BY asked_at LIMIT $2`, before.UnixMilli(), limit)
}

// Used implements media.Shelf.
func (s *Media) Used(ctx context.Context, at map[string]time.Time) error {
	return s.db.Write(ctx, "note the use of media", func(ctx context.Context, tx *Tx) error {
		for id, t := range at {
			if _, err := tx.Exec(ctx, `UPDATE media SET used_at = $2 WHERE id = $1 AND state = 'stored'`, id, t.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// doomMedia notes the files that go with records which are about to be deleted; where selects the records.
func doomMedia(ctx context.Context, tx *Tx, where string, args ...any) error {
	_, err := tx.Exec(ctx, `INSERT INTO media_doomed (id, account_id, size) SELECT id, account_id, CASE WHEN state = 'stored' THEN stored_size ELSE 0 END FROM media
WHERE state IN ('storing', 'stored') AND `+where+` ON CONFLICT (id) DO NOTHING`, args...)
	return err
}

// Doomed implements media.Shelf.
func (s *Media) Doomed(ctx context.Context, limit int) ([]media.Doom, error) {
	rows, err := s.db.read.QueryContext(ctx, `SELECT id, account_id, size FROM media_doomed ORDER BY id LIMIT $1`, limit)
	if err != nil {
		return nil, wrap("find doomed media", err)
	}
	list, err := scanAll(rows, func(row scanner) (d media.Doom, err error) { return d, row.Scan(&d.ID, &d.AccountID, &d.Size) })
	return list, wrap("find doomed media", err)
}

// Buried implements media.Shelf.
func (s *Media) Buried(ctx context.Context, ids []string) error {
	return s.db.Write(ctx, "bury media", func(ctx context.Context, tx *Tx) error {
		for _, id := range ids {
			if _, err := tx.Exec(ctx, `DELETE FROM media_doomed WHERE id = $1`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget implements media.Shelf.
func (s *Media) Forget(ctx context.Context, before time.Time, limit int) (n int, err error) {
	const old = `id IN (SELECT id FROM media WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)`
	err = s.db.Write(ctx, "forget media", func(ctx context.Context, tx *Tx) error {
		if err := doomMedia(ctx, tx, old, before.UnixMilli(), limit); err != nil {
			return err
		}
		res, err := tx.Exec(ctx, `DELETE FROM media WHERE `+old, before.UnixMilli(), limit)
		if err != nil {
			return err
		}
		deleted, err := res.RowsAffected()
		n = int(deleted)
		return err
	})
	return n, err
}
