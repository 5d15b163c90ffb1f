package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

// Conformance says what every database must do. at gives an empty place for each case.
func Conformance(t *testing.T, at func(*testing.T) Place) {
	for _, c := range slices.Concat(logCases(), settleCases(), statsCases(), recordCases(), messageCases(), burstCases(), chatCases(), historyCases(), mediaCases()) {
		t.Run(c.name, func(t *testing.T) { c.test(newSuite(t, at(t))) })
	}
}

type testCase struct {
	name string
	test func(*suite)
}

// suite is a database with one account and two devices, and what it has announced.
type suite struct {
	*testing.T
	at   Place
	db   *store.DB
	stop func()

	mu       sync.Mutex
	recorded []*event.Recorded
	gone     []int64
	accounts []int64 // deleted
}

const (
	account = 1
	deviceA = "00000000-0000-0000-0000-00000000000a"
	deviceB = "00000000-0000-0000-0000-00000000000b"
)

func newSuite(t *testing.T, at Place) *suite {
	t.Helper()
	s := &suite{T: t, at: at}
	s.start()
	s.exec(`INSERT INTO accounts (customer_name, max_devices, created_at, updated_at) VALUES ('one', 9, 1, 1)`) // the first: its id is 1
	for _, id := range []string{deviceA, deviceB} {
		s.exec(`INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, $2, $3, 1, 1, 1)`, id, account, []byte{0})
	}
	return s
}

func (s *suite) start() {
	s.Helper()
	s.reopen(nil)
}

// reopen opens the database; wanted decides which files are fetched unasked.
func (s *suite) reopen(wanted func(event.Attachment) bool) *store.DB {
	s.Helper()
	return s.open(s.at.Options(s), wanted)
}

func (s *suite) open(o store.Options, wanted func(event.Attachment) bool) *store.DB {
	s.Helper()
	db, err := store.Open(s.Context(), o)
	if err != nil {
		s.Fatal(err)
	}
	db.OnMediaWanted(wanted)
	db.OnRecorded(func(list []*event.Recorded) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.recorded = append(s.recorded, list...)
	})
	db.OnWebhookGone(func(id int64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.gone = append(s.gone, id)
	})
	db.OnAccountGone(func(id int64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.accounts = append(s.accounts, id)
	})
	s.db = db
	stop := Start(s, db)
	s.stop = sync.OnceFunc(func() {
		stop()
		if err := db.Close(); err != nil {
			s.Error(err)
		}
	})
	s.Cleanup(s.stop)
	return db
}

func (s *suite) restart() {
	s.Helper()
	s.stop()
	s.start()
}

// must ends the test at an error.
func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// refused expects an error of a kind.
func (s *suite) refused(err error, kind fault.Kind) {
	s.Helper()
	if !fault.Is(err, kind) {
		s.Errorf("error %v, want kind %d", err, kind)
	}
}

func (s *suite) exec(query string, args ...any) {
	s.Helper()
	s.must(s.db.Write(s.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}

func (s *suite) count(query string, args ...any) (n int) {
	s.Helper()
	s.must(s.db.Read().QueryRowContext(s.Context(), query, args...).Scan(&n))
	return n
}

// event makes one; source "" means that every occurrence is new.
func (s *suite) event(device, source string) *event.Sealed {
	s.Helper()
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey = time.Now(), account, device, device+"|c", source
	e.Data = map[string]string{"text": source}
	sealed, err := e.Seal()
	s.must(err)
	return sealed
}

func (s *suite) append(device, source string) {
	s.Helper()
	s.must(s.db.Events().Append(s.Context(), s.event(device, source)))
}

// log reads everything, and holds each event's body against its columns.
func (s *suite) log() []*event.Recorded {
	s.Helper()
	list, err := s.db.Events().After(s.Context(), 0, "", 0, 1<<40, 1<<20)
	s.must(err)
	for _, e := range list {
		var body struct {
			ID       string
			Sequence *int64
		}
		s.must(json.Unmarshal(e.Body, &body))
		if body.ID != e.ID || (body.Sequence == nil) != (e.Sequence == 0) || body.Sequence != nil && *body.Sequence != e.Sequence {
			s.Errorf("event %d: columns say %s and %d, the body %s", e.Seq, e.ID, e.Sequence, e.Body)
		}
	}
	return list
}

// gapless fails unless each device's numbers are 1, 2, 3 … along the log, and the device's row knows the last one.
func (s *suite) gapless() {
	s.Helper()
	last := map[string]int64{}
	for _, e := range s.log() {
		if e.Sequence == 0 {
			continue
		}
		if e.Sequence != last[e.DeviceID]+1 {
			s.Errorf("event %d of %s has number %d after %d", e.Seq, e.DeviceID, e.Sequence, last[e.DeviceID])
		}
		last[e.DeviceID] = e.Sequence
	}
	for device, n := range last {
		if got := s.count(`SELECT sequence FROM devices WHERE id = $1`, device); int64(got) != n {
			s.Errorf("the row of %s says %d, the log %d", device, got, n)
		}
	}
}

func (s *suite) hook(device string) webhook.Webhook {
	s.Helper()
	now := time.Now()
	w, err := s.db.Webhooks().Insert(s.Context(), webhook.Webhook{AccountID: account, DeviceID: device, URL: "https://receiver.test/", Events: []string{},
		Headers: map[string]string{"X-A": "b"}, Ordering: webhook.Ordered, Timeout: 15 * time.Second, MaxInFlight: 8, Include: []event.Include{}, Version: 1,
		Status: webhook.Active, StatusSince: now, Secrets: []webhook.Secret{{Text: "whsec_b", CreatedAt: now}, {Text: "whsec_a", CreatedAt: now}},
		CreatedAt: now, UpdatedAt: now}, 100, func(int64) {})
	s.must(err)
	return w
}

var errUndo = errors.New("undo this")

// together runs jobs such that some of them share a commit round, and returns their errors.
func (s *suite) together(n int, job func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = job(i) })
	}
	wg.Wait()
	return errs
}

func numbered(prefix string, i int) string { return fmt.Sprintf("%s%03d", prefix, i) }
