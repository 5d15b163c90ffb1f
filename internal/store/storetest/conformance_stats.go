package storetest

import (
	"encoding/binary"
	"maps"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/replay"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

func statsCases() []testCase {
	return []testCase{
		{"figures count every attempt, and each delivery once", everyAttempt},
		{"figures measure automatic deliveries alone", measured},
		{"a success keeps why its request was made", triggerKept},
		{"an attempt that lost a race leaves no second success", besides},
		{"an attempt keeps what was sent", sentKept},
		{"successes that were written before their triggers were kept can be read", oldOutcomes},
	}
}

func (s *suite) stats(w webhook.Webhook) store.WebhookStats {
	s.Helper()
	v, err := s.db.History().Stats(s.Context(), &w, time.Now().Add(-time.Hour))
	s.must(err)
	return v
}

// byHand stores an attempt that somebody asked for; class "" is a success.
func (s *suite) byHand(w webhook.Webhook, seq int64, t delivery.Trigger, status int, class delivery.Class, took time.Duration) {
	s.Helper()
	hook := s.state(w.ID).Webhook
	i, err := s.db.Replays().Item(s.Context(), hook, seq)
	s.must(err)
	s.must(s.db.Replays().Record(s.Context(), replay.Attempt{WebhookID: w.ID, Item: i, Trigger: t,
		Outcome: delivery.Outcome{Status: status, Class: class, At: time.Now(), Duration: took}}))
}

func everyAttempt(s *suite) {
	w, other := s.hook(""), s.hook("")
	for i := range 4 {
		s.append(deviceA, numbered("m", i))
	}
	probe, old := success(w.ID, 2), success(w.ID, 3)
	probe.Trigger, old.Status = delivery.Probe, 0
	s.settle(delivery.Batch{Successes: []delivery.Success{success(w.ID, 1), probe, old, success(other.ID, 1)},
		Failures: []delivery.Failure{failure(w.ID, 4, delivery.Retrying)}})
	for range 3 {
		s.byHand(w, 1, delivery.Manual, 204, "", time.Millisecond)
		s.byHand(w, 1, delivery.Manual, 503, delivery.ClassServerError, time.Millisecond)
	}
	s.byHand(w, 4, delivery.Replay, 0, delivery.ClassTimeout, 5*time.Second)
	before := time.Now()
	s.byHand(w, 4, delivery.Replay, 201, "", time.Minute)
	v := s.stats(w)
	if v.Delivered != 3 || v.Expired != 1 || v.Succeeded != 6 || v.FailedAttempts != 5 {
		s.Errorf("%d delivered, %d expired, %d attempts succeeded, %d failed; want 3, 1, 6, 5", v.Delivered, v.Expired, v.Succeeded, v.FailedAttempts)
	}
	if want := map[string]int{"200": 2, "204": 3, "503": 3, "500": 1, "timeout": 1, "201": 1}; !maps.Equal(v.ByStatus, want) {
		s.Errorf("by status %v, want %v", v.ByStatus, want)
	}
	if v.LastSuccess.Before(before.Add(time.Minute).Truncate(time.Millisecond)) || v.LastFailure.IsZero() || !v.LastFailure.Before(v.LastSuccess) {
		s.Errorf("last success %v, last failure %v", v.LastSuccess, v.LastFailure)
	}
	totals, err := s.db.Figures().Totals(s.Context(), time.Now())
	s.must(err)
	if totals.Successes24h != 7 || totals.Failures24h != 5 {
		s.Errorf("the totals tell %d successes and %d failures, want 7 and 5", totals.Successes24h, totals.Failures24h)
	}
}

func measured(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	s.append(deviceA, "m2")
	s.exec(`UPDATE events SET at = at - 600000 WHERE seq = 2`)
	s.settle(delivery.Batch{Successes: []delivery.Success{success(w.ID, 1)}})
	s.byHand(w, 2, delivery.Replay, 200, "", time.Second) // ten minutes late
	v := s.stats(w)
	if v.Delivered != 2 || len(v.Latency) != 1 || v.Latency[0] != 12*time.Millisecond || len(v.Lag) != 1 || v.Lag[0] > time.Minute {
		s.Errorf("%d delivered, latency %v, lag %v", v.Delivered, v.Latency, v.Lag)
	}
}

func triggerKept(s *suite) {
	w := s.hook("")
	probe := success(w.ID, 1)
	probe.Trigger = delivery.Probe
	want := []delivery.Trigger{delivery.Probe, delivery.Manual, delivery.Replay, delivery.Auto}
	for i := range want {
		s.append(deviceA, numbered("m", i))
	}
	s.byHand(w, 2, delivery.Manual, 200, "", time.Second)
	s.byHand(w, 3, delivery.Replay, 200, "", time.Second)
	s.settle(delivery.Batch{Successes: []delivery.Success{probe, success(w.ID, 4)}})
	s.exec(`DELETE FROM attempts`) // they leave before the events do
	list, _, _, err := s.db.History().List(s.Context(), s.state(w.ID).Webhook, store.DeliveryFilter{Types: []event.Type{event.MessageReceived}, Before: store.Newest, Limit: 9})
	s.must(err)
	for i, t := range want {
		d := list[len(list)-1-i]
		if d.Status != store.DeliveryDelivered || len(d.Attempts) != 1 || d.Attempts[0].Trigger != t || d.Attempts[0].Status != 200 {
			s.Errorf("delivery %d: %s, %+v; want one attempt, %s", i+1, d.Status, d.Attempts, t)
		}
	}
}

func besides(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	s.byHand(w, 1, delivery.Manual, 200, "", time.Second)
	s.settle(delivery.Batch{Failures: []delivery.Failure{failure(w.ID, 1, delivery.Retrying)}}) // it was on the wire
	s.settle(delivery.Batch{Successes: []delivery.Success{{Webhook: w.ID, Seq: 1, HadRow: true, Beside: true}}})
	if v := s.stats(w); v.Delivered != 1 || v.Succeeded != 1 || v.ByStatus["200"] != 1 || v.Expired != 0 {
		s.Errorf("figures: %+v", v)
	}
	if st := s.state(w.ID); len(st.Open) != 0 || !st.Settled[1] {
		s.Errorf("state: %+v", st)
	}
}

func sentKept(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	want := &delivery.Sent{Agent: "wapost/1", NextRetry: 5, Custom: []string{"X-A", "x-\u00e9"}}
	known, unsent, old := failure(w.ID, 1, delivery.Retrying), failure(w.ID, 1, delivery.Retrying), failure(w.ID, 1, delivery.Retrying)
	for i, f := range []*delivery.Failure{&known, &unsent, &old} {
		f.N, f.Attempts, f.Outcome.At = i+1, i+1, f.Outcome.At.Add(time.Duration(i)*time.Second)
	}
	known.Outcome.Sent = want
	s.settle(delivery.Batch{Failures: []delivery.Failure{known, unsent, old}})
	s.exec(`UPDATE attempts SET sent = NULL WHERE n = 3`)
	i, err := s.db.Replays().Item(s.Context(), s.state(w.ID).Webhook, 1)
	s.must(err)
	s.must(s.db.Replays().Record(s.Context(), replay.Attempt{WebhookID: w.ID, Item: i, Trigger: delivery.Manual,
		Outcome: delivery.Outcome{Status: 200, At: time.Now().Add(time.Minute), Sent: want}}))
	s.restart()
	d, err := s.db.History().Get(s.Context(), s.state(w.ID).Webhook, s.log()[0].ID)
	s.must(err)
	if len(d.Attempts) != 4 {
		s.Fatalf("attempts: %+v", d.Attempts)
	}
	for i, c := range []struct {
		sent   *delivery.Sent
		unsent bool
	}{{want, false}, {nil, true}, {nil, false}, {want, false}} {
		a := d.Attempts[i]
		if diff := cmp.Diff(c.sent, a.Sent); diff != "" || a.Unsent != c.unsent {
			s.Errorf("attempt %d: unsent %v, sent %s", a.N, a.Unsent, diff)
		}
	}
}

func oldOutcomes(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	s.append(deviceA, "m2")
	var packed []byte
	for _, v := range []int64{w.ID, 1, 204, 7, 3, 1, w.ID, 0, 299, 9, 3, 2} {
		packed = binary.AppendUvarint(packed, uint64(v))
	}
	s.exec(`INSERT INTO outcomes (at, max_seq, min_seq, packed) VALUES ($1, 2, 1, $2)`, time.Now().UnixMilli(), packed)
	v := s.stats(w)
	if v.Delivered != 2 || v.Succeeded != 2 || !maps.Equal(v.ByStatus, map[string]int{"204": 1, "299": 1}) || len(v.Lag) != 2 {
		s.Errorf("figures: %+v", v)
	}
}
