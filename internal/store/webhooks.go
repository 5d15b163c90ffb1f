package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// Webhooks keeps the registrations with their secrets and filters. Secrets and custom headers are sealed.
type Webhooks struct{ db *DB }

// Webhooks returns the registrations' part of the store.
func (db *DB) Webhooks() *Webhooks { return &Webhooks{db: db} }

// Insert implements webhook.Store.
func (s *Webhooks) Insert(ctx context.Context, w webhook.Webhook, limit int, done func(int64)) (webhook.Webhook, error) {
	err := s.db.Write(ctx, "create webhook", func(ctx context.Context, tx *Tx) error {
		if w.DeviceID != "" {
			if err := ownDevice(ctx, tx.QueryRow, w.DeviceID, w.AccountID); err != nil {
				return err
			}
		}
		w.Cursor = tx.Head()
		w.Filters = []webhook.Filter{{From: w.Cursor + 1, Events: w.Events, Include: w.Include}}
		r, err := s.row(&w)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `INSERT INTO webhooks (account_id, device_id, created_at, url, events, description, headers, ordering,
	timeout_seconds, max_in_flight, rate_limit, include, version, status, reason, status_since, filters, cursor, breaker_opened_at,
	breaker_probe_at, breaker_failures, last_success_at, last_failure_at, updated_at, tls)
SELECT $23, $24, $25, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22
WHERE (SELECT count(*) FROM webhooks WHERE account_id = $23) < $26 RETURNING id`,
			append(r, w.AccountID, text(w.DeviceID), w.CreatedAt.UnixMilli(), limit)...).Scan(&w.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, "Webhook limit reached (%d)", limit)
		}
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { done(w.ID) })
		return s.insertSecrets(ctx, tx, &w)
	})
	return w, err
}

// Get implements webhook.Store.
func (s *Webhooks) Get(ctx context.Context, scope webhook.Scope, id int64) (webhook.Webhook, error) {
	w, err := s.one(ctx, s.db.read.QueryContext, scope, id)
	return w, wrap("get webhook", err)
}

// Load returns one webhook of any account, as the delivery engine needs it; fault.NotFound when it is gone.
func (s *Webhooks) Load(ctx context.Context, id int64) (webhook.Webhook, error) {
	return s.Get(ctx, webhook.Scope{}, id)
}

// Active returns the webhooks of all accounts that are neither paused nor disabled.
func (s *Webhooks) Active(ctx context.Context) ([]webhook.Webhook, error) {
	list, err := s.query(ctx, s.db.read.QueryContext, "status = 'active'", everyone)
	return list, wrap("load webhooks", err)
}

// List implements webhook.Store.
func (s *Webhooks) List(ctx context.Context, scope webhook.Scope, p webhook.Page) ([]webhook.Webhook, error) {
	if p.DeviceID != "" {
		if err := ownDevice(ctx, s.db.read.QueryRowContext, p.DeviceID, scope.AccountID); err != nil {
			return nil, wrap("list webhooks", err)
		}
	}
	list, err := s.query(ctx, s.db.read.QueryContext, `(account_id = $1 OR $1 = 0) AND ($2 = '' OR device_id = $2) AND id > $3
	AND ($4 = '' OR device_id = $4) AND ((status = 'active') = $5 OR $5 IS NULL)
	AND ($6 = '' OR $6 = CASE WHEN status = 'active' AND (breaker_opened_at IS NOT NULL OR breaker_failures >= $7) THEN 'failing' ELSE status END)`,
		p.Limit, scope.AccountID, scope.DeviceID, p.After, p.DeviceID, p.Active, string(p.State), webhook.FailingAfter)
	return list, wrap("list webhooks", err)
}

// Update implements webhook.Store.
func (s *Webhooks) Update(ctx context.Context, scope webhook.Scope, id int64,
	change func(context.Context, *webhook.Webhook, webhook.Backlog) error, done func(int64)) (w webhook.Webhook, err error) {
	err = s.db.Write(ctx, "update webhook", func(ctx context.Context, tx *Tx) error {
		if w, err = s.one(ctx, tx.Query, scope, id); err != nil {
			return err
		}
		secrets := slices.Clone(w.Secrets)
		if err := change(ctx, &w, backlog{tx, id}); err != nil {
			return err
		}
		if err := s.store(ctx, tx, &w, !slices.Equal(secrets, w.Secrets)); err != nil {
			return err
		}
		tx.AfterCommit(func() { done(id) })
		return nil
	})
	return w, err
}

