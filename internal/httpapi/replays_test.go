package httpapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
)

// replayOf starts a replay and waits for its end.
func (l *live) replayOf(hook string, body map[string]any) replayOfList {
	l.Helper()
	if body["since"] == nil {
		body["since"] = time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	}
	a := l.call(l.key, "POST", hook+"/replay", body).ok(http.StatusAccepted)
	if a.message() != "Replay started" || a.get("state") != "queued" || a.get("matched") != nil {
		l.Errorf("got %s", a.Body)
	}
	return l.over(hook, a.get("id").(string))
}

// over waits for the end of a replay.
func (l *live) over(hook, id string) (j replayOfList) {
	l.Helper()
	l.until("the replay ends", func() bool {
		l.call(l.key, "GET", hook+"/replays/"+id, nil).ok(http.StatusOK).data(&j)
		return j.FinishedAt != ""
	})
	return j
}

type replayOfList struct {
	ID, State               string
	Matched                 *int
	Sent, Delivered, Failed int
	FinishedAt              string `json:"finished_at"`
}

func (j replayOfList) String() string {
	matched := -1
	if j.Matched != nil {
		matched = *j.Matched
	}
	return fmt.Sprintf("%s matched %d sent %d delivered %d failed %d", j.State, matched, j.Sent, j.Delivered, j.Failed)
}

func TestReplayBringsWhatTheWebhookNeverGot(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		before := []string{l.say("1@lid", "a"), l.say("2@lid", "b"), l.say("1@lid", "c")}
		l.record(event.ConnectionConnected, nil)                                                     // not in the filter
		l.record(event.ConnectionQR, func(e *event.Event) { e.Data, e.Key = event.QRCode{}, "x|d" }) // explicit
		hook := l.hook(map[string]any{"events": []string{"message.*"}, "ordering": "fifo"})
		watch := l.hook(map[string]any{"events": []string{"webhook.*"}, "url": "https://example.com/watch"})
		live := l.say("1@lid", "live")
		l.becomes(hook, live, "delivered")

		if j := l.replayOf(hook, map[string]any{}); j.String() != "done matched 3 sent 3 delivered 3 failed 0" {
			t.Errorf("got %s", j)
		}
		same(t, "sent again, in recorded order", l.recv.requests(true), before)
		d := l.delivery(hook, before[0])
		if a := d["attempts"].([]any)[0].(map[string]any); d["status"] != "delivered" || a["trigger"] != "replay" || a["n"] != 1.0 {
			t.Errorf("got %v", d)
		}
		if j := l.replayOf(hook, map[string]any{}); j.String() != "done matched 0 sent 0 delivered 0 failed 0" {
			t.Errorf("a second one finds nothing to do: %s", j)
		}
		var told []struct {
			ID   string
			Data struct {
				WebhookID int64 `json:"webhook_id"`
				URL       string
				ReplayID  string `json:"replay_id"`
				State     string
				Delivered int
			}
		}
		l.call(l.key, "GET", "/events?types=webhook.replay_finished", nil).ok(http.StatusOK).data(&told)
		if len(told) != 2 || told[0].Data.State != "done" || told[0].Data.Delivered != 3 || strings.Contains(told[0].Data.URL, "?") {
			t.Fatalf("told: %+v", told)
		}
		l.becomes(watch, told[0].ID, "delivered")
		l.call(l.key, "GET", hook+"/deliveries/"+told[0].ID, nil).wants(http.StatusNotFound, "No such delivery")
	})
}

func TestReplayOfTheDeadAndOfTheDelivered(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		hook := l.hook(map[string]any{"events": []string{"message.*"}, "ordering": "parallel"})
		taken := l.say("1@lid", "taken")
		l.becomes(hook, taken, "delivered")
		l.recv.set(refuse)
		dead, open := l.say("2@lid", "dead"), l.say("3@lid", "open")
		l.becomes(hook, dead, "retrying")
		l.becomes(hook, open, "retrying")
		l.exec(`UPDATE deliveries SET status = 'dead', next_at = NULL WHERE seq = (SELECT seq FROM events WHERE id = $1)`, dead)
		l.recv.set(func(q delivery.Request) delivery.Outcome {
			if q.Replay {
				return delivery.Outcome{Status: 200}
			}
			return refuse(q)
		})
		if j := l.replayOf(hook, map[string]any{"status": []string{"dead"}}); j.String() != "done matched 1 sent 1 delivered 1 failed 0" {
			t.Errorf("dead: %s", j)
		}
		same(t, "only the dead one", l.recv.requests(true), []string{dead})
		l.becomes(hook, dead, "delivered")
		if j := l.replayOf(hook, map[string]any{"status": []string{"delivered"}}); j.String() != "done matched 2 sent 2 delivered 2 failed 0" {
			t.Errorf("delivered: %s", j)
		}
		same(t, "then both that were delivered; the engine keeps what it retries", slices.Sorted(slices.Values(l.recv.requests(true))), []string{taken, dead, dead})
		if d := l.delivery(hook, taken); d["attempts_made"] != 2.0 || len(d["attempts"].([]any)) != 2 {
			t.Errorf("got %v", d)
		}
	})
}

