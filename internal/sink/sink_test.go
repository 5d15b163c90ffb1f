package sink_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wapost/internal/sink"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// rig is a sink behind a real server, and a gateway that is honest unless told otherwise.
type rig struct {
	*sink.Sink
	t   *testing.T
	url string
	n   int
}

func newRig(t *testing.T, o sink.Options) *rig {
	t.Helper()
	s, err := sink.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return &rig{Sink: s, t: t, url: server.URL}
}

// message is a request of a gateway.
type message struct {
	id       string
	chat     string
	sequence int64
	attempt  int
	age      time.Duration // since it was recorded
	change   func(http.Header)
}

func (r *rig) id(age time.Duration) string {
	r.n++
	ms := time.Now().Add(-age).UnixMilli()
	return fmt.Sprintf("evt_%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, r.n)
}

// send delivers a message; status 0 = no answer.
func (r *rig) send(m message) (id string, status int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 10*time.Second)
	defer cancel()
	return r.sendIn(ctx, m)
}

func (r *rig) sendIn(ctx context.Context, m message) (id string, status int) {
	r.t.Helper()
	if m.id == "" {
		m.id = r.id(m.age)
	}
	body := fmt.Appendf(nil, `{"id":%q,"type":"message.received","version":1,"timestamp":%q,"device_id":"d1","sequence":%d,"origin":"live","data":{"chat":{"jid":%q}}}`,
		m.id, time.Now().Add(-m.age).UTC().Format("2006-01-02T15:04:05.000Z"), m.sequence, m.chat)
	req, err := http.NewRequestWithContext(ctx, "POST", r.url+"/any/path", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	sign(req.Header, m.id, time.Now(), body)
	req.Header.Set("X-Webhook-Event", "message.received")
	req.Header.Set("webhook-attempt", fmt.Sprint(max(1, m.attempt)))
	if m.change != nil {
		m.change(req.Header)
	}
	answer, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return m.id, 0
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return m.id, answer.StatusCode
}

// sign is written from the contract once more, apart from both the sender and the sink.
func sign(h http.Header, id string, at time.Time, body []byte) {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "%s.%d.%s", id, at.Unix(), body)
	b := hmac.New(sha256.New, []byte(secret))
	b.Write(body)
	hub := "sha256=" + hex.EncodeToString(b.Sum(nil))
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
	h.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
	h.Set("X-Hub-Signature-256", hub)
	h.Set("X-Webhook-Signature", hub)
}

func TestLedgerTellsLossDuplicatesAndOrder(t *testing.T) {
	r := newRig(t, sink.Options{Secrets: []string{secret}})
	for _, m := range []message{{chat: "a", sequence: 3}, {chat: "a", sequence: 4}, {chat: "b", sequence: 8}, {chat: "b", sequence: 6}, {chat: "a", sequence: 10}} {
		if _, status := r.send(m); status != http.StatusNoContent {
			t.Fatalf("answer %d", status)
		}
	}
	id, _ := r.send(message{chat: "a", sequence: 11})
	r.send(message{id: id, chat: "a", sequence: 11, attempt: 2})
	got := r.Report()
	if got.Events != 6 || got.Requests != 7 || got.Duplicates != 1 || got.Inversions != 1 || got.Missing != 3 || got.Types["message.received"] != 6 {
		t.Errorf("report %+v", got)
	}
	if want := "[{d1 3 11 3 [{5 5} {7 7} {9 9}]}]"; fmt.Sprint(got.Gaps) != want {
		t.Errorf("gaps %v, want %s", got.Gaps, want)
	}
	if faults := fmt.Sprint(got.Faults()); faults != "[3 missing 1 out of order]" {
		t.Errorf("faults %s", faults)
	}
	if line := got.Line(); !strings.Contains(line, "6 events, 1 duplicates") || !strings.Contains(line, "3 missing") {
		t.Errorf("line %q", line)
	}
}

