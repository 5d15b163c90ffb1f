package delivery_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// A webhook without its headers or keys must not be sent to; the others must not notice it.
func TestAWebhookWithADamagedPartIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		for id := range int64(3) {
			r.hook(id+1, webhook.Ordered)
		}
		r.exec(`UPDATE webhooks SET headers = $1 WHERE id = 1`, []byte("torn"))
		r.engine.WebhookChanged(1) // while the engine runs
		synctest.Wait()
		if status, _ := r.status(1); status != "disabled" {
			t.Errorf("webhook 1 is %s", status)
		}
		r.exec(`INSERT INTO webhook_secrets (webhook_id, sealed, created_at) VALUES (3, $1, 1)`, []byte("torn"))
		r.restart() // found at the start
		synctest.Wait()
		r.say("a", 3)
		synctest.Wait()
		for _, id := range []int64{1, 3} {
			if status, reason := r.status(id); status != "disabled" || reason != webhook.ReasonDamaged || total(r.recv.accepted(t, id)) != 0 {
				t.Errorf("webhook %d is %s (%s), got %v", id, status, reason, r.recv.accepted(t, id))
			}
		}
		if got := r.recv.accepted(t, 2)["a"]; fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("the healthy one got %v", got)
		}
		if n := r.recv.toldOfDamage(); n != 2 {
			t.Errorf("webhook 2 was told %d times, want 2", n)
		}
		r.exec(`UPDATE webhooks SET headers = NULL WHERE id = 1`)
		r.setStatus(1, webhook.Active)
		synctest.Wait()
		if got := r.recv.accepted(t, 1)["a"]; fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("mended, it got %v of what was held", got)
		}
		r.stop()
	})
}

// toldOfDamage counts the announcements of damaged webhooks that webhook 2 accepted.
func (v *receiver) toldOfDamage() (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, q := range v.got {
		if q.Webhook.ID == 2 && q.Event.Type == event.WebhookDisabledType && strings.Contains(string(q.Body), `"reason":"damaged"`) {
			n++
		}
	}
	return n
}
