package webhook_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

const url = "https://your-server.com/webhook"

// rig is the service over the real store, with two accounts and a device for each: 1 has "one", 2 has "two".

type rig struct {
	*webhook.Service
	t    *testing.T
	db   *store.DB
	mu   sync.Mutex
	told []int64 // what Changes heard
}

func (r *rig) WebhookChanged(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, id)
}

func newRig(t *testing.T, limit int) *rig {
	t.Helper()
	r := &rig{t: t, db: storetest.Open(t)}
	r.Service = webhook.NewService(webhook.Options{Store: r.db.Webhooks(), Door: egress.New(egress.Policy{}), Changes: r, Limit: limit})
	for i, device := range []string{"one", "two"} {
		r.exec(`INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES ($1, '', 9, 0, 0)`, i+1)
		r.exec(`INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, $2, x'', 0, 0, 0)`, device, i+1)
	}
	return r
}

func (r *rig) exec(query string, args ...any) {
	r.t.Helper()
	err := r.db.Write(r.t.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// record appends an event through the real log.

func (r *rig) record() {
	r.t.Helper()
	e := event.New(event.ConnectionConnected)
	e.At, e.AccountID, e.DeviceID, e.Key, e.Data = time.Now(), 1, "one", "one|d", struct{}{}
	sealed, err := e.Seal()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.db.Events().Append(r.t.Context(), sealed); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) head() int64 {
	r.t.Helper()
	head, err := r.db.Events().Head(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return head
}

func (r *rig) create(scope webhook.Scope, d webhook.Draft) webhook.Webhook {
	r.t.Helper()
	w, _, err := r.Create(r.t.Context(), scope, d)
	if err != nil {
		r.t.Fatal(err)
	}
	return w
}

func (r *rig) patch(id int64, p webhook.Patch) webhook.Webhook {
	r.t.Helper()
	w, err := r.Patch(r.t.Context(), webhook.Scope{AccountID: 1}, id, p)
	if err != nil {
		r.t.Fatal(err)
	}
	stored, err := r.db.Webhooks().Load(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	if diff := cmp.Diff(stored, w); diff != "" {
		r.t.Errorf("what was answered is not what is stored (-stored +answered):\n%s", diff)
	}
	return w
}

func one() webhook.Scope { return webhook.Scope{AccountID: 1} }

func ptr[T any](v T) *T { return &v }

func says(t *testing.T, err error, kind fault.Kind, sentence string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Sentence != sentence {
		t.Errorf("got %v, want kind %d %q", err, kind, sentence)
	}
}

// null is a field that is null.
func null[T any]() webhook.Field[T] { return webhook.Field[T]{Given: true, Null: true} }
