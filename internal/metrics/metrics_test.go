package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/media"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/whatsapp"
)

var update = flag.Bool("update", false, "write the golden files anew")

type engine struct {
	f   delivery.Figures
	err error
}

func (e engine) Figures(context.Context) (delivery.Figures, error) { return e.f, e.err }

type sessions map[session.State]int

func (s sessions) Census() map[session.State]int { return s }
func (sessions) NotesLost() uint64               { return 3 }
func (sessions) NotesRetried() uint64            { return 4 }

func files() media.Figures {
	return media.Figures{Usage: media.Usage{Bytes: 12, Files: 2}, UnderWay: 1, Downloads: map[string]uint64{"stored": 5}, Evictions: map[string]uint64{"room": 3}}
}

// watching returns metrics with sources that all answer.
func watching(change func(*Sources)) *Metrics {
	m := New("1.2.3")
	s := Sources{
		Engine:   engine{f: delivery.Figures{Webhooks: 5, Open: 1, HalfOpen: 1, Behind: 2, Waiting: 7, OldestAt: time.Now().Add(-time.Hour)}},
		Sessions: sessions{session.Connected: 2, session.Banned: 0},
		Census: func(context.Context) (store.Census, error) {
			return store.Census{Webhooks: map[string]int{"active": 5, "paused": 1}, Outbox: map[string]int{"queued": 9}, Dead: 8}, nil
		},
		Queued: func() int { return 6 }, WhatsApp: &whatsapp.Counters{}, Media: files, Repeats: func() uint64 { return 13 }, Logger: slog.New(slog.DiscardHandler),
	}
	s.WhatsApp.OrderRefusals.Store(11)
	if change != nil {
		change(&s)
	}
	m.Watch(s)
	return m
}