func TestReplaysAreCountedApart(t *testing.T) {
	r := newRig(t, sink.Options{Secrets: []string{secret}})
	again := func(h http.Header) { h.Set("webhook-replay", "true") }
	var ids []string
	for n := range int64(6) {
		id, _ := r.send(message{chat: "a", sequence: 11 + n})
		ids = append(ids, id)
	}
	for n, id := range ids { // with a live message between
		if n == 3 {
			r.send(message{chat: "a", sequence: 20})
		}
		r.send(message{id: id, chat: "a", sequence: 11 + int64(n), age: time.Hour, change: again})
	}
	r.send(message{chat: "a", sequence: 3, age: time.Hour, change: again}) // from before the ledger
	r.send(message{chat: "a", sequence: 90, change: again})                // a part of the log by itself
	got := r.Report()
	if got.Replays != 8 || got.Events != 9 || got.Requests != 15 || got.Duplicates != 0 || got.Inversions != 0 || got.Types["message.received"] != 9 {
		t.Errorf("report %+v", got)
	}
	if got.Missing != 3 || fmt.Sprint(got.Gaps) != "[{d1 11 20 3 [{17 19}]}]" {
		t.Errorf("missing %d, gaps %v", got.Missing, got.Gaps)
	}
	if got.FromRecorded.Max > 60_000 {
		t.Errorf("a replay counts as late: %+v", got.FromRecorded)
	}
	r.send(message{chat: "a", sequence: 18, change: again})
	if got := r.Report(); fmt.Sprint(got.Gaps) != "[{d1 11 20 2 [{17 17} {19 19}]}]" {
		t.Errorf("gaps %v", got.Gaps)
	}
	r.send(message{chat: "a", sequence: 17, change: again})
	r.send(message{chat: "a", sequence: 19, change: again})
	if got := r.Report(); len(got.Faults()) != 0 || !strings.Contains(got.Line(), "11 replayed") {
		t.Errorf("%v: %s", got.Faults(), got.Line())
	}
	r.send(message{chat: "a", sequence: 15, change: func(h http.Header) { h.Set("webhook-replay", "no") }})
	if got := r.Report(); got.Inversions != 1 {
		t.Errorf("%d inversions, want that of a live event", got.Inversions)
	}
}

func TestLateNumbersCloseGaps(t *testing.T) {
	r := newRig(t, sink.Options{})
	for _, n := range []int64{5, 1, 3, 2, 9, 4, 7, 8, 6} {
		r.send(message{chat: fmt.Sprint(n), sequence: n})
	}
	if got := r.Report(); got.Missing != 0 || len(got.Gaps) != 0 || got.Inversions != 0 {
		t.Errorf("missing %d, gaps %v, inversions %d", got.Missing, got.Gaps, got.Inversions)
	}
}

