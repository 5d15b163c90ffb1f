package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// sealed says where the vault's values are: the statements that read the next page of a table behind a row, known by two
// columns, and that replace a value.
type sealed struct {
	purpose, page, replace string
	first                  [2]any
}

func sealedColumns() []sealed {
	return []sealed{
		{headersPurpose, `SELECT id, id, headers FROM webhooks WHERE headers IS NOT NULL AND (id, id) > ($1, $2) ORDER BY id LIMIT $3`,
			`UPDATE webhooks SET headers = $1 WHERE id = $2 AND id = $3`, [2]any{0, 0}},
		{tlsPurpose, `SELECT id, id, tls FROM webhooks WHERE tls IS NOT NULL AND (id, id) > ($1, $2) ORDER BY id LIMIT $3`,
			`UPDATE webhooks SET tls = $1 WHERE id = $2 AND id = $3`, [2]any{0, 0}},
		{secretPurpose, `SELECT id, id, sealed FROM webhook_secrets WHERE (id, id) > ($1, $2) ORDER BY id LIMIT $3`,
			`UPDATE webhook_secrets SET sealed = $1 WHERE id = $2 AND id = $3`, [2]any{0, 0}},
		{answerPurpose, `SELECT scope, key, response FROM idempotency WHERE (scope, key) > ($1, $2) ORDER BY scope, key LIMIT $3`,
			`UPDATE idempotency SET response = $1 WHERE scope = $2 AND key = $3`, [2]any{"", ""}},
		{mediaKeyPurpose, `SELECT id, id, sealed_key FROM media WHERE sealed_key IS NOT NULL AND (id, id) > ($1, $2) ORDER BY id LIMIT $3`,
			`UPDATE media SET sealed_key = $1 WHERE id = $2 AND id = $3`, [2]any{"", ""}},
		{proxyPurpose, `SELECT id, id, proxy FROM devices WHERE proxy IS NOT NULL AND (id, id) > ($1, $2) ORDER BY id LIMIT $3`,
			`UPDATE devices SET proxy = $1 WHERE id = $2 AND id = $3`, [2]any{"", ""}},
		{noticePurpose, `SELECT id, id, notice FROM history_parts WHERE (id, id) > ($1, $2) ORDER BY id LIMIT $3`,
			`UPDATE history_parts SET notice = $1 WHERE id = $2 AND id = $3`, [2]any{0, 0}},
	}
}

// resealPage bounds a transaction.
const resealPage = 200

// reseal seals with the current key what was sealed with another, and then forgets the marks of the others: the start does not
// need their keys any more. When it is cut off, all of them stay needed and the next start goes on. A value that none of the
// keys opens is damaged, as there was a mark for every key: it stays as it is, and whoever needs it says so.
func (db *DB) reseal(ctx context.Context, old []string) error {
	values, damaged := 0, 0
	for _, column := range sealedColumns() {
		for at, more := column.first, true; more; {
			n, err := db.resealPage(ctx, &column, &at)
			if err != nil {
				return fmt.Errorf("seal anew with the current instance key: %w", err)
			}
			values, damaged = values+n.resealed, damaged+n.damaged
			more = n.read == resealPage
		}
	}
	for _, name := range old {
		if _, err := db.writing().ExecContext(ctx, `DELETE FROM meta WHERE key = $1`, name); err != nil {
			return fmt.Errorf("forget an old instance key: %w", err)
		}
	}
	db.log.Info("sealed anew with the current instance key; older ones are not needed any more", "values", values, "damaged", damaged, "key_id", db.vault.ID())
	return nil
}

type resealCount struct{ read, resealed, damaged int }

// resealPage does one page in a transaction and moves at to its end.
func (db *DB) resealPage(ctx context.Context, c *sealed, at *[2]any) (n resealCount, err error) {
	tx, err := db.writing().BeginTx(ctx, nil)
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
	page, err := c.read(ctx, tx, *at)
	if err != nil {
		return n, err
	}
	for _, r := range page {
		*at = r.id
		if db.vault.Current(r.value) {
			continue
		}
		plain, err := db.vault.Open(c.purpose, r.value)
		if err != nil {
			db.log.Error("a sealed value is damaged; it is left as it is", "kind", c.purpose, "row", r.id[0])
			n.damaged++
			continue
		}
		if _, err := tx.ExecContext(ctx, c.replace, db.vault.Seal(c.purpose, plain), r.id[0], r.id[1]); err != nil {
			return n, err
		}
		n.resealed++
	}
	n.read = len(page)
	return n, tx.Commit()
}

type sealedRow struct {
	id    [2]any
	value []byte
}

func (c *sealed) read(ctx context.Context, tx *sql.Tx, at [2]any) (page []sealedRow, err error) {
	rows, err := tx.QueryContext(ctx, c.page, at[0], at[1], resealPage)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r sealedRow
		if err := rows.Scan(&r.id[0], &r.id[1], &r.value); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

// ignoreDone: a rollback after the commit is none.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
