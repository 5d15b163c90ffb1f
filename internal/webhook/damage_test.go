package webhook_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// tear damages what is sealed of a webhook.
func (r *rig) tear(id int64) {
	r.t.Helper()
	r.exec(`UPDATE webhooks SET headers = $1, tls = $1, status = 'disabled', reason = 'damaged' WHERE id = $2`, []byte("torn"), id)
	r.exec(`UPDATE webhook_secrets SET sealed = $1 WHERE webhook_id = $2`, []byte("torn"), id)
}

func TestADamagedWebhookIsShownAndHidesNoOther(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url, Headers: map[string]string{"X-A": "b"}})
	other := r.create(one(), webhook.Draft{URL: url, Headers: map[string]string{"X-A": "b"}})
	r.tear(w.ID)
	list, _, err := r.List(t.Context(), one(), webhook.ListOptions{})
	if err != nil || len(list) != 2 || len(list[1].Damaged) != 0 || len(list[1].Secrets) != 1 || list[1].Headers["X-A"] != "b" || list[1].ID != other.ID {
		t.Fatalf("%+v, %v", list, err)
	}
	if diff := cmp.Diff([]webhook.Part{webhook.Headers, webhook.TLSPart, webhook.Keys}, list[0].Damaged); diff != "" {
		t.Error(diff)
	}
	r.exec(`UPDATE webhook_secrets SET expires_at = 1 WHERE webhook_id = $1`, w.ID)
	if got, err := r.Get(t.Context(), one(), w.ID); err != nil || len(got.Damaged) != 2 {
		t.Errorf("a key that signs no more: %+v, %v", got.Damaged, err)
	}
}

func TestADamagedWebhookIsMendedPartByPart(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url})
	r.tear(w.ID)
	on := webhook.Patch{Active: webhook.Given(true)}
	_, err := r.Patch(t.Context(), one(), w.ID, on)
	says(t, err, fault.Conflict, "What is stored of headers is damaged; give headers anew first")
	if _, err := r.Patch(t.Context(), one(), w.ID, webhook.Patch{Description: webhook.Given("x")}); err != nil {
		t.Fatal(err)
	}
	var torn int
	if err := r.db.Read().QueryRow(`SELECT count(*) FROM webhooks WHERE headers = $1 AND tls = $1 AND description = 'x'`, []byte("torn")).Scan(&torn); err != nil || torn != 1 {
		t.Errorf("a change of something else has touched what is damaged: %d, %v", torn, err)
	}
	if _, err := r.Patch(t.Context(), one(), w.ID, webhook.Patch{Headers: webhook.Given(map[string]string{"X-A": "b"})}); err != nil {
		t.Fatal(err)
	}
	_, err = r.Patch(t.Context(), one(), w.ID, on)
	says(t, err, fault.Conflict, "What is stored of tls is damaged; give tls anew first")
	both := webhook.Patch{TLS: null[webhook.TLS](), Active: webhook.Given(true)}
	_, err = r.Patch(t.Context(), one(), w.ID, both)
	says(t, err, fault.Conflict, "What is stored of secrets is damaged; rotate the secret first")
	generated, _, err := r.RotateSecret(t.Context(), one(), w.ID, webhook.Rotation{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Patch(t.Context(), one(), w.ID, both)
	if err != nil || got.Status != webhook.Active || len(got.Damaged) != 0 || len(got.Secrets) != 1 || got.Secrets[0].Text != generated || got.Headers["X-A"] != "b" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = r.Get(t.Context(), one(), w.ID); err != nil || len(got.Damaged) != 0 || got.TLS != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