func TestLatencyIsTakenFromTheIDAndFromWhatsAppsClock(t *testing.T) {
	r := newRig(t, sink.Options{})
	for range 9 {
		r.send(message{age: 2 * time.Second})
	}
	r.send(message{age: 40 * time.Second})
	r.send(message{age: -time.Minute})
	got := r.Report()
	for name, l := range map[string]*sink.Latency{"recorded": got.FromRecorded, "whatsapp": got.FromWhatsApp} {
		if l == nil || l.P50 < 2000 || l.P50 > 6000 || l.P99 < 40_000 || l.P99 > 50_000 || l.Negative != 1 {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestSignaturesAreJudged(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(http.Header)
		want   sink.Problems
	}{
		"none":        {func(h http.Header) { h.Del("webhook-signature") }, sink.Problems{Unsigned: 1}},
		"other key":   {func(h http.Header) { h.Set("webhook-signature", "v1,AAAA") }, sink.Problems{Forged: 1}},
		"old":         {func(h http.Header) { h.Set("webhook-timestamp", "1614265330") }, sink.Problems{Stale: 1}},
		"wrong hub":   {func(h http.Header) { h.Set("X-Hub-Signature-256", "sha256=00") }, sink.Problems{Forged: 1}},
		"they differ": {func(h http.Header) { h.Set("X-Webhook-Signature", "sha256=00") }, sink.Problems{Forged: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, sink.Options{Secrets: []string{secret}})
			if _, status := r.send(message{change: tc.change}); status != http.StatusUnauthorized {
				t.Errorf("answer %d", status)
			}
			if got := r.Report(); got.Problems != tc.want || got.Events != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("the right one among others", func(t *testing.T) {
		r := newRig(t, sink.Options{Secrets: []string{"another", secret}})
		_, status := r.send(message{change: func(h http.Header) { h.Set("webhook-signature", "v1,AAAA "+h.Get("webhook-signature")) }})
		if status != http.StatusNoContent {
			t.Errorf("answer %d, %+v", status, r.Report().Problems)
		}
	})
}

func TestRequestsAgainstTheContractAreRefused(t *testing.T) {
	r := newRig(t, sink.Options{})
	for _, change := range []func(http.Header){
		func(h http.Header) { h.Set("webhook-id", "evt_other") },
		func(h http.Header) { h.Set("X-Webhook-Event", "message.sent") },
	} {
		if _, status := r.send(message{change: change}); status != http.StatusBadRequest {
			t.Errorf("answer %d", status)
		}
	}
	if _, status := r.send(message{id: "evt_123"}); status != http.StatusBadRequest {
		t.Errorf("an id that is no UUIDv7: answer %d", status)
	}
	if got := r.Report(); got.Problems.Malformed != 3 {
		t.Errorf("%+v", got.Problems)
	}
}

func TestSinkMisbehavesAsTold(t *testing.T) {
	short := sink.Duration(time.Millisecond)
	for name, tc := range map[string]struct {
		b        sink.Behaviour
		statuses string // of the first, second and third request
		events   int
	}{
		"status":         {sink.Behaviour{Status: 503, RetryAfter: 9}, "[503 503 503]", 0},
		"another 2xx":    {sink.Behaviour{Status: 202}, "[202 202 202]", 3},
		"delay":          {sink.Behaviour{Delay: short}, "[204 204 204]", 3},
		"drip":           {sink.Behaviour{Drip: sink.Duration(time.Microsecond)}, "[204 204 204]", 3},
		"drip a failure": {sink.Behaviour{Drip: sink.Duration(time.Microsecond), Status: 500}, "[500 500 500]", 0},
		"redirect":       {sink.Behaviour{Redirect: "http://127.0.0.1:1/"}, "[302 302 302]", 0},
		"close":          {sink.Behaviour{Close: true}, "[0 0 0]", 0},
		"the first two":  {sink.Behaviour{First: 2}, "[500 500 204]", 1},
		"first tries":    {sink.Behaviour{Tries: 2, Status: 429}, "[429 429 204]", 1},
		"all by chance":  {sink.Behaviour{Share: 1, Status: 500}, "[500 500 500]", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, sink.Options{Behaviour: tc.b})
			var got []int
			for try := 1; try <= 3; try++ {
				_, status := r.send(message{attempt: try})
				got = append(got, status)
			}
			if report := r.Report(); fmt.Sprint(got) != tc.statuses || report.Events != tc.events || report.Refused != 3-tc.events {
				t.Errorf("answers %v, %d events, %d refused; want %s, %d", got, report.Events, report.Refused, tc.statuses, tc.events)
			}
		})
	}
}

func TestHangingEndsWithTheClient(t *testing.T) {
	r := newRig(t, sink.Options{Behaviour: sink.Behaviour{Hang: true}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, status := r.sendIn(ctx, message{}); status != 0 {
		t.Errorf("answer %d", status)
	}
	deadline := time.Now().Add(10 * time.Second)
	for r.Report().Refused != 1 {
		if time.Now().After(deadline) {
			t.Fatal("the handler still hangs")
		}
		<-time.After(time.Millisecond)
	}
}

func (r *rig) control(method, path, body string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

func TestBehaviourIsChangedOverHTTP(t *testing.T) {
	r := newRig(t, sink.Options{})
	if status, text := r.control("PUT", "/behaviour", `{"status":503,"delay":"1ms"}`); status != 200 || !strings.Contains(text, `"delay": "1ms"`) {
		t.Errorf("%d %s", status, text)
	}
	if _, status := r.send(message{}); status != 503 {
		t.Errorf("answer %d", status)
	}
	for body, want := range map[string]string{
		`{"stauts":503}`:             "unknown field",
		`{"status":99}`:              "from 200 to 599",
		`{"delay":5}`:                "a duration is text",
		`{"share":2}`:                "from 0 to 1",
		`{"hang":true,"close":true}`: "exclude each other",
		`{"first":1,"tries":1}`:      "exclude each other",
		`{"drip":"-1s"}`:             "must not be negative",
	} {
		if status, text := r.control("PUT", "/behaviour", body); status != 400 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	if _, status := r.send(message{}); status != 503 {
		t.Errorf("a refused command changed the behaviour: %d", status)
	}
	r.control("DELETE", "/behaviour", "")
	if _, status := r.send(message{}); status != 204 {
		t.Errorf("answer %d", status)
	}
}

func TestReportIsReadAndResetOverHTTP(t *testing.T) {
	r := newRig(t, sink.Options{})
	changed := r.Changed()
	r.send(message{sequence: 1})
	select {
	case <-changed:
	default:
		t.Error("nobody was told about the event")
	}
	_, text := r.control("GET", "/report", "")
	var got sink.Report
	if err := json.Unmarshal([]byte(text), &got); err != nil || got.Events != 1 || got.SignaturesJudged {
		t.Errorf("%v in %s", err, text)
	}
	if r.control("DELETE", "/report", ""); r.Report().Events != 0 {
		t.Error("the ledger is not new")
	}
}

func TestSecretThatCannotBe(t *testing.T) {
	for _, s := range []string{"whsec_", "whsec_!"} {
		if _, err := sink.New(sink.Options{Secrets: []string{s}}); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
