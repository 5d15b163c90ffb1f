package main

import (
	"context"
	"fmt"
	"time"

	"wapost/internal/store"
	"wapost/internal/vault"
)

// crowd is how many webhooks there are, and who gets what: each event of a device goes to fan webhooks, those of a hundred
// webhooks belong to one account.
type crowd struct {
	hooks, fan int
	url        func(hook int) string
}

const (
	perAccount = 100
	perHook    = 8 // attempts under way, unless it is told otherwise
)

func (c crowd) devices() int { return c.hooks / c.fan }

// account is whose device it is.
func (c crowd) account(device int) int64 { return 1 + int64(device*c.fan/perAccount) }

func deviceID(i int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", i) }

// write stores the accounts with their devices and webhooks. The id of a webhook is its number and one.
func (c crowd) write(ctx context.Context, db *store.DB, v *vault.Vault) error {
	return db.Write(ctx, "populate", func(ctx context.Context, tx *store.Tx) error {
		now := time.Now().UnixMilli()
		for a := int64(1); a <= c.account(c.devices()-1); a++ {
			if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES ($1, 'bench', 1000, $2, $2)`, a, now); err != nil {
				return err
			}
		}
		for d := range c.devices() {
			if _, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, $2, $3, $4, $4, $4)`,
				deviceID(d), c.account(d), []byte{0}, now); err != nil {
				return err
			}
		}
		for i := range c.devices() * c.fan {
			if err := c.writeHook(ctx, tx, v, i, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c crowd) writeHook(ctx context.Context, tx *store.Tx, v *vault.Vault, i int, now int64) error {
	device := i / c.fan
	_, err := tx.Exec(ctx, `INSERT INTO webhooks (id, account_id, device_id, url, events, ordering, timeout_seconds, max_in_flight,
include, version, status, status_since, filters, cursor, created_at, updated_at)
VALUES ($1, $2, $3, $4, '[]', 'ordered', 15, $6, '[]', 1, 'active', $5, '[{"from":1,"events":[],"include":[]}]', 0, $5, $5)`,
		i+1, c.account(device), deviceID(device), c.url(i), now, perHook)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO webhook_secrets (webhook_id, sealed, created_at) VALUES ($1, $2, $3)`, i+1,
		v.Seal("webhook secret", []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), now)
	return err
}
