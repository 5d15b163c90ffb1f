package store

import "context"

// tellHooksGone announces the webhooks that the transaction is about to delete by cascade; query selects their ids.
func (db *DB) tellHooksGone(ctx context.Context, tx *Tx, query string, arg any) error {
	rows, err := tx.Query(ctx, query, arg)
	if err != nil {
		return err
	}
	ids, err := scanAll(rows, func(row scanner) (id int64, err error) { return id, row.Scan(&id) })
	if err != nil || db.hookGone == nil {
		return err
	}
	tx.AfterCommit(func() {
		for _, id := range ids {
			db.hookGone(id)
		}
	})
	return nil
}
