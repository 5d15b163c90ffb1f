package webhook_test

import (
	"strings"
	"testing"
	"time"

	"wapost/internal/fault"
	"wapost/internal/webhook"
)

func TestRotationKeepsTheOldKeyForAWhile(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url, Secret: ptr("first")})
	generated, ends, err := r.RotateSecret(t.Context(), one(), w.ID, webhook.Rotation{})
	if err != nil || !strings.HasPrefix(generated, "whsec_") || time.Until(ends) < 23*time.Hour {
		t.Fatalf("generated %q, previous ends %s, %v", generated, ends, err)
	}
	got, err := r.Get(t.Context(), one(), w.ID)
	if err != nil || len(got.Secrets) != 2 || got.Secrets[0].Text != generated || !got.Secrets[0].ExpiresAt.IsZero() ||
		got.Secrets[1].Text != "first" || !got.Secrets[1].ExpiresAt.Equal(ends) || !got.UpdatedAt.After(w.UpdatedAt) {
		t.Fatalf("%+v, %v", got.Secrets, err)
	}
	generated, ends, err = r.RotateSecret(t.Context(), one(), w.ID, webhook.Rotation{Secret: ptr("chosen"), OverlapSeconds: ptr(0)})
	if err != nil || generated != "" || !ends.IsZero() {
		t.Errorf("generated %q, previous ends %s, %v", generated, ends, err)
	}
	if got, err = r.Get(t.Context(), one(), w.ID); err != nil || len(got.Secrets) != 1 || got.Secrets[0].Text != "chosen" {
		t.Errorf("after an overlap of 0: %+v, %v", got.Secrets, err)
	}
	for range 4 {
		if _, _, err := r.RotateSecret(t.Context(), one(), w.ID, webhook.Rotation{}); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err = r.RotateSecret(t.Context(), one(), w.ID, webhook.Rotation{})
	says(t, err, fault.Conflict, "Webhook has 5 live secrets; wait until one expires, or rotate with overlap_seconds 0")
	_, _, err = r.RotateSecret(t.Context(), one(), w.ID, webhook.Rotation{OverlapSeconds: ptr(604801)})
	says(t, err, fault.Invalid, "overlap_seconds must be between 0 and 604800")
	r.exec(`UPDATE webhook_secrets SET expires_at = 1 WHERE expires_at IS NOT NULL`)
	if got, err = r.Get(t.Context(), one(), w.ID); err != nil || len(got.Secrets) != 1 {
		t.Errorf("expired keys are still there: %+v, %v", got.Secrets, err)
	}
}
