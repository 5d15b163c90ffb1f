package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/store"
)

func logCases() []testCase {
	return []testCase{
		{"an appended event is in the log and is announced", appended},
		{"a second copy of an occurrence is accepted and not recorded", duplicates},
		{"copies in one round are recorded once", copiesTogether},
		{"the same occurrence on two devices is two events", twoDevices},
		{"numbers have no gaps, whatever fails around them", noGaps},
		{"a best-effort event takes no number", unnumbered},
		{"an event of a device that is gone is refused alone", deviceGone},
		{"numbers go on after a restart, also when the newest events are deleted", restarted},
		{"strange texts in an event harm nobody", strangeTexts},
		{"a failed transaction takes its events with it and leaves the others", isolation},
		{"a panic is an error of its job", panics},
		{"a hidden error of a statement is an error of its job alone", hiddenError},
		{"an inner transaction can fail alone", nested},
		{"a transaction sees the events that were appended before it", seesLog},
		{"what waits for the commit is not called when it fails", afterCommit},
	}
}

func appended(s *suite) {
	e := s.event(deviceA, "m1")
	e.RawJSON = []byte(`{"a":1}`)
	s.must(s.db.Events().Append(s.Context(), e))
	s.append(deviceA, "m2")
	log := s.log()
	if len(log) != 2 || log[0].ID != e.ID || log[0].Seq != 1 || log[1].Seq != 2 || string(log[0].Raw) != `{"a":1}` || log[1].Raw != nil ||
		log[0].Key != e.Key || log[0].AccountID != account || log[0].At.IsZero() {
		s.Errorf("log: %+v", log)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recorded) != 2 || s.recorded[0].ID != e.ID || string(s.recorded[1].Body) != string(log[1].Body) {
		s.Errorf("announced: %+v", s.recorded)
	}
}

func duplicates(s *suite) {
	s.append(deviceA, "m1")
	s.append(deviceA, "m1")
	s.append(deviceA, "m2")
	if n := len(s.log()); n != 2 || len(s.recorded) != 2 {
		s.Errorf("%d events in the log, %d announced, want 2", n, len(s.recorded))
	}
	s.gapless()
}

func copiesTogether(s *suite) {
	for _, err := range s.together(200, func(i int) error {
		return s.db.Events().Append(context.Background(), s.event(deviceA, numbered("m", i%40)))
	}) {
		s.must(err)
	}
	if n := len(s.log()); n != 40 {
		s.Errorf("%d events, want 40", n)
	}
	s.gapless()
}

func twoDevices(s *suite) {
	s.append(deviceA, "m1")
	s.append(deviceB, "m1")
	if n := len(s.log()); n != 2 {
		s.Errorf("%d events, want 2", n)
	}
}

func noGaps(s *suite) {
	errs := s.together(300, func(i int) error {
		device := []string{deviceA, deviceB}[i%2]
		e := s.event(device, numbered("m", i%250))
		if i%3 != 0 {
			return s.db.Events().Append(context.Background(), e)
		}
		return s.db.Atomic(context.Background(), "test", func(ctx context.Context) error {
			if err := s.db.Events().Append(ctx, e); err != nil {
				return err
			}
			if i%2 == 0 {
				return errUndo
			}
			return nil
		})
	})
	for i, err := range errs {
		if failed := i%6 == 0; failed != (err != nil) {
			s.Errorf("job %d: %v", i, err)
		}
	}
	s.gapless()
}

func unnumbered(s *suite) {
	e := s.event(deviceA, "typing")
	e.Class = event.BestEffort
	s.must(s.db.Events().Append(s.Context(), e))
	s.append(deviceA, "m1")
	log := s.log()
	if len(log) != 2 || log[0].Sequence != 0 || log[1].Sequence != 1 {
		s.Errorf("log: %+v", log)
	}
}

func deviceGone(s *suite) {
	errs := s.together(60, func(i int) error {
		device := deviceA
		if i%3 == 0 {
			device = "00000000-0000-0000-0000-0000000000ff"
		}
		return s.db.Events().Append(context.Background(), s.event(device, numbered("m", i)))
	})
	for i, err := range errs {
		if i%3 == 0 {
			s.refused(err, fault.NotFound)
		} else {
			s.must(err)
		}
	}
	s.gapless()
}

func restarted(s *suite) {
	for i := range 5 {
		s.append(deviceA, numbered("m", i))
	}
	s.exec(`DELETE FROM events WHERE seq > 2`)
	s.restart()
	s.append(deviceA, "m9")
	log := s.log()
	if last := log[len(log)-1]; last.Seq != 6 || last.Sequence != 6 {
		s.Errorf("after the restart: seq %d, number %d, want 6 and 6", last.Seq, last.Sequence)
	}
}

