package storetest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

func settleCases() []testCase {
	return []testCase{
		{"successes above the cursor are settled after a restart", successes},
		{"a failed attempt leaves a row that the next success removes", failures},
		{"a cursor only rises", cursors},
		{"breaker and disabling are kept", breakers},
		{"strange texts in an outcome harm nobody", strangeOutcome},
		{"what is settled for a webhook that is gone is accepted", settledTooLate},
		{"waiting deliveries are counted", waiting},
		{"what expires is counted once and shown", expiry},
	}
}

// settle writes a batch and waits for its commit.
func (s *suite) settle(b delivery.Batch) {
	s.Helper()
	done := make(chan error, 1)
	s.db.Deliveries().Settle(b, func(err error) { done <- err })
	s.must(<-done)
}

func (s *suite) state(id int64) delivery.State {
	s.Helper()
	st, err := s.db.Deliveries().Load(s.Context(), id)
	s.must(err)
	return st
}

func success(w, seq int64) delivery.Success {
	return delivery.Success{Webhook: w, Seq: seq, Status: 200, Duration: 12 * time.Millisecond, At: time.Now(), Attempts: 1}
}

func failure(w, seq int64, status delivery.Status) delivery.Failure {
	return delivery.Failure{Row: delivery.Row{Webhook: w, Seq: seq, Status: status, Tries: 1, Attempts: 1, NextAt: time.Now().Add(time.Minute), Reason: "server_error"},
		N: 1, Trigger: delivery.Auto, Outcome: delivery.Outcome{Status: 500, Class: delivery.ClassServerError, Err: "HTTP 500", At: time.Now(),
			Duration: time.Second, Excerpt: []byte("oops"), Headers: http.Header{"X-A": {"b"}}}}
}

func successes(s *suite) {
	w := s.hook("")
	for i := range 5 {
		s.append(deviceA, numbered("m", i))
	}
	s.settle(delivery.Batch{Successes: []delivery.Success{success(w.ID, 1), success(w.ID, 3)}, Cursors: map[int64]int64{w.ID: 1}})
	s.settle(delivery.Batch{Successes: []delivery.Success{success(w.ID, 5)}})
	s.restart()
	st := s.state(w.ID)
	if st.Webhook.Cursor != 1 || len(st.Settled) != 2 || !st.Settled[3] || !st.Settled[5] {
		s.Errorf("cursor %d, settled %v", st.Webhook.Cursor, st.Settled)
	}
	all, err := s.db.Deliveries().LoadAll(s.Context())
	s.must(err)
	if len(all) != 1 || !all[0].Settled[3] {
		s.Errorf("all: %+v", all)
	}
}

func failures(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	s.settle(delivery.Batch{Failures: []delivery.Failure{failure(w.ID, 1, delivery.Retrying)}})
	again := failure(w.ID, 1, delivery.Late)
	again.Tries, again.Attempts, again.N = 2, 3, 3
	s.settle(delivery.Batch{Failures: []delivery.Failure{again}})
	st := s.state(w.ID)
	if len(st.Open) != 1 || st.Open[0].Status != delivery.Late || st.Open[0].Tries != 2 || st.Open[0].Attempts != 3 || st.Open[0].Key == "" || st.Open[0].NextAt.IsZero() {
		s.Errorf("open: %+v", st.Open)
	}
	s.settle(delivery.Batch{Refunds: []delivery.Row{{Webhook: w.ID, Seq: 1, Tries: 1}}})
	if st := s.state(w.ID); st.Open[0].Tries != 1 {
		s.Errorf("after a refund: %+v", st.Open)
	}
	done := success(w.ID, 1)
	done.HadRow = true
	s.settle(delivery.Batch{Successes: []delivery.Success{done}})
	if st := s.state(w.ID); len(st.Open) != 0 || !st.Settled[1] {
		s.Errorf("after the success: %+v", st)
	}
	if n := s.count(`SELECT count(*) FROM attempts WHERE webhook_id = $1 AND status_code = 500`, w.ID); n != 2 {
		s.Errorf("%d attempts, want 2", n)
	}
}

func cursors(s *suite) {
	w, v := s.hook(""), s.hook("")
	s.settle(delivery.Batch{Cursors: map[int64]int64{w.ID: 7, v.ID: 3}})
	s.settle(delivery.Batch{Cursors: map[int64]int64{w.ID: 5, v.ID: 4}})
	if a, b := s.state(w.ID).Webhook.Cursor, s.state(v.ID).Webhook.Cursor; a != 7 || b != 4 {
		s.Errorf("cursors %d and %d, want 7 and 4", a, b)
	}
}

func breakers(s *suite) {
	w := s.hook("")
	at := time.Now().Truncate(time.Millisecond)
	s.settle(delivery.Batch{Breakers: map[int64]webhook.Breaker{w.ID: {OpenedAt: at, ProbeAt: at.Add(time.Minute), Failures: 4, LastFailure: at}}})
	got := s.state(w.ID).Webhook.Breaker
	if !got.OpenedAt.Equal(at) || !got.ProbeAt.Equal(at.Add(time.Minute)) || got.Failures != 4 || !got.LastFailure.Equal(at) || !got.LastSuccess.IsZero() {
		s.Errorf("breaker: %+v", got)
	}
	s.settle(delivery.Batch{Disabled: map[int64]string{w.ID: webhook.ReasonGone}})
	after := s.state(w.ID).Webhook
	if after.Status != webhook.Disabled || after.Reason != webhook.ReasonGone || !after.UpdatedAt.After(w.UpdatedAt.Truncate(time.Millisecond)) {
		s.Errorf("disabled: %+v", after)
	}
}

