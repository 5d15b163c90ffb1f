package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wapost/internal/client"
	ledger "wapost/internal/sink"
)

func TestTextOfOthersIsHarmlessOnATerminal(t *testing.T) {
	for _, tc := range []struct {
		given string
		most  int
		want  string
	}{
		{"a\x1b[31mred\x07", 20, "a [31mred"},
		{"two\r\nlines\tof ", 20, "two lines of"},
		{"äöü€äöü€", 6, "äöü€ä…"},
		{"bad \xff byte", 20, "bad byte"},
	} {
		if got := plain(tc.given, tc.most); got != tc.want {
			t.Errorf("%q became %q, want %q", tc.given, got, tc.want)
		}
	}
}

func TestTableColumnsAlignByCharactersAndColourDoesNotShiftThem(t *testing.T) {
	i := ink{on: true}
	tb := table{head: []string{"A", "STATE"}, tint: tintState(i)}
	tb.add("ä", "dead")
	tb.add("long", "done")
	var b bytes.Buffer
	tb.print(&b, i)
	want := "A     \x1b[2mSTATE\x1b[0m\nä     \x1b[31mdead\x1b[0m\nlong  \x1b[32mdone\x1b[0m\n"
	if b.String() != want {
		t.Errorf("got %q\nwant %q", b.String(), want)
	}
}

func TestMomentsAreTimesOrAges(t *testing.T) {
	for text, ago := range map[string]time.Duration{"90s": 90 * time.Second, "2h": 2 * time.Hour, "3d": 72 * time.Hour, "0s": 0} {
		var m moment
		if err := m.UnmarshalText([]byte(text)); err != nil || (time.Since(m.Time)-ago).Abs() > 10*time.Second || m.Location() != time.UTC {
			t.Errorf("%s: %v, %v", text, m, err)
		}
	}
	var m moment
	if err := m.UnmarshalText([]byte("2025-12-17T11:30:00+01:00")); err != nil || stamp(m) != "2025-12-17T10:30:00Z" {
		t.Errorf("%v, %v", stamp(m), err)
	}
	for _, text := range []string{"", "yesterday", "-1h", "xd", "-2d", "2025-12-17"} {
		if m.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// watching plays a gateway whose replay goes through states, one a request; "" = an answer that is no JSON.
func watching(t *testing.T, states ...string) (*watcher, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		state := states[min(n, len(states)-1)]
		n++
		if state == "" {
			panic(http.ErrAbortHandler)
		}
		_, _ = fmt.Fprintf(w, `{"status":true,"code":200,"message":"m","data":{"id":"rpl_1","matched":4,"unknown":1,%s}}`, state)
	}))
	t.Cleanup(server.Close)
	api, err := client.New(server.URL, "k")
	if err != nil {
		t.Fatal(err)
	}
	out, screen := &bytes.Buffer{}, &bytes.Buffer{}
	return &watcher{api: api, hook: oneWebhook{ID: 7}, out: out, screen: screen, every: time.Millisecond}, out, screen
}

const (
	half  = `"state":"running","delivered":2,"failed":0`
	whole = `"state":"done","delivered":3,"failed":1`
)

func TestProgressIsShownUntilTheEndAlsoAcrossABreak(t *testing.T) {
	w, out, screen := watching(t, half, "", half, whole)
	if err := w.run(t.Context(), replayRow{ID: "rpl_1", State: "queued"}); err != nil {
		t.Fatal(err)
	}
	want := "rpl_1  queued\nrunning [###############···············]  50 %  2 of 4, 0 failed\n" +
		"done [##############################] 100 %  4 of 4, 1 failed\n`wapost deliveries 7` shows the attempts\n"
	if screen.String() != want || out.String() != "done: 3 delivered, 1 failed\n" {
		t.Errorf("screen:\n%s\nresult: %s", screen, out)
	}
	w, out, screen = watching(t, half, whole)
	w.live, w.json = true, true
	if err := w.run(t.Context(), replayRow{ID: "rpl_1", State: "queued"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(screen.String(), "\r\x1b[K") || !strings.Contains(out.String(), `"unknown": 1`) {
		t.Errorf("screen %q, result %s: it is to be what the gateway said", screen, out)
	}
}

func TestReplayThatFailsIsAnError(t *testing.T) {
	w, _, _ := watching(t, `"state":"failed","delivered":0,"failed":0`)
	if err := w.run(t.Context(), replayRow{ID: "rpl_1", State: "queued"}); err == nil || !strings.Contains(err.Error(), "rpl_1") {
		t.Errorf("got %v", err)
	}
}

func TestStoppingTheWatchLeavesTheReplayAlone(t *testing.T) {
	w, _, screen := watching(t, half)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.run(ctx, replayRow{ID: "rpl_1", State: "running"}); err != nil || !strings.Contains(screen.String(), "wapost replay cancel 7 rpl_1") {
		t.Errorf("%v; screen:\n%s", err, screen)
	}
}

func TestDeadDeliveriesSayWhatToDo(t *testing.T) {
	status, class := 422, "refused"
	d := deliveryRow{ID: "evt_1", Type: "message.received", Status: "dead", AttemptsMade: 12, Attempts: []attemptRow{{N: 12, StatusCode: &status, ErrorClass: &class}}}
	var b bytes.Buffer
	if err := showDelivery(&b, ink{}, d, 7); err != nil || !strings.Contains(b.String(), "422 refused") || !strings.Contains(b.String(), "wapost deliveries retry 7 evt_1") {
		t.Errorf("%v\n%s", err, &b)
	}
	good := 204
	d.Status, d.Attempts = "delivered", append(d.Attempts, attemptRow{N: 13, StatusCode: &good})
	for want, shown := range map[string]deliveryRow{"422 refused": d, " - ": {Status: "delivered", Attempts: d.Attempts[1:]}} {
		raw, err := json.Marshal(shown)
		if err != nil {
			t.Fatal(err)
		}
		b.Reset()
		if err := showDeliveries(&b, ink{}, []json.RawMessage{raw}, 7); err != nil || !strings.Contains(b.String(), want) || strings.Contains(b.String(), "204") {
			t.Errorf("%q: %v\n%s", want, err, &b)
		}
	}
	b.Reset()
	if err := showDeliveries(&b, ink{}, nil, 7); err != nil || strings.Contains(b.String(), "dead") {
		t.Errorf("%v\n%s", err, &b)
	}
}

func TestStrictSinkJudgesItsLedger(t *testing.T) {
	r := ledger.Report{Events: 2, Missing: 1, Gaps: []ledger.DeviceGaps{{Device: "d1", First: 1, Last: 3, Missing: 1, Gaps: []ledger.Gap{{From: 2, To: 2}}}}}
	c := &sinkCmd{Strict: true}
	if err := c.judge(io.Discard, r, true); err == nil || !strings.Contains(err.Error(), "1 missing") {
		t.Errorf("got %v", err)
	}
	c.Strict = false
	var b bytes.Buffer
	if err := c.judge(&b, r, true); err != nil || !strings.Contains(b.String(), "device d1: 1 missing between 1 and 3, the first: 2 to 2") {
		t.Errorf("%v\n%s", err, &b)
	}
}