func TestReplayCountsWhatIsRefused(t *testing.T) {
	l := newLive(t)
	l.say("1@lid", "good")
	bad := l.say("1@lid", "bad")
	l.say("1@lid", "good")
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	l.recv.set(func(q delivery.Request) delivery.Outcome {
		if q.Event.ID == bad {
			return refuse(q)
		}
		return delivery.Outcome{Status: 200}
	})
	if j := l.replayOf(hook, map[string]any{}); j.String() != "done matched 3 sent 3 delivered 2 failed 1" {
		t.Errorf("got %s", j)
	}
	d := l.delivery(hook, bad)
	if a := d["attempts"].([]any)[0].(map[string]any); a["trigger"] != "replay" || a["error_class"] != "refused" {
		t.Errorf("got %v", d)
	}
}

func TestReplayEndsWhenTheEndpointIsGone(t *testing.T) {
	l := newLive(t)
	for range 3 {
		l.say("1@lid", "hi")
	}
	hook := l.hook(map[string]any{"events": []string{"message.*"}, "ordering": "fifo"})
	l.recv.set(func(delivery.Request) delivery.Outcome {
		return delivery.Outcome{Status: 410, Class: delivery.ClassGone, Err: "gone"}
	})
	if j := l.replayOf(hook, map[string]any{}); j.String() != "failed matched 3 sent 1 delivered 0 failed 1" {
		t.Errorf("got %s", j)
	}
}

// held is a receiver that keeps replayed requests until it is told.
func (l *live) held() (entered chan string, release chan struct{}) {
	entered, release = make(chan string, 100), make(chan struct{})
	l.recv.set(func(q delivery.Request) delivery.Outcome {
		if q.Replay {
			entered <- q.Event.ID
			<-release
		}
		return delivery.Outcome{Status: 200}
	})
	return entered, release
}

func TestReplayDoesNotDelayLiveEvents(t *testing.T) {
	l := newLive(t)
	l.say("1@lid", "old")
	hook := l.hook(map[string]any{"events": []string{"message.*"}, "max_in_flight": 1, "ordering": "fifo"})
	entered, release := l.held()
	id := l.call(l.key, "POST", hook+"/replay", replayOfAll()).ok(http.StatusAccepted).get("id").(string)
	<-entered
	l.becomes(hook, l.say("1@lid", "live"), "delivered") // while the replay hangs
	l.call(l.key, "POST", hook+"/replay", replayOfAll()).wants(http.StatusConflict, "A replay to this webhook is already running")
	close(release)
	if j := l.over(hook, id); j.String() != "done matched 1 sent 1 delivered 1 failed 0" {
		t.Errorf("got %s", j)
	}
}

func TestReplayIsCancelled(t *testing.T) {
	l := newLive(t)
	for range 5 {
		l.say("1@lid", "old")
	}
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	entered, release := l.held()
	id := l.call(l.key, "POST", hook+"/replay", replayOfAll()).ok(http.StatusAccepted).get("id").(string)
	<-entered
	a := l.call(l.key, "DELETE", hook+"/replays/"+id, nil).ok(http.StatusOK)
	if a.message() != "Replay cancelled" || a.get("state") != "cancelled" || a.get("finished_at") == nil {
		t.Errorf("got %s", a.Body)
	}
	close(release)
	l.call(l.key, "DELETE", hook+"/replays/"+id, nil).wants(http.StatusConflict, "Replay is over already")
	if j := l.replayOf(hook, map[string]any{"status": []string{"missing"}}); *j.Matched != 4 {
		t.Errorf("after one of five was sent %d are missing", *j.Matched)
	}
	if n := len(l.recv.requests(true)); n != 5 {
		t.Errorf("%d requests, want 5: one, and four of the second replay", n)
	}
	list := idsOf(l.call(l.key, "GET", hook+"/replays", nil).ok(http.StatusOK))
	if len(list) != 2 || list[1] != id {
		t.Errorf("newest first: %v", list)
	}
	page := l.call(l.key, "GET", hook+"/replays?limit=1", nil).ok(http.StatusOK)
	same(t, "second page", idsOf(l.call(l.key, "GET", hook+"/replays?limit=1&after="+nextOf(page), nil)), []string{id})
}

func TestReplaySurvivesARestart(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		var want []string
		for range 6 {
			want = append(want, l.say("1@lid", "old"))
		}
		hook := l.hook(map[string]any{"events": []string{"message.*"}, "ordering": "fifo"})
		proceed := make(chan struct{}, 100)
		proceed <- struct{}{}
		proceed <- struct{}{}
		entered := make(chan struct{}, 100)
		stopped := make(chan struct{})
		l.recv.set(func(q delivery.Request) delivery.Outcome {
			if q.Replay {
				entered <- struct{}{}
				select {
				case <-proceed:
				case <-stopped:
					return delivery.Outcome{Class: delivery.ClassLocal, Err: "shutting down"}
				}
			}
			return delivery.Outcome{Status: 200}
		})
		id := l.call(l.key, "POST", hook+"/replay", replayOfAll()).ok(http.StatusAccepted).get("id").(string)
		for range 3 {
			<-entered
		}
		close(stopped) // cut short by our own end: the third is not over
		l.stop()
		l.recv.set(nil)
		l.start(t)
		if j := l.over(hook, id); j.String() != "done matched 6 sent 6 delivered 6 failed 0" {
			t.Errorf("got %s", j)
		}
		got := l.recv.requests(true)
		same(t, "two, the third that was cut short, and all from the third on", got, append(slices.Clone(want[:3]), want[2:]...))
	})
}

