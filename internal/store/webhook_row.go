package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"wapost/internal/webhook"
)

// What the vault seals for webhooks.
const (
	secretPurpose  = "webhook secret"
	headersPurpose = "webhook headers"
	tlsPurpose     = "webhook tls"
)

// Where row has the sealed columns.
const (
	headersAt = 3
	tlsAt     = 21
)

// row returns the columns that both INSERT and UPDATE write, in their order.
func (s *Webhooks) row(w *webhook.Webhook) ([]any, error) {
	events, err1 := json.Marshal(w.Events)
	include, err2 := json.Marshal(w.Include)
	filters, err3 := json.Marshal(w.Filters)
	headers, err4 := s.sealHeaders(w.Headers)
	tls, err5 := s.sealTLS(w.TLS)
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			return nil, err
		}
	}
	return []any{w.URL, string(events), w.Description, headers, string(w.Ordering), int64(w.Timeout / time.Second), w.MaxInFlight,
		number(int64(w.RateLimit)), string(include), w.Version, string(w.Status), w.Reason, w.StatusSince.UnixMilli(), string(filters), w.Cursor,
		millis(w.Breaker.OpenedAt), millis(w.Breaker.ProbeAt), w.Breaker.Failures, millis(w.Breaker.LastSuccess), millis(w.Breaker.LastFailure),
		w.UpdatedAt.UnixMilli(), tls}, nil
}

// sealHeaders returns NULL when there are none.
func (s *Webhooks) sealHeaders(headers map[string]string) (any, error) {
	if len(headers) == 0 {
		return nil, nil
	}
	plain, err := json.Marshal(headers)
	if err != nil {
		return nil, err
	}
	return s.db.vault.Seal(headersPurpose, plain), nil
}

// sealTLS returns NULL when there is none.
func (s *Webhooks) sealTLS(t *webhook.TLS) (any, error) {
	if t == nil {
		return nil, nil
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return s.db.vault.Seal(tlsPurpose, plain), nil
}

// query reads webhooks in order of their id, each with its live secrets, in one statement: what it returns was true at one
// moment. where speaks of the columns of webhooks.
func (s *Webhooks) query(ctx context.Context, query queryFunc, where string, limit int, args ...any) ([]webhook.Webhook, error) {
	rows, err := query(ctx, `SELECT w.id, w.account_id, w.device_id, w.url, w.events, w.description, w.headers, w.ordering, w.timeout_seconds,
	w.max_in_flight, w.rate_limit, w.include, w.version, w.status, w.reason, w.status_since, w.filters, w.cursor, w.breaker_opened_at,
	w.breaker_probe_at, w.breaker_failures, w.last_success_at, w.last_failure_at, w.created_at, w.updated_at, w.tls, s.sealed, s.created_at, s.expires_at
FROM webhooks w LEFT JOIN webhook_secrets s ON s.webhook_id = w.id
WHERE w.id IN (SELECT id FROM webhooks WHERE `+where+` ORDER BY id LIMIT `+strconv.Itoa(limit)+`) ORDER BY w.id, s.id DESC`, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	list, now := []webhook.Webhook{}, time.Now()
	for rows.Next() {
		var r webhookRow
		if err := r.scan(rows); err != nil {
			return nil, err
		}
		if n := len(list); n == 0 || list[n-1].ID != r.w.ID {
			if err := s.open(&r); err != nil {
				return nil, fmt.Errorf("read webhook %d: %w", r.w.ID, err)
			}
			list = append(list, r.w)
		}
		s.addSecret(&list[len(list)-1], &r, now)
	}
	return list, rows.Err()
}

// webhookRow is a webhook as its columns hold it, beside one of its secrets.
type webhookRow struct {
	w                                     webhook.Webhook
	device                                sql.NullString
	events, include, filters              []byte
	headers, tls, sealed                  []byte
	timeout                               int64
	rate, opened, probe, success, failure sql.NullInt64
	since, created, updated               int64
	secretCreated, secretExpires          sql.NullInt64
}

func (r *webhookRow) scan(row scanner) error {
	w := &r.w
	return row.Scan(&w.ID, &w.AccountID, &r.device, &w.URL, &r.events, &w.Description, &r.headers, &w.Ordering, &r.timeout, &w.MaxInFlight,
		&r.rate, &r.include, &w.Version, &w.Status, &w.Reason, &r.since, &r.filters, &w.Cursor, &r.opened, &r.probe, &w.Breaker.Failures,
		&r.success, &r.failure, &r.created, &r.updated, &r.tls, &r.sealed, &r.secretCreated, &r.secretExpires)
}

// open fills the webhook from the columns that need work.
func (s *Webhooks) open(r *webhookRow) error {
	w := &r.w
	w.DeviceID, w.RateLimit, w.Timeout = r.device.String, int(r.rate.Int64), time.Duration(r.timeout)*time.Second
	w.StatusSince, w.CreatedAt, w.UpdatedAt = time.UnixMilli(r.since), time.UnixMilli(r.created), time.UnixMilli(r.updated)
	b := &w.Breaker
	b.OpenedAt, b.ProbeAt, b.LastSuccess, b.LastFailure = instant(r.opened), instant(r.probe), instant(r.success), instant(r.failure)
	w.Headers = map[string]string{}
	headers := []byte("{}")
	if r.headers != nil {
		if plain, ok := s.unseal(w, webhook.Headers, headersPurpose, r.headers); ok {
			headers = plain
		}
	}
	if plain, ok := s.sealedTLS(w, r.tls); ok {
		w.TLS = &webhook.TLS{}
		if err := json.Unmarshal(plain, w.TLS); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		from []byte
		to   any
	}{{r.events, &w.Events}, {r.include, &w.Include}, {r.filters, &w.Filters}, {headers, &w.Headers}} {
		if err := json.Unmarshal(part.from, part.to); err != nil {
			return err
		}
	}
	return nil
}

// sealedTLS returns false when there is none to be read.
func (s *Webhooks) sealedTLS(w *webhook.Webhook, sealed []byte) ([]byte, bool) {
	if sealed == nil {
		return nil, false
	}
	return s.unseal(w, webhook.TLSPart, tlsPurpose, sealed)
}

// addSecret adds the row's key to the webhook, if it still signs.
func (s *Webhooks) addSecret(w *webhook.Webhook, r *webhookRow, now time.Time) {
	secret := webhook.Secret{CreatedAt: instant(r.secretCreated), ExpiresAt: instant(r.secretExpires)}
	if r.sealed == nil || !secret.ExpiresAt.IsZero() && !secret.ExpiresAt.After(now) {
		return
	}
	plain, ok := s.unseal(w, webhook.Keys, secretPurpose, r.sealed)
	if !ok {
		return
	}
	secret.Text = string(plain)
	w.Secrets = append(w.Secrets, secret)
}

// unseal opens a part of a webhook; false = it is damaged, which the webhook then says. Others must not suffer from it.
func (s *Webhooks) unseal(w *webhook.Webhook, part webhook.Part, purpose string, sealed []byte) ([]byte, bool) {
	plain, err := s.db.vault.Open(purpose, sealed)
	if err != nil && !slices.Contains(w.Damaged, part) {
		w.Damaged = append(w.Damaged, part)
	}
	return plain, err == nil
}
