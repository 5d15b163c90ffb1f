package history_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/history"
	"wapost/internal/journal"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

const device = "00000000-0000-0000-0000-00000000000a"

// phone plays the sessions: what it answers is what fetch and told return.
type phone struct {
	mu    sync.Mutex
	fetch error
	told  error
	slow  time.Duration // how long a fetch takes
	mode  session.HistoryMode
	log   []string
}

func (p *phone) say(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, what)
}

func (p *phone) set(fetch, told error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fetch, p.told = fetch, told
}

func (p *phone) count(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, s := range p.log {
		if s == what {
			n++
		}
	}
	return n
}

func (p *phone) Get(context.Context, int64, string) (session.Device, error) {
	return session.Device{ID: device, AccountID: 1, Settings: session.Settings{History: p.mode}}, nil
}

func (p *phone) History(ctx context.Context, _ string, payload []byte, _ bool, take func(context.Context, session.HistorySlice, []*event.Event) error) (session.HistorySummary, error) {
	p.say("fetch " + string(payload))
	p.mu.Lock()
	err, slow := p.fetch, p.slow
	p.mu.Unlock()
	time.Sleep(slow) // of the bubble
	if err != nil {
		return session.HistorySummary{}, err
	}
	yes := false
	e := event.New(event.HistoryMessageType)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey = time.Now(), 1, device, device+"|c|1@g.us", "h|1"
	e.Data = event.HistoryMessage{Message: event.Message{MessageID: "M1", Sender: event.Person{JID: "2@lid"}, FromMe: &yes, Kind: event.KindText}}
	return session.HistorySummary{Messages: 1, Conversations: 1}, take(ctx, session.HistorySlice{Messages: []*event.Event{e}, Through: 1}, nil)
}

func (p *phone) HistoryStored(context.Context, string, string, []byte) error {
	p.say("stored")
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told
}

func (p *phone) HistoryAgain(context.Context, string, string, []byte) error {
	p.say("again")
	return nil
}

func (p *phone) AskHistory(context.Context, int64, string, session.HistoryAsk) (string, error) {
	return "R1", nil
}

func (p *phone) Event(_ context.Context, _ string, t event.Type, data any) (*event.Event, error) {
	e := event.New(t)
	e.At, e.AccountID, e.DeviceID, e.Key, e.Data = time.Now(), 1, device, device+"|d", data
	return e, nil
}

// reads is a store whose answers to Due take their time: what they say may be old when they come.
type reads struct {
	*store.Past
	late atomic.Int64 // nanoseconds
}

func (r *reads) Due(ctx context.Context, now time.Time, limit int) ([]history.Part, error) {
	list, err := r.Past.Due(ctx, now, limit)
	time.Sleep(time.Duration(r.late.Load())) // of the bubble
	return list, err
}

// rig is the service over the real store, with time that does not pass by itself.
type rig struct {
	t       *testing.T
	db      *store.DB
	phone   *phone
	reads   *reads
	service *history.Service
}

func inBubble(t *testing.T, test func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Stopped(t, t.TempDir()+"/w.db")
		r := &rig{t: t, db: db, phone: &phone{mode: session.HistoryStore}, reads: &reads{Past: db.Past()}}
		r.service = history.New(history.Options{Store: r.reads, Sessions: r.phone, Sink: journal.New(db.Events()), Messages: db.Messages()})
		db.OnHistory(r.service.Wake)
		stop := storetest.Start(t, db)
		if err := db.Write(t.Context(), "device", storetest.OneDevice(device)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.service.Run(ctx) }()
		test(r)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		stop()
	})
}

func (r *rig) announce(id string) {
	r.t.Helper()
	percent := 100
	err := r.db.Past().HistoryAnnounced(r.t.Context(), device, session.Notice{MessageID: id, Payload: []byte(id), Type: "recent", Chunk: 1, Progress: &percent})
	if err != nil {
		r.t.Fatal(err)
	}
}