func TestPausedWebhookHoldsItsReplay(t *testing.T) {
	l := newLive(t)
	for range 4 {
		l.say("1@lid", "old")
	}
	hook := l.hook(map[string]any{"events": []string{"message.*"}, "ordering": "fifo"})
	entered, release := l.held()
	id := l.call(l.key, "POST", hook+"/replay", replayOfAll()).ok(http.StatusAccepted).get("id").(string)
	<-entered
	l.call(l.key, "PATCH", hook, map[string]any{"active": false}).ok(http.StatusOK)
	close(release)
	l.until("the one on the wire is counted", func() bool {
		return l.call(l.key, "GET", hook+"/replays/"+id, nil).get("delivered") == 1.0
	})
	if n := len(l.recv.requests(true)); n != 1 {
		t.Errorf("%d requests to a paused webhook, want the one that was on the wire", n)
	}
	l.call(l.key, "PATCH", hook, map[string]any{"active": true, "url": "https://example.com/new"}).ok(http.StatusOK)
	if j := l.over(hook, id); j.String() != "done matched 4 sent 4 delivered 4 failed 0" {
		t.Errorf("got %s", j)
	}
	if q := l.recv.got[len(l.recv.got)-1]; q.Webhook.URL != "https://example.com/new" {
		t.Errorf("after a change of the URL it was sent to %s", q.Webhook.URL)
	}
}

func TestReplayKeepsTheOrderOfAKey(t *testing.T) {
	l := newLive(t)
	want := map[string][]string{}
	for i := range 200 {
		chat := fmt.Sprintf("%d@lid", i%7)
		want[chat] = append(want[chat], l.say(chat, "old"))
	}
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	if j := l.replayOf(hook, map[string]any{}); j.String() != "done matched 200 sent 200 delivered 200 failed 0" {
		t.Errorf("got %s", j)
	}
	sent := l.recv.requests(true)
	for chat, ids := range want {
		same(t, chat, slices.DeleteFunc(slices.Clone(sent), func(id string) bool { return !slices.Contains(ids, id) }), ids)
	}
}

func TestReplayIsRefused(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		hook := l.hook(nil)
		ago := func(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339) }
		for sentence, body := range map[string]map[string]any{
			"since is required":                                                 {},
			"since must be an RFC 3339 time":                                    {"since": "yesterday"},
			"since must be before until, and in the past":                       {"since": ago(time.Hour), "until": ago(2 * time.Hour)},
			"status must be a list of dead, missing, delivered":                 {"since": ago(time.Hour), "status": []string{"lost"}},
			`Unknown event "mesage.received"; did you mean "message.received"?`: {"since": ago(time.Hour), "types": []string{"mesage.received"}},
			`Unknown field "events"`:                                            {"since": ago(time.Hour), "events": []string{}},
		} {
			l.call(l.key, "POST", hook+"/replay", body).wants(http.StatusBadRequest, sentence)
		}
		l.exec(`UPDATE events SET at = 1763337600000`)
		l.call(l.key, "POST", hook+"/replay", map[string]any{"since": "2020-01-01T00:00:00Z"}).
			wants(http.StatusBadRequest, "since is before the oldest event kept (2025-11-17T00:00:00.000Z)")
		l.call(l.key, "PATCH", hook, map[string]any{"active": false}).ok(http.StatusOK)
		l.call(l.key, "POST", hook+"/replay", replayOfAll()).wants(http.StatusConflict, "Webhook is paused; resume it first")
		l.call(l.key, "GET", hook+"/replays/rpl_1", nil).wants(http.StatusNotFound, "No such replay")
		l.call(l.key, "DELETE", hook+"/replays/rpl_1", nil).wants(http.StatusNotFound, "No such replay")
	})
}

// A log that has lost its begin says so; one that is young has lost nothing.
func TestReplayReachesNoFurtherBackThanTheLog(t *testing.T) {
	l := newLive(t)
	kept := l.say("1@lid", "kept")
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	l.replayOf(hook, map[string]any{"since": time.Now().Add(-29 * 24 * time.Hour).UTC().Format(time.RFC3339)})
	l.exec(`DELETE FROM events WHERE id <> $1`, kept)
	if a := l.call(l.key, "POST", hook+"/replay", replayOfAll()); a.Code != http.StatusBadRequest || !strings.HasPrefix(a.sentence(), "since is before the oldest event kept (") {
		t.Errorf("got %d %s", a.Code, a.Body)
	}
}
