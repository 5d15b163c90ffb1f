package webhook_test

import (
	"slices"
	"testing"
	"time"

	"wapost/internal/webhook"
)

func TestPauseAndResume(t *testing.T) {
	r := newRig(t, 0)
	w := r.create(one(), webhook.Draft{URL: url})
	paused := r.patch(w.ID, webhook.Patch{Active: webhook.Given(false)})
	if paused.Status != webhook.Paused || paused.Reason != "user" || paused.State() != "paused" {
		t.Errorf("%+v", paused)
	}
	r.exec(`UPDATE webhooks SET status = 'disabled', reason = 'gone', breaker_opened_at = 5, breaker_probe_at = 6, breaker_failures = 7, last_failure_at = 8`)
	active := r.patch(w.ID, webhook.Patch{Active: null[bool](), ResumeFrom: webhook.Given("held")})
	if active.Status != webhook.Active || active.Reason != "" || active.State() != "active" || active.Breaker.Failures != 0 || active.Breaker.LastFailure.IsZero() {
		t.Errorf("after a disabled webhook was resumed: %+v", active)
	}
}

func TestResumeFromSaysWhereToGoOn(t *testing.T) {
	for _, c := range []struct {
		name, from string
		cursor     int64
		skipped    []int64
	}{
		{"held", "held", 2, nil},
		{"now", "now", 6, []int64{2, 4, 5}},
		{"a time inside the hold", at(5000), 4, []int64{2, 4}},
		{"a time between two events", at(4500), 4, []int64{2, 4}},
		{"a time before the hold", at(1000), 2, nil},
		{"a time between settled events", at(2500), 2, []int64{2}},
		{"a time after all", at(9000), 6, []int64{2, 4, 5}},
	} {
		r := newRig(t, 0)
		w := r.create(one(), webhook.Draft{URL: url})
		for seq := int64(1); seq <= 6; seq++ {
			r.record()
			r.exec(`UPDATE events SET at = $1 WHERE seq = $2`, seq*1000, seq)
		}
		r.exec(`UPDATE webhooks SET status = 'paused', cursor = 2`)
		for _, seq := range []int64{2, 4, 5} {
			r.exec(`INSERT INTO deliveries (webhook_id, seq, status, tries, attempts, next_at, updated_at) VALUES ($1, $2, 'retrying', 1, 1, 5, 0)`, w.ID, seq)
		}
		r.exec(`INSERT INTO deliveries (webhook_id, seq, status, tries, attempts, updated_at) VALUES ($1, 1, 'dead', 12, 12, 0)`, w.ID)
		got := r.patch(w.ID, webhook.Patch{Active: webhook.Given(true), ResumeFrom: webhook.Given(c.from)})
		if got.Cursor != c.cursor || r.head() != 6 {
			t.Errorf("%s: cursor %d, want %d", c.name, got.Cursor, c.cursor)
		}
		if skipped := r.skipped(); !slices.Equal(skipped, c.skipped) {
			t.Errorf("%s: skipped %v, want %v", c.name, skipped, c.skipped)
		}
	}
}

func at(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }

func (r *rig) skipped() (list []int64) {
	r.t.Helper()
	rows, err := r.db.Read().Query(`SELECT seq FROM deliveries WHERE status = 'skipped' ORDER BY seq`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			r.t.Fatal(err)
		}
		list = append(list, seq)
	}
	return list
}