func strangeOutcome(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	f := failure(w.ID, 1, delivery.Retrying)
	f.Outcome.Err, f.Outcome.Excerpt, f.Outcome.Headers = "a\x00b\xff", []byte{0, 255}, http.Header{"X-\x00": {"\xff"}}
	s.settle(delivery.Batch{Failures: []delivery.Failure{f}})
	if n := s.count(`SELECT count(*) FROM attempts`); n != 1 {
		s.Errorf("%d attempts, want 1", n)
	}
}

func settledTooLate(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	s.must(s.db.Webhooks().Delete(s.Context(), webhook.Scope{}, w.ID, func(int64) {}))
	s.settle(delivery.Batch{Successes: []delivery.Success{success(w.ID, 1)}, Failures: []delivery.Failure{failure(w.ID, 1, delivery.Dead)},
		Cursors: map[int64]int64{w.ID: 1}, Breakers: map[int64]webhook.Breaker{w.ID: {}}, Disabled: map[int64]string{w.ID: "gone"},
		Refunds: []delivery.Row{{Webhook: w.ID, Seq: 1}}})
	_, err := s.db.Deliveries().Load(s.Context(), w.ID)
	s.refused(err, fault.NotFound)
}

func waiting(s *suite) {
	w := s.hook("")
	for i := range 10 {
		s.append(deviceA, numbered("m", i))
	}
	s.settle(delivery.Batch{Successes: []delivery.Success{success(w.ID, 4), success(w.ID, 6)}, Failures: []delivery.Failure{
		failure(w.ID, 2, delivery.Retrying), failure(w.ID, 7, delivery.Dead), failure(w.ID, 8, delivery.Retrying)},
		Cursors: map[int64]int64{w.ID: 3}})
	hook := s.state(w.ID).Webhook
	n, oldest, err := s.db.Deliveries().Waiting(s.Context(), hook, hook.Cursor)
	s.must(err)
	// Open: 2, below the cursor; above it 5, 8, 9 and 10.
	if n != 5 || oldest.IsZero() {
		s.Errorf("%d wait since %v, want 5", n, oldest)
	}
	seqs := []int64{}
	for _, o := range s.state(w.ID).Open {
		seqs = append(seqs, o.Seq)
	}
	if !slices.Equal(seqs, []int64{2, 7, 8}) {
		s.Errorf("open: %v", seqs)
	}
}

func expiry(s *suite) {
	w := s.hook("")
	for i := range 8 {
		s.append(deviceA, numbered("m", i))
	}
	s.settle(delivery.Batch{Successes: []delivery.Success{success(w.ID, 1)}, Failures: []delivery.Failure{failure(w.ID, 2, delivery.Retrying),
		failure(w.ID, 3, delivery.Late), failure(w.ID, 4, delivery.Dead), failure(w.ID, 5, delivery.Retrying)}, Cursors: map[int64]int64{w.ID: 5}})
	s.expire(w.ID, 3, 2) // they had been passed by the cursor
	s.expire(w.ID, 3, 0)
	s.settle(delivery.Batch{Failures: []delivery.Failure{failure(w.ID, 2, delivery.Retrying)}}) // it was on its way
	s.exec(`DELETE FROM events WHERE seq = 7`)                                                  // as best-effort events are
	s.expire(w.ID, 7, 2)                                                                        // one of them had no row
	want := map[int64]store.DeliveryStatus{1: store.DeliveryDelivered, 2: store.DeliveryExpired, 3: store.DeliveryExpired, 4: store.DeliveryDead,
		5: store.DeliveryExpired, 6: store.DeliveryExpired, 8: store.DeliveryPending}
	for range 2 {
		list, _, _, err := s.db.History().List(s.Context(), s.state(w.ID).Webhook, store.DeliveryFilter{Types: []event.Type{event.MessageReceived}, Before: store.Newest, Limit: 100})
		s.must(err)
		got := map[int64]store.DeliveryStatus{}
		for _, d := range list {
			got[d.Event.Seq] = d.Status
		}
		if !maps.Equal(got, want) {
			s.Errorf("deliveries: %v, want %v", got, want)
		}
		_, err = s.db.Deliveries().Event(s.Context(), 6)
		s.refused(err, fault.NotFound)
		log, err := s.db.Deliveries().Log(s.Context(), account, "", 0, 8, 100)
		s.must(err)
		if len(log) != 1 || log[0].Seq != 8 {
			s.Errorf("%d events are still to be delivered, want number 8 alone", len(log))
		}
		s.restart()
	}
}

// expire has the retention pass over events and wants to hear how many a webhook lost.
func (s *suite) expire(id, upTo int64, want int) {
	s.Helper()
	got := 0
	s.must(s.db.Retention().Expire(s.Context(), upTo, func(_ context.Context, lost []delivery.Expired) error {
		for _, x := range lost {
			if x.Webhook.ID != id || x.From.IsZero() || x.To.Before(x.From) {
				s.Errorf("lost: %+v", x)
			}
			got += x.Count
		}
		return nil
	}))
	if got != want {
		s.Errorf("up to %d %d were lost, want %d", upTo, got, want)
	}
}

// deliveries is a success and a delivery that was given up.
func deliveries(w int64) delivery.Batch {
	return delivery.Batch{Successes: []delivery.Success{success(w, 1)}, Failures: []delivery.Failure{failure(w, 1, delivery.Dead)}}
}