func strangeTexts(s *suite) {
	errs := s.together(20, func(i int) error {
		e := s.event(deviceA, numbered("m\x00\xff", i))
		e.Key = deviceA + "|\x00\xff"
		return s.db.Events().Append(context.Background(), e)
	})
	for _, err := range errs {
		s.must(err)
	}
	s.gapless()
}

func isolation(s *suite) {
	errs := s.together(100, func(i int) error {
		return s.db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
			if err := s.db.Events().Append(ctx, s.event(deviceA, numbered("m", i))); err != nil {
				return err
			}
			if i%2 == 0 { // a key that exists: the database itself refuses
				_, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES ($1, 'two', 1, 1, 1)`, account)
				return err
			}
			return nil
		})
	})
	for i, err := range errs {
		if i%2 == 0 {
			s.refused(err, fault.Conflict)
		} else {
			s.must(err)
		}
	}
	if n := len(s.log()); n != 50 {
		s.Errorf("%d events, want 50", n)
	}
	s.gapless()
}

func panics(s *suite) {
	err := s.db.Atomic(s.Context(), "test", func(ctx context.Context) error {
		s.must(s.db.Events().Append(ctx, s.event(deviceA, "m1")))
		panic("a job")
	})
	if err == nil || len(s.log()) != 0 {
		s.Errorf("error %v, %d events", err, len(s.log()))
	}
	s.append(deviceA, "m1")
	s.gapless()
}

func hiddenError(s *suite) {
	errs := s.together(30, func(i int) error {
		return s.db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
			if i%3 == 0 {
				_, _ = tx.Exec(ctx, `INSERT INTO no_such_table (x) VALUES (1)`) // the error is the point
				return nil
			}
			return s.db.Events().Append(ctx, s.event(deviceA, numbered("m", i)))
		})
	})
	for i, err := range errs {
		if i%3 != 0 {
			s.must(err)
		}
	}
	if n := len(s.log()); n != 20 {
		s.Errorf("%d events, want 20", n)
	}
}

func nested(s *suite) {
	s.must(s.db.Atomic(s.Context(), "outer", func(ctx context.Context) error {
		if err := s.db.Events().Append(ctx, s.event(deviceA, "m1")); err != nil {
			return err
		}
		inner := s.db.Atomic(ctx, "inner", func(ctx context.Context) error {
			if err := s.db.Events().Append(ctx, s.event(deviceA, "m2")); err != nil {
				return err
			}
			return errUndo
		})
		if inner == nil {
			s.Error("the inner transaction did not fail")
		}
		return s.db.Events().Append(ctx, s.event(deviceA, "m3"))
	}))
	if n := len(s.log()); n != 2 {
		s.Errorf("%d events, want 2", n)
	}
	s.gapless()
}

func seesLog(s *suite) {
	errs := s.together(100, func(i int) error {
		if i%2 == 0 {
			return s.db.Events().Append(context.Background(), s.event(deviceA, numbered("m", i)))
		}
		return s.db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
			var head int64
			if err := tx.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM events`).Scan(&head); err != nil {
				return err
			}
			if head != tx.Head() {
				return fmt.Errorf("the table ends at %d, the head is %d", head, tx.Head())
			}
			return nil
		})
	})
	for _, err := range errs {
		s.must(err)
	}
}

func afterCommit(s *suite) {
	var called []string
	write := func(name string, result error) func(context.Context, *store.Tx) error {
		return func(ctx context.Context, tx *store.Tx) error {
			if tx.Now() < time.Now().Add(-time.Minute).UnixMilli() {
				s.Errorf("the round's time is %d", tx.Now())
			}
			tx.AfterCommit(func() { called = append(called, name) })
			return result
		}
	}
	s.must(s.db.Write(s.Context(), "test", write("good", nil)))
	if err := s.db.Write(s.Context(), "test", write("bad", errUndo)); err == nil {
		s.Error("no error")
	}
	s.must(s.db.Write(s.Context(), "test", func(ctx context.Context, _ *store.Tx) error {
		_ = s.db.Write(ctx, "inner", write("inner bad", errUndo)) // its error is the point
		return s.db.Write(ctx, "inner", write("inner good", nil))
	}))
	if want := []string{"good"}; !slices.Contains(called, "good") || slices.Contains(called, "bad") || slices.Contains(called, "inner bad") {
		s.Errorf("called: %v, want %v and no bad one", called, want)
	}
}
