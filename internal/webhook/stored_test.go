package webhook_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"wapost/internal/fault"
	"wapost/internal/webhook"
)

func TestADeletedWebhookTakesItsDeliveriesAlong(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url})
	r.exec(`INSERT INTO deliveries (webhook_id, seq, status, tries, attempts, updated_at) VALUES ($1, 1, 'retrying', 1, 1, 0)`, w.ID)
	if err := r.Delete(t.Context(), one(), w.ID); err != nil {
		t.Fatal(err)
	}
	says(t, r.Delete(t.Context(), one(), w.ID), fault.NotFound, "No such webhook")
	for _, table := range []string{"deliveries", "webhook_secrets"} {
		var n int
		if err := r.db.Read().QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows left in %s, %v", n, table, err)
		}
	}
	if !slices.Equal(r.told, []int64{w.ID, w.ID}) {
		t.Errorf("told %v", r.told)
	}
}

func TestAnUndoneTransactionTellsNobody(t *testing.T) {
	r := newRig(t, 0)
	stop := errors.New("stop")
	err := r.db.Atomic(t.Context(), "test", func(ctx context.Context) error {
		if _, _, err := r.Create(ctx, one(), webhook.Draft{URL: url}); err != nil {
			return err
		}
		return stop
	})
	if list, _, lerr := r.List(t.Context(), one(), webhook.ListOptions{}); !errors.Is(err, stop) || lerr != nil || len(list) != 0 || len(r.told) != 0 {
		t.Errorf("%v; %d webhooks, %v, told %v", err, len(list), lerr, r.told)
	}
}

func TestSecretsAndHeadersAreNotReadableInTheFile(t *testing.T) {
	r := newRig(t, 0)
	r.create(one(), webhook.Draft{URL: url, Secret: ptr("top-secret-text"), Headers: map[string]string{"Authorization": "Bearer hidden-value"}})
	var sealed, headers []byte
	err := r.db.Read().QueryRow(`SELECT s.sealed, w.headers FROM webhooks w JOIN webhook_secrets s ON s.webhook_id = w.id`).Scan(&sealed, &headers)
	if err != nil || len(sealed) == 0 || len(headers) == 0 || strings.Contains(string(sealed)+string(headers), "secret-text") || strings.Contains(string(headers), "hidden") {
		t.Errorf("stored %q and %q, %v", sealed, headers, err)
	}
}

func TestTheEngineGetsAllActiveWebhooks(t *testing.T) {
	r := newRig(t, 0)
	r.create(one(), webhook.Draft{URL: url, Secret: ptr("a")})
	r.create(one(), webhook.Draft{URL: url, Active: ptr(false)})
	r.create(webhook.Scope{AccountID: 2}, webhook.Draft{URL: url, Secret: ptr("b")})
	list, err := r.db.Webhooks().Active(t.Context())
	if err != nil || len(list) != 2 || list[0].Secrets[0].Text != "a" || list[1].Secrets[0].Text != "b" || len(list[1].Filters) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}