func (s *Webhooks) store(ctx context.Context, tx *Tx, w *webhook.Webhook, secrets bool) error {
	r, err := s.row(w)
	if err != nil {
		return err
	}
	if err := keepDamaged(ctx, tx, w, r); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE webhooks SET url = $1, events = $2, description = $3, headers = $4, ordering = $5, timeout_seconds = $6,
	max_in_flight = $7, rate_limit = $8, include = $9, version = $10, status = $11, reason = $12, status_since = $13, filters = $14,
	cursor = $15, breaker_opened_at = $16, breaker_probe_at = $17, breaker_failures = $18, last_success_at = $19, last_failure_at = $20,
	updated_at = $21, tls = $22 WHERE id = $23`, append(r, w.ID)...)
	if err != nil || !secrets {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM webhook_secrets WHERE webhook_id = $1`, w.ID); err != nil {
		return err
	}
	return s.insertSecrets(ctx, tx, w)
}

// keepDamaged leaves sealed columns as they are that could not be opened and were not given anew: a change of something else
// must not delete them.
func keepDamaged(ctx context.Context, tx *Tx, w *webhook.Webhook, row []any) error {
	if len(w.Damaged) == 0 {
		return nil
	}
	var headers, tls []byte
	if err := tx.QueryRow(ctx, `SELECT headers, tls FROM webhooks WHERE id = $1`, w.ID).Scan(&headers, &tls); err != nil {
		return err
	}
	if slices.Contains(w.Damaged, webhook.Headers) {
		row[headersAt] = headers
	}
	if slices.Contains(w.Damaged, webhook.TLSPart) {
		row[tlsAt] = tls
	}
	return nil
}

// Delete implements webhook.Store. Secrets, deliveries and attempts go with the webhook.
func (s *Webhooks) Delete(ctx context.Context, scope webhook.Scope, id int64, done func(int64)) error {
	return s.db.Write(ctx, "delete webhook", func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, `DELETE FROM webhooks WHERE id = $1 AND (account_id = $2 OR $2 = 0) AND ($3 = '' OR device_id = $3)`,
			id, scope.AccountID, scope.DeviceID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, noWebhook())
		}
		tx.AfterCommit(func() { done(id) })
		return nil
	})
}

func noWebhook() error { return fault.New(fault.NotFound, "No such webhook") }

// one reads a webhook inside of a scope.
func (s *Webhooks) one(ctx context.Context, query queryFunc, scope webhook.Scope, id int64) (webhook.Webhook, error) {
	list, err := s.query(ctx, query, "id = $1 AND (account_id = $2 OR $2 = 0) AND ($3 = '' OR device_id = $3)", 1, id, scope.AccountID, scope.DeviceID)
	if err != nil {
		return webhook.Webhook{}, err
	}
	if len(list) == 0 {
		return webhook.Webhook{}, noWebhook()
	}
	return list[0], nil
}

// ownDevice returns fault.NotFound when the device is not the account's; account 0 stands for all.
func ownDevice(ctx context.Context, queryRow func(context.Context, string, ...any) *sql.Row, device string, account int64) error {
	var one int
	err := queryRow(ctx, `SELECT 1 FROM devices WHERE id = $1 AND (account_id = $2 OR $2 = 0)`, device, account).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "No such device")
	}
	return err
}

// everyone is a limit for reading all.
const everyone = 1 << 40

func (s *Webhooks) insertSecrets(ctx context.Context, tx *Tx, w *webhook.Webhook) error {
	for _, secret := range slices.Backward(w.Secrets) { // the newest gets the highest id
		_, err := tx.Exec(ctx, `INSERT INTO webhook_secrets (webhook_id, sealed, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			w.ID, s.db.vault.Seal(secretPurpose, []byte(secret.Text)), secret.CreatedAt.UnixMilli(), millis(secret.ExpiresAt))
		if err != nil {
			return err
		}
	}
	return nil
}