// after lets time pass and everything that is due happen.
func (r *rig) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (r *rig) types() []event.Type {
	r.t.Helper()
	list, err := r.db.Events().After(r.t.Context(), 1, "", 0, 1<<40, 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	var types []event.Type
	for _, e := range list {
		types = append(types, e.Type)
	}
	return types
}

func (r *rig) state() (state string) {
	r.t.Helper()
	if err := r.db.Read().QueryRowContext(r.t.Context(), `SELECT state FROM history_parts ORDER BY id LIMIT 1`).Scan(&state); err != nil {
		r.t.Fatal(err)
	}
	return state
}

func TestAPartIsStoredThenThePhoneIsTold(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.announce("N1")
		r.announce("N1")
		r.after(time.Second)
		if got := r.types(); !slices.Equal(got, []event.Type{event.HistorySync, event.HistorySyncComplete}) || r.state() != "done" {
			t.Errorf("events %v, state %s", got, r.state())
		}
		if r.phone.count("fetch N1") != 1 || r.phone.count("stored") != 1 {
			t.Errorf("asked: %v", r.phone.log)
		}
		if k, err := r.db.Messages().Find(r.t.Context(), 1, device, "1@g.us", "M1"); err != nil || k.MessageID != "M1" {
			t.Errorf("%+v, %v", k, err)
		}
	})
}

func TestAPhoneThatCannotBeToldIsToldLater(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(nil, fault.New(fault.Unavailable, "no socket"))
		r.announce("N1")
		r.after(5 * time.Second)
		if r.state() != "stored" {
			t.Errorf("state %s", r.state())
		}
		r.phone.set(nil, nil)
		r.after(time.Minute)
		if r.state() != "done" || r.phone.count("fetch N1") != 1 {
			t.Errorf("state %s, asked %v", r.state(), r.phone.log)
		}
	})
}

func TestADeviceThatIsAwayIsWaitedForWithoutATry(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(fault.New(fault.Conflict, "Device is not connected"), nil)
		r.announce("N1")
		r.after(30 * time.Minute)
		if r.state() != "waiting" || len(r.types()) != 0 || r.phone.count("fetch N1") != 1 {
			t.Errorf("state %s, events %v, asked %v", r.state(), r.types(), r.phone.log)
		}
		r.phone.set(nil, nil)
		r.service.Usable(device)
		r.after(time.Second)
		if r.state() != "done" {
			t.Errorf("state %s after the connection", r.state())
		}
	})
}

func TestALostFileIsAskedForUntilItHasFailed(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(session.ErrFileGone, nil)
		r.announce("N1")
		r.after(24 * time.Hour)
		if n := len(r.types()); n != 8 || r.state() != "failed" || r.phone.count("again") != 7 {
			t.Errorf("%d events, state %s, %d times asked again", n, r.state(), r.phone.count("again"))
		}
		progress, err := r.service.Progress(r.t.Context(), device)
		if err != nil || len(progress) != 1 || progress[0].Error == "" || progress[0].Done != 0 {
			t.Errorf("%+v, %v", progress, err)
		}
		r.announce("N2")
		r.phone.set(nil, nil)
		r.after(time.Minute)
		if r.phone.count("fetch N2") == 0 {
			t.Error("the part behind a failed one is not fetched")
		}
	})
}

// One damaged row must not keep the parts of everybody else, nor those behind it on the same device.
func TestAPartWhoseNoticeCannotBeOpenedFailsAlone(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(fault.New(fault.Conflict, "Device is not connected"), nil)
		r.announce("N1")
		r.announce("N2")
		r.after(time.Second)
		r.tear("N1")
		r.phone.set(nil, nil)
		r.service.Usable(device)
		r.after(time.Minute)
		if got := r.types(); !slices.Equal(got, []event.Type{event.HistorySyncFailed, event.HistorySync, event.HistorySyncComplete}) || r.state() != "failed" {
			t.Errorf("events %v, state %s", got, r.state())
		}
		if r.phone.count("fetch N1") != 1 || r.phone.count("fetch N2") != 2 || r.phone.count("stored") != 1 || r.phone.count("again") != 0 {
			t.Errorf("asked: %v", r.phone.log)
		}
		progress, err := r.service.Progress(r.t.Context(), device)
		if err != nil || len(progress) != 1 || progress[0].Error != "The kept notice of the part cannot be opened" {
			t.Errorf("%+v, %v", progress, err)
		}
	})
}

