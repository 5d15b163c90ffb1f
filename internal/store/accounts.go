package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"wapost/internal/access"
	"wapost/internal/fault"
)

// Accounts keeps the customers, their API keys and what access must know about devices.
type Accounts struct{ db *DB }

// Accounts returns the customers' part of the store.
func (db *DB) Accounts() *Accounts { return &Accounts{db: db} }

const accountColumns = `a.id, a.customer_name, a.customer_email, a.customer_phone, a.max_devices,
	a.rate_limit_per_hour, a.active, a.created_at, a.updated_at, (SELECT count(*) FROM devices d WHERE d.account_id = a.id)`

// CreateAccount adds a customer with its first key.
func (s *Accounts) CreateAccount(ctx context.Context, a access.NewAccount, k access.NewKey) (rec access.AccountRecord, err error) {
	err = s.db.Write(ctx, "create account", func(ctx context.Context, tx *Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `INSERT INTO accounts
			(customer_name, customer_email, customer_phone, max_devices, rate_limit_per_hour, active, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, 1, $6, $6) RETURNING id`,
			a.CustomerName, a.CustomerEmail, a.CustomerPhone, a.MaxDevices, nullable(a.RateLimitPerHour), tx.Now()).Scan(&id)
		if err != nil {
			return err
		}
		if err := insertKey(ctx, tx, id, k); err != nil {
			return err
		}
		rec, err = readAccount(ctx, tx, id)
		return err
	})
	return rec, err
}

func insertKey(ctx context.Context, tx *Tx, accountID int64, k access.NewKey) error {
	_, err := tx.Exec(ctx, `INSERT INTO api_keys (account_id, hash, masked, created_at, expires_at)
		VALUES ($1, $2, $3, $4, NULL)`, accountID, k.Hash, k.Masked, tx.Now())
	return err
}

// ListAccounts returns a page of customers, oldest first.
func (s *Accounts) ListAccounts(ctx context.Context, f access.AccountFilter) ([]access.AccountRecord, error) {
	const query = `SELECT ` + accountColumns + ` FROM accounts a
		WHERE a.id > $1 AND (a.active = $2 OR $2 IS NULL) ORDER BY a.id LIMIT $3`
	rows, err := s.db.read.QueryContext(ctx, query, f.After, flag(f.Active), f.Limit)
	if err != nil {
		return nil, wrap("list accounts", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what matters
	accounts := []access.AccountRecord{}
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, wrap("list accounts", err)
		}
		accounts = append(accounts, a)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap("list accounts", err)
	}
	for i := range accounts {
		if accounts[i].Keys, err = readKeys(ctx, s.db.read.QueryContext, accounts[i].ID, time.Now().UnixMilli()); err != nil {
			return nil, wrap("list accounts", err)
		}
	}
	return accounts, nil
}

