package delivery_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

// meta returns the types of the announcements that a webhook accepted, with the webhook that each is about.
func (v *receiver) meta(t *testing.T, id int64) (types []event.Type, about []int64) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, q := range v.got {
		var body struct {
			Type     event.Type
			Sequence *int64
			Data     event.WebhookRef
		}
		if err := json.Unmarshal(q.Body, &body); err != nil {
			t.Fatal(err)
		}
		if q.Webhook.ID == id && body.Data.WebhookID != 0 {
			if body.Sequence != nil {
				t.Errorf("%s has a sequence number", body.Type)
			}
			types, about = append(types, body.Type), append(about, body.Data.WebhookID)
		}
	}
	return types, about
}

// only answers requests of one webhook with an outcome; all others are accepted.
func only(id int64, o delivery.Outcome) func(delivery.Request) delivery.Outcome {
	return func(q delivery.Request) delivery.Outcome {
		if q.Webhook.ID == id && q.Event.Type == event.MessageReceived {
			return o
		}
		return delivery.Outcome{Status: 200}
	}
}

func TestFailuresAreAnnouncedToTheOtherWebhooks(t *testing.T) {
	for _, c := range []struct {
		behaviour string
		outcome   delivery.Outcome
		wait      time.Duration
		recover   bool
		want      []event.Type
	}{
		{"an outage and its end", nobody, time.Hour, true, []event.Type{event.WebhookFailingType, event.WebhookRecoveredType}},
		{"an outage that lasts", nobody, 80 * time.Hour, false, []event.Type{event.WebhookFailingType, event.WebhookFailingType, event.WebhookFailingType}},
		{"an outage without hope", nobody, 6 * 24 * time.Hour, false,
			[]event.Type{event.WebhookFailingType, event.WebhookFailingType, event.WebhookFailingType, event.WebhookDisabledType}},
		{"gone", gone, time.Minute, false, []event.Type{event.WebhookDisabledType}},
		{"a message given up", refused, 80 * time.Hour, false, []event.Type{event.WebhookDeliveryFailedType}},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.hook(1, webhook.Ordered)
				r.hook(2, webhook.Ordered)
				r.recv.set(only(1, c.outcome))
				r.say("a", 1)
				time.Sleep(c.wait)
				if c.recover {
					r.recv.set(nil)
					time.Sleep(time.Hour)
				}
				synctest.Wait()
				types, about := r.recv.meta(t, 2)
				if !slices.Equal(types, c.want) || slices.ContainsFunc(about, func(id int64) bool { return id != 1 }) {
					t.Errorf("the other webhook got %v about %v, want %v about 1", types, about, c.want)
				}
				if types, _ := r.recv.meta(t, 1); len(types) > 0 {
					t.Errorf("the webhook itself got %v", types)
				}
				r.stop()
			})
		})
	}
}

func TestExpiryIsNeverSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.hook(2, webhook.Ordered)
		r.setStatus(1, webhook.Paused)
		synctest.Wait()
		r.say("a", 7)
		time.Sleep(32 * 24 * time.Hour)
		r.say("a", 2) // young enough
		retention := &delivery.Retention{Shelf: r.db.Retention(), Sink: r.journal, Logger: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- retention.Run(ctx) }()
		synctest.Wait()
		types, about := r.recv.meta(t, 2)
		if !slices.Equal(types, []event.Type{event.WebhookEventsExpiredType}) || about[0] != 1 {
			t.Errorf("the other webhook got %v about %v", types, about)
		}
		var kept int
		if err := r.db.Read().QueryRow(`SELECT count(*) FROM events WHERE type = 'message.received'`).Scan(&kept); err != nil {
			t.Fatal(err)
		}
		if kept != 2 {
			t.Errorf("%d messages are in the log, want 2", kept)
		}
		r.setStatus(1, webhook.Active)
		synctest.Wait()
		if n := total(r.recv.accepted(t, 1)); n != 2 {
			t.Errorf("after the pause %d messages arrived, want the 2 that were kept", n)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		r.stop()
	})
}

func TestBestEffortEventsLiveAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hook(1, webhook.Ordered)
		r.recv.set(always(nobody))
		e := event.New(event.MessageReceived)
		e.Class, e.At, e.AccountID, e.DeviceID, e.Key, e.Data = event.BestEffort, time.Now(), account, device, "moment", map[string]any{"chat": "moment", "n": 1}
		if err := r.journal.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		r.recv.set(nil)
		r.say("a", 1)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		got := r.recv.accepted(t, 1)
		if len(got["moment"]) != 0 || len(got["a"]) != 1 {
			t.Errorf("got %v, want only the durable one", got)
		}
		r.stop()
	})
}