// text is what a scrape gets.
func text(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func (m *Metrics) has(t *testing.T, lines ...string) {
	t.Helper()
	got := "\n" + text(t, m)
	for _, line := range lines {
		if !strings.Contains(got, "\n"+line+"\n") {
			name, _, _ := strings.Cut(line, " ")
			name, _, _ = strings.Cut(name, "{")
			t.Errorf("no line %q; there are\n%s", line, strings.Join(regexp.MustCompile(`(?m)^`+name+`.*$`).FindAllString(got, -1), "\n"))
		}
	}
}

func TestScrapeShowsWhatTheRoomsSay(t *testing.T) {
	watching(nil).has(t,
		`wapost_devices{state="connected"} 2`, `wapost_devices{state="banned"} 0`,
		`wapost_breakers{state="closed"} 3`, `wapost_breakers{state="open"} 1`, `wapost_breakers{state="half_open"} 1`,
		`wapost_deliveries_waiting 7`, `wapost_webhooks_behind 2`, `wapost_commit_queue 6`,
		`wapost_webhooks{status="paused"} 1`, `wapost_webhooks{status="disabled"} 0`, `wapost_outbox_messages{state="queued"} 9`, `wapost_deliveries_dead 8`,
		`wapost_session_notes_lost_total 3`, `wapost_session_notes_retried_total 4`,
		`wapost_whatsapp_refusals_total{reason="order"} 11`, `wapost_whatsapp_dropped_total{kind="unhandled_tag"} 0`,
		`wapost_media_downloads_total{outcome="stored"} 5`, `wapost_media_evictions_total{reason="room"} 3`, `wapost_media_bytes 12`, `wapost_media_files 2`,
		`wapost_media_downloads_under_way 1`, `wapost_delivery_repeats_total 13`,
		`wapost_build_info{version="1.2.3"} 1`)
}

func TestSourceThatDoesNotAnswerIsLeftOutAndCounted(t *testing.T) {
	m := watching(func(s *Sources) {
		s.Engine = engine{err: errors.New("ended")}
		s.Census = func(context.Context) (store.Census, error) { return store.Census{}, errors.New("down") }
	})
	first := text(t, m)
	if strings.Contains(first, "wapost_deliveries_waiting") || strings.Contains(first, "wapost_outbox_messages") {
		t.Error("figures of sources that did not answer are shown")
	}
	m.has(t, `wapost_devices{state="connected"} 2`)
	if !regexp.MustCompile(`wapost_scrape_errors_total\{source="database"\} [1-9]`).MatchString(text(t, m)) {
		t.Error("the failure is not counted")
	}
}

func TestEventsAreCountedWithTheirLag(t *testing.T) {
	m := New("test")
	body := func(origin string, at time.Time) []byte {
		return fmt.Appendf(nil, `{"id":"x","type":"message.received","version":1,"timestamp":"%s","device_id":"d","sequence":1,"origin":"%s","account":null,"data":{}}`,
			at.UTC().Format(event.TimeLayout), origin)
	}
	now := time.Now()
	m.Recorded([]*event.Recorded{
		{ID: event.NewID(), Type: event.MessageReceived, Class: event.Durable, Body: body("live", now.Add(-20*time.Second))},
		{ID: event.NewID(), Type: event.MessageReceived, Class: event.Durable, Body: body("live", now.Add(time.Hour))}, // a clock that is wrong
		{ID: event.NewID(), Type: event.MessageReceived, Class: event.Durable, Body: body("offline", now.Add(-time.Hour))},
		{ID: event.NewID(), Type: event.MessageReceived, Class: event.Noted, Body: body("live", now.Add(-time.Hour))},
		{ID: "odd", Type: "of.the.future", Class: event.Durable, Body: []byte(`{}`)},
	})
	m.has(t, `wapost_events_recorded_total{type="message.received"} 4`, `wapost_events_recorded_total{type="other"} 1`,
		`wapost_event_lag_seconds_count 2`, `wapost_event_lag_seconds_bucket{le="30"} 2`, `wapost_event_lag_seconds_bucket{le="10"} 1`, `wapost_event_commit_seconds_count 4`)
}

// The lag is read from the first bytes of a body without decoding it, so the form of the envelope must stay what it is.
func TestLagIsReadFromARealEnvelope(t *testing.T) {
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.Key, e.DeviceID, e.Data = time.Now().Add(-time.Minute), 1, "k", "00000000-0000-0000-0000-000000000001", map[string]any{}
	sealed, err := e.Seal()
	if err != nil {
		t.Fatal(err)
	}
	at, live := happened(sealed.Body(1 << 40))
	if !live || at.Sub(e.At).Abs() > time.Millisecond {
		t.Errorf("read %v, live %v, want %v", at, live, e.At)
	}
	if seen, ok := seenAt(e.ID); !ok || time.Since(seen).Abs() > time.Minute {
		t.Errorf("the id was made at %v, %v", seen, ok)
	}
}

type attempt delivery.Outcome

func (a attempt) Attempt(context.Context, delivery.Request) delivery.Outcome {
	return delivery.Outcome(a)
}

func TestAttemptsAreCountedByClassAndKind(t *testing.T) {
	m := New("test")
	r := delivery.Request{Event: &event.Recorded{At: time.Now().Add(-3 * time.Second)}}
	again := r
	again.Replay = true
	ok, down := m.Transport(attempt{Status: 200}), m.Transport(attempt{Class: delivery.ClassConnect})
	ok.Attempt(t.Context(), r)
	ok.Attempt(t.Context(), again)
	if o := down.Attempt(t.Context(), r); o.Class != delivery.ClassConnect {
		t.Errorf("the outcome was changed: %+v", o)
	}
	m.has(t, `wapost_delivery_attempts_total{class="success",kind="live"} 1`, `wapost_delivery_attempts_total{class="success",kind="replay"} 1`,
		`wapost_delivery_attempts_total{class="connect",kind="live"} 1`, `wapost_delivery_attempts_total{class="tls",kind="live"} 0`,
		`wapost_delivery_lag_seconds_count 1`, `wapost_delivery_lag_seconds_bucket{le="2.5"} 0`)
}

type settling struct {
	delivery.Store
	err error
}

func (s settling) Settle(_ delivery.Batch, done func(error)) { done(s.err) }

func TestOnlyStoredOutcomesAreCounted(t *testing.T) {
	m := New("test")
	b := delivery.Batch{
		Successes: []delivery.Success{{Status: 200}, {Status: 204}, {Status: 0}, {Beside: true}},
		Failures:  []delivery.Failure{{Row: delivery.Row{Status: delivery.Dead}}, {Row: delivery.Row{Status: delivery.Retrying}}},
		Disabled:  map[int64]string{7: "gone"},
	}
	told := 0
	m.Store(settling{err: errors.New("full")}).Settle(b, func(error) { told++ })
	m.Store(settling{}).Settle(b, func(error) { told++ })
	if told != 2 {
		t.Errorf("the engine was told %d times, want 2", told)
	}
	m.has(t, `wapost_deliveries_total{outcome="delivered"} 2`, `wapost_deliveries_total{outcome="expired"} 1`,
		`wapost_deliveries_total{outcome="dead"} 1`, `wapost_webhooks_disabled_total{reason="gone"} 1`)
}

func TestCommitsAndRequestsAreCounted(t *testing.T) {
	m := New("test")
	m.Committed(store.Commit{Jobs: 3, Took: 20 * time.Millisecond})
	m.Committed(store.Commit{Jobs: 1, Err: errors.New("full")})
	m.Request("GET /devices/{device_id}", 404, time.Millisecond)
	m.Request("", 404, time.Millisecond)
	m.has(t, `wapost_commit_jobs_sum 4`, `wapost_commit_failures_total 1`, `wapost_commit_seconds_count 2`,
		`wapost_http_requests_total{route="GET /devices/{device_id}",status="4xx"} 1`, `wapost_http_requests_total{route="none",status="4xx"} 1`,
		`wapost_http_request_seconds_count{route="none"} 1`)
}

// families are the lines that introduce a figure of ours, with its labels.
func families(t *testing.T) []string {
	t.Helper()
	m := watching(nil)
	m.Request("GET /", 200, time.Millisecond)
	list, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range list {
		if !strings.HasPrefix(f.GetName(), "wapost_") {
			continue
		}
		line := f.GetName() + " " + strings.ToLower(f.GetType().String())
		for _, l := range f.GetMetric()[0].GetLabel() {
			line += " " + l.GetName()
		}
		lines = append(lines, line)
	}
	return lines
}

// Dashboards and alarms of others are built on these names.
func TestNamesAreAsApproved(t *testing.T) {
	const golden = "testdata/names.txt"
	got := strings.Join(families(t), "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run with -update if this is wanted:\n%s", diff)
	}
}

func TestDashboardShowsOnlyWhatExists(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/grafana/wapost.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(raw, &board); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range families(t) {
		name, kind, _ := strings.Cut(f, " ")
		known[name] = true
		if strings.HasPrefix(kind, "histogram") {
			known[name+"_bucket"], known[name+"_sum"], known[name+"_count"] = true, true, true
		}
	}
	used := 0
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			for _, name := range regexp.MustCompile(`wapost_\w+`).FindAllString(target.Expr, -1) {
				used++
				if !known[name] {
					t.Errorf("panel %q shows %s, which does not exist", p.Title, name)
				}
			}
		}
	}
	if used < 20 {
		t.Errorf("the dashboard shows %d figures only", used)
	}
}

func TestNoLabelGrowsWithCustomers(t *testing.T) {
	allowed := []string{"type", "class", "kind", "outcome", "reason", "route", "status", "state", "source", "version"}
	for _, f := range families(t) {
		for _, label := range strings.Fields(f)[2:] {
			if !slices.Contains(allowed, label) {
				t.Errorf("%s: is label %s bounded? then add it here", f, label)
			}
		}
	}
}