// The list of what is due may be read while a part is fetched, and used when that has ended: it is old news then.
func TestAPartIsNotFetchedAgainByWhatWasReadBeforeItsEnd(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.slow = 20 * time.Millisecond
		r.announce("N1")
		r.after(10 * time.Millisecond) // it is being fetched
		r.reads.late.Store(int64(15 * time.Millisecond))
		r.service.Wake()
		r.after(time.Minute)
		if r.phone.count("fetch N1") != 1 || r.state() != "done" {
			t.Errorf("state %s, asked: %v", r.state(), r.phone.log)
		}
	})
}

// It would be as large the next time; and the phone is not asked for it again.
func TestAPartThatIsTooLargeFailsAtOnce(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(session.ErrHistoryTooLarge, nil)
		r.announce("N1")
		r.after(24 * time.Hour)
		if got := r.types(); !slices.Equal(got, []event.Type{event.HistorySyncFailed}) || r.state() != "failed" || len(r.phone.log) != 1 {
			t.Errorf("events %v, state %s, asked %v", got, r.state(), r.phone.log)
		}
		progress, err := r.service.Progress(r.t.Context(), device)
		if err != nil || len(progress) != 1 || progress[0].Error != "The part is larger than is taken" {
			t.Errorf("%+v, %v", progress, err)
		}
	})
}

// A part that is stored needs its notice only to delete the file at WhatsApp.
func TestAStoredPartIsToldWithoutItsNotice(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(nil, fault.New(fault.Conflict, "Device is not connected"))
		r.announce("N1")
		r.after(time.Second)
		r.tear("N1")
		r.phone.set(nil, nil)
		r.service.Usable(device)
		r.after(time.Second)
		if r.state() != "done" || r.phone.count("stored") != 2 || r.phone.count("fetch N1") != 1 {
			t.Errorf("state %s, asked: %v", r.state(), r.phone.log)
		}
	})
}

// tear damages the kept notice of a part.
func (r *rig) tear(id string) {
	r.t.Helper()
	err := r.db.Write(r.t.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE history_parts SET notice = $1 WHERE message_id = $2`, []byte("torn"), id)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestOtherErrorsAreTriedAgainAndNotAskedFor(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(fault.New(fault.BadGateway, "WhatsApp answered 500"), nil)
		r.announce("N1")
		r.after(5 * time.Second)
		r.phone.set(nil, nil)
		r.after(5 * time.Minute)
		if got := r.types(); r.state() != "done" || r.phone.count("again") != 0 || !slices.Equal(got, []event.Type{event.HistorySyncFailed, event.HistorySync, event.HistorySyncComplete}) {
			t.Errorf("state %s, events %v, asked %v", r.state(), got, r.phone.log)
		}
	})
}

func TestModesOfADevice(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.mode = session.HistoryOff
		r.announce("N1")
		r.after(time.Second)
		if r.phone.count("fetch N1") != 0 || r.state() != "done" || len(r.types()) != 0 || r.phone.count("stored") != 1 {
			t.Errorf("off: asked %v, state %s", r.phone.log, r.state())
		}
	})
	inBubble(t, func(r *rig) {
		r.phone.mode = session.HistoryEvents
		r.announce("N1")
		r.after(time.Second)
		if got := r.types(); !slices.Equal(got, []event.Type{event.HistoryMessageType, event.HistorySync, event.HistorySyncComplete}) {
			t.Errorf("events: %v", got)
		}
	})
}

func TestStorageThatIsDownCostsNoTry(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.phone.set(fault.Wrap(errors.New("disk"), fault.Unavailable, "Storage is unavailable"), nil)
		r.announce("N1")
		r.after(10 * time.Minute)
		if n := r.phone.count("fetch N1"); n < 2 || len(r.types()) != 0 || r.state() != "waiting" {
			t.Errorf("%d tries, state %s, events %v", n, r.state(), r.types())
		}
		r.phone.set(nil, nil)
		r.after(time.Minute)
		if r.state() != "done" {
			t.Errorf("state %s", r.state())
		}
	})
}