// GetAccount returns one customer.
func (s *Accounts) GetAccount(ctx context.Context, id int64) (access.AccountRecord, error) {
	a, err := scanAccount(s.db.read.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.id = $1`, id))
	if err == nil {
		a.Keys, err = readKeys(ctx, s.db.read.QueryContext, id, time.Now().UnixMilli())
	}
	return a, wrap("get account", noAccount(err))
}

// UpdateAccount changes the fields that are given.
func (s *Accounts) UpdateAccount(ctx context.Context, id int64, c access.AccountChange) (rec access.AccountRecord, err error) {
	err = s.db.Write(ctx, "update account", func(ctx context.Context, tx *Tx) error {
		rate, setRate := sql.NullInt64{}, c.RateLimitPerHour != nil
		if setRate {
			rate = nullable(*c.RateLimitPerHour)
		}
		_, err := tx.Exec(ctx, `UPDATE accounts SET
			customer_name = coalesce($1, customer_name), customer_email = coalesce($2, customer_email),
			customer_phone = coalesce($3, customer_phone), max_devices = coalesce($4, max_devices),
			rate_limit_per_hour = CASE WHEN $5 THEN $6 ELSE rate_limit_per_hour END,
			active = coalesce($7, active), updated_at = $8 WHERE id = $9`,
			c.CustomerName, c.CustomerEmail, c.CustomerPhone, c.MaxDevices, setRate, rate, flag(c.Active), tx.Now(), id)
		if err != nil {
			return err
		}
		rec, err = readAccount(ctx, tx, id)
		return noAccount(err)
	})
	return rec, err
}

// DeleteAccount removes a customer without devices, its keys and its webhooks. What the log still holds of it is removed
// afterwards in small steps, so that nobody's commit waits for a large account; a crash leaves the rest to the retention.
func (s *Accounts) DeleteAccount(ctx context.Context, id int64) error {
	err := s.db.Write(ctx, "delete account", func(ctx context.Context, tx *Tx) error {
		a, err := readAccount(ctx, tx, id)
		if err != nil {
			return noAccount(err)
		}
		if a.DeviceCount > 0 {
			return fault.New(fault.Conflict, "API key still has devices (%d); delete them first or use force", a.DeviceCount)
		}
		prefix := fmt.Sprintf("%d|", id) // of the scopes that httpapi makes
		if _, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE scope >= $1 AND scope < $2`, prefix, prefix[:len(prefix)-1]+"}"); err != nil {
			return err
		}
		if err := s.db.tellHooksGone(ctx, tx, `SELECT id FROM webhooks WHERE account_id = $1`, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM accounts WHERE id = $1`, id)
		tx.round.ledger.chats.forget()
		tx.AfterCommit(func() {
			for _, f := range s.db.accountGone {
				f(id)
			}
		})
		return err
	})
	if err != nil {
		return err
	}
	return s.forget(context.WithoutCancel(ctx), id)
}

// forget deletes the events of an account that no longer exists.
func (s *Accounts) forget(ctx context.Context, id int64) error {
	for after := int64(0); ; {
		var first, last sql.NullInt64
		err := s.db.read.QueryRowContext(ctx, `SELECT min(seq), max(seq) FROM
			(SELECT seq FROM events WHERE account_id = $1 AND seq > $2 ORDER BY seq LIMIT 500) AS part`, id, after).Scan(&first, &last)
		if err != nil || !first.Valid {
			return wrap("find an account's events", err)
		}
		err = s.db.Write(ctx, "delete an account's events", func(ctx context.Context, tx *Tx) error {
			_, err := tx.dropEvents(ctx, `account_id = $1 AND seq BETWEEN $2 AND $3`, id, first.Int64, last.Int64)
			return err
		})
		if err != nil {
			return err
		}
		after = last.Int64
	}
}

// KeyByHash returns the key with this SHA-256, expired ones included.
func (s *Accounts) KeyByHash(ctx context.Context, hash []byte) (access.KeyRecord, error) {
	var k access.KeyRecord
	var expires, hourly sql.NullInt64
	err := s.db.read.QueryRowContext(ctx, `SELECT k.id, k.hash, k.expires_at, a.id, a.active, a.rate_limit_per_hour
		FROM api_keys k JOIN accounts a ON a.id = k.account_id WHERE k.hash = $1`, hash).
		Scan(&k.ID, &k.Hash, &expires, &k.AccountID, &k.Active, &hourly)
	if expires.Valid {
		k.ExpiresAt = time.UnixMilli(expires.Int64)
	}
	k.HourlyLimit = int(hourly.Int64)
	return k, wrap("look up an API key", err)
}

// DeviceByID returns what a token of the device is compared with.
func (s *Accounts) DeviceByID(ctx context.Context, id string) (access.DeviceRecord, error) {
	var d access.DeviceRecord
	var hourly sql.NullInt64
	err := s.db.read.QueryRowContext(ctx, `SELECT a.id, d.secret_hash, d.token_version, a.active, a.rate_limit_per_hour
		FROM devices d JOIN accounts a ON a.id = d.account_id WHERE d.id = $1`, id).
		Scan(&d.AccountID, &d.SecretHash, &d.TokenVersion, &d.Active, &hourly)
	d.HourlyLimit = int(hourly.Int64)
	return d, wrap("look up a device", err)
}

// RaiseTokenVersion ends all tokens of a device.
func (s *Accounts) RaiseTokenVersion(ctx context.Context, id string) (version int, err error) {
	err = s.db.Write(ctx, "raise token version", func(ctx context.Context, tx *Tx) error {
		return tx.QueryRow(ctx, `UPDATE devices SET token_version = token_version + 1, updated_at = $1 WHERE id = $2
			RETURNING token_version`, tx.Now(), id).Scan(&version)
	})
	return version, err
}

func readAccount(ctx context.Context, tx *Tx, id int64) (access.AccountRecord, error) {
	a, err := scanAccount(tx.QueryRow(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.id = $1`, id))
	if err != nil {
		return a, err
	}
	a.Keys, err = readKeys(ctx, tx.Query, id, tx.Now())
	return a, err
}

// readKeys returns the live keys, newest first.
func readKeys(ctx context.Context, query queryFunc, accountID, now int64) ([]access.Key, error) {
	rows, err := query(ctx, `SELECT masked, created_at, expires_at FROM api_keys
		WHERE account_id = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY id DESC`, accountID, now)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what matters
	var keys []access.Key
	for rows.Next() {
		var k access.Key
		var created int64
		var expires sql.NullInt64
		if err := rows.Scan(&k.Masked, &created, &expires); err != nil {
			return nil, err
		}
		k.CreatedAt = time.UnixMilli(created)
		if expires.Valid {
			k.ExpiresAt = time.UnixMilli(expires.Int64)
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

type queryFunc func(ctx context.Context, query string, args ...any) (*sql.Rows, error)

func scanAccount(row interface{ Scan(...any) error }) (access.AccountRecord, error) {
	var a access.AccountRecord
	var hourly sql.NullInt64
	var created, updated int64
	err := row.Scan(&a.ID, &a.CustomerName, &a.CustomerEmail, &a.CustomerPhone, &a.MaxDevices, &hourly, &a.Active,
		&created, &updated, &a.DeviceCount)
	a.RateLimitPerHour = int(hourly.Int64)
	a.CreatedAt, a.UpdatedAt = time.UnixMilli(created), time.UnixMilli(updated)
	return a, err
}

func noAccount(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Wrap(err, fault.NotFound, "No such API key")
	}
	return err
}

// flag is how a boolean is stored; nil is NULL.
func flag(b *bool) any {
	switch {
	case b == nil:
		return nil
	case *b:
		return 1
	}
	return 0
}

// nullable stores 0 as NULL.
func nullable(n int) sql.NullInt64 { return sql.NullInt64{Int64: int64(n), Valid: n != 0} }
