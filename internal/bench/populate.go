package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"wapost/internal/egress"
	"wapost/internal/store"
	"wapost/internal/vault"
)

func loopback() egress.Policy {
	return egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

// populate writes one account, its devices and its webhooks, fan of them for each device.
func populate(ctx context.Context, db *store.DB, v *vault.Vault, url string, fan int) error {
	return db.Write(ctx, "populate", func(ctx context.Context, tx *store.Tx) error {
		now := time.Now().UnixMilli()
		if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'bench', 1000, $1, $1)`, now); err != nil {
			return err
		}
		for i := range hooks {
			if i < hooks/fan {
				if _, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, x'00', $2, $2, $2)`, deviceID(i), now); err != nil {
					return err
				}
			}
		}
		for i := range hooks {
			_, err := tx.Exec(ctx, `INSERT INTO webhooks (id, account_id, device_id, url, events, ordering, timeout_seconds, max_in_flight,
include, version, status, status_since, filters, cursor, created_at, updated_at)
VALUES ($1, 1, $2, $3, '[]', 'ordered', 15, 8, '[]', 1, 'active', $4, '[{"from":1,"events":[],"include":[]}]', 0, $4, $4)`,
				i+1, deviceID(i%(hooks/fan)), fmt.Sprintf("%s/%d", url, i), now)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO webhook_secrets (webhook_id, sealed, created_at) VALUES ($1, $2, $3)`, i+1, v.Seal("webhook secret", []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), now)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
