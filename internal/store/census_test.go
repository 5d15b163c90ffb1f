package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

func TestCensusCountsWebhooksAndTheOpenOutbox(t *testing.T) {
	db := storetest.Open(t)
	must := func(query string) {
		t.Helper()
		if err := db.Write(t.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, query)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	must(`INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 9, 1, 1)`)
	must(`INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ('d', 1, x'00', 1, 1, 1)`)
	for i, state := range []string{"queued", "queued", "sending", "sent", "failed"} {
		must(`INSERT INTO outbox (device_id, message_id, position, chat, payload, body, client_ref, state, expires_at, created_at)
VALUES ('d', '` + string(rune('a'+i)) + `', ` + string(rune('1'+i)) + `, 'c', x'00', '{}', '', '` + state + `', 1, 1)`)
	}
	for i, status := range []string{"active", "active", "paused"} {
		must(`INSERT INTO webhooks (id, account_id, url, events, ordering, timeout_seconds, max_in_flight, include, version, status, status_since, filters, cursor, created_at, updated_at)
VALUES (` + string(rune('1'+i)) + `, 1, 'https://a.test', '[]', 'ordered', 15, 8, '[]', 1, '` + status + `', 1, '[{"from":1}]', 0, 1, 1)`)
	}
	c, err := db.Figures().Census(t.Context())
	if err != nil || c.Webhooks["active"] != 2 || c.Webhooks["paused"] != 1 || c.Outbox["queued"] != 2 || c.Outbox["sending"] != 1 || len(c.Outbox) != 2 || c.Dead != 0 {
		t.Errorf("census %+v, %v", c, err)
	}
}

func TestCommitsAreObserved(t *testing.T) {
	db := storetest.Stopped(t, filepath.Join(t.TempDir(), "wapost.db"))
	var mu sync.Mutex
	var rounds []store.Commit
	db.OnCommit(func(c store.Commit) {
		mu.Lock()
		defer mu.Unlock()
		rounds = append(rounds, c)
	})
	stop := storetest.Start(t, db)
	refusal := errors.New("no")
	if err := db.Write(t.Context(), "test", func(context.Context, *store.Tx) error { return refusal }); !errors.Is(err, refusal) {
		t.Fatal(err)
	}
	stop()
	if len(rounds) != 1 || rounds[0].Jobs != 1 || rounds[0].Err != nil || rounds[0].Took <= 0 {
		t.Errorf("rounds %+v: a job that refuses is no failure of its round", rounds)
	}
}
