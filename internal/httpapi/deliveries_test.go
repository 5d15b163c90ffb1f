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

func TestDeliveriesAreListedNewestFirst(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		hook := l.hook(map[string]any{"events": []string{"message.*"}})
		var want []string
		for i := range 7 {
			l.record(event.ConnectionConnected, nil) // not wanted
			id := l.say(fmt.Sprintf("%d@lid", i), "hi")
			want = append([]string{id}, want...)
		}
		l.until("all are delivered", func() bool { return len(idsOf(l.call(l.key, "GET", hook+"/deliveries?status=delivered", nil))) == 7 })
		var got []string
		for after := ""; ; {
			page := l.call(l.key, "GET", hook+"/deliveries?limit=3&after="+after, nil).ok(http.StatusOK)
			got = append(got, idsOf(page)...)
			if after = nextOf(page); after == "" {
				break
			}
		}
		same(t, "page by page", got, want)
		same(t, "under the old name", idsOf(l.call(l.key, "GET", hook+"/logs", nil)), want)
		same(t, "one event", idsOf(l.call(l.key, "GET", hook+"/deliveries?event_id="+want[2], nil)), want[2:3])
		same(t, "one event of another status", idsOf(l.call(l.key, "GET", hook+"/deliveries?status=dead&event_id="+want[2], nil)), nil)
		same(t, "another type", idsOf(l.call(l.key, "GET", hook+"/deliveries?type=connection.*", nil)), nil)
		same(t, "until before all", idsOf(l.call(l.key, "GET", hook+"/deliveries?until=2020-01-01T00:00:00Z", nil)), nil)
		l.call(l.key, "GET", hook+"/deliveries?after=x", nil).wants(http.StatusBadRequest, "after is not a cursor of this list")
	})
}

func TestDeliveryOfASuccess(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}, "headers": map[string]string{"X-Token": "hush"}})
	id := l.say("1@lid", "hi")
	d := l.becomes(hook, id, "delivered")
	at := d["attempts"].([]any)
	if len(at) != 1 || d["attempts_made"] != 1.0 || d["delivered_at"] == nil || d["next_attempt_at"] != nil || d["device_id"] != l.device {
		t.Fatalf("got %v", d)
	}
	a := at[0].(map[string]any)
	if a["n"] != 1.0 || a["trigger"] != "auto" || a["status_code"] != 200.0 || a["duration_ms"] != 3.0 || a["error_class"] != nil || a["response_excerpt"] != nil {
		t.Errorf("attempt: %v", a)
	}
	headers := a["request_headers"].(map[string]any)
	if headers["webhook-id"] != id || headers["webhook-attempt"] != "1" || headers["webhook-replay"] != nil ||
		headers["X-Token"] != nil || headers["User-Agent"] != nil { // of a success it is not kept whether they were sent
		t.Errorf("request headers: %v", headers)
	}
	if e := d["event"].(map[string]any); e["id"] != id || d["event_timestamp"] != e["timestamp"] {
		t.Errorf("event: %v", e)
	}
}

// An attempt shows the headers that it carried, whatever the webhook's are today, and none when no request went out.
func TestDeliveryShowsTheHeadersThatWereSent(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}, "headers": map[string]string{"X-Old": "hush"}})
	l.recv.set(refuse)
	id := l.say("1@lid", "hi")
	l.becomes(hook, id, "retrying")
	l.call(l.key, "PATCH", hook, map[string]any{"headers": map[string]string{"X-New": "hush"}}).ok(http.StatusOK)
	l.recv.set(func(delivery.Request) delivery.Outcome {
		return delivery.Outcome{Class: delivery.ClassConnect, Err: "The connection was refused"}
	})
	l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).ok(http.StatusAccepted)
	l.until("it was tried", func() bool { return l.delivery(hook, id)["attempts_made"] == 2.0 })
	at := l.delivery(hook, id)["attempts"].([]any)
	first := at[0].(map[string]any)["request_headers"].(map[string]any)
	if first["X-Old"] != "***" || first["X-New"] != nil || first["User-Agent"] != "wapost/1" || first["webhook-next-retry"] != "5" || first["webhook-id"] != id {
		t.Errorf("headers of the first attempt: %v", first)
	}
	if second := at[1].(map[string]any); second["trigger"] != "manual" || second["request_headers"] != nil {
		t.Errorf("nobody was there, but it shows %v", second)
	}
	l.exec(`UPDATE attempts SET sent = NULL`) // rows of before
	at = l.delivery(hook, id)["attempts"].([]any)
	first = at[0].(map[string]any)["request_headers"].(map[string]any)
	if first["webhook-id"] != id || first["X-Old"] != nil || first["X-New"] != nil || first["User-Agent"] != nil || at[1].(map[string]any)["request_headers"] != nil {
		t.Errorf("not kept, but shown: %v", at)
	}
}

func TestDeliveryOfARefusal(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	long := strings.Repeat("é", 2000)
	l.recv.set(func(q delivery.Request) delivery.Outcome { o := refuse(q); o.Excerpt = []byte(long); return o })
	id := l.say("1@lid", "hi")
	d := l.becomes(hook, id, "retrying")
	a := d["attempts"].([]any)[0].(map[string]any)
	if d["next_attempt_at"] == nil || a["error_class"] != "refused" || a["error"] != "Endpoint answered 422" || a["response_excerpt"] != long ||
		a["response_headers"].(map[string]any)["X-Why"] != "because" {
		t.Errorf("got %v", d)
	}
	var list []deliveryOfList
	l.call(l.key, "GET", hook+"/deliveries?status=retrying", nil).ok(http.StatusOK).data(&list)
	if len(list) != 1 || list[0].Attempts[0].ResponseExcerpt != strings.Repeat("é", 512) {
		t.Errorf("a list shows one KiB of an answer: %+v", list)
	}
}

type deliveryOfList struct {
	ID       string
	Status   string
	Attempts []struct {
		Trigger         string
		ResponseExcerpt string `json:"response_excerpt"`
	}
}

func TestStatusesOfDeliveries(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		hook := l.hook(map[string]any{"events": []string{"message.*", "connection.qr"}})
		release := make(chan struct{})
		l.recv.set(func(q delivery.Request) delivery.Outcome {
			if strings.Contains(string(q.Body), "wait") {
				<-release
			}
			return refuse(q)
		})
		pending := l.say("1@lid", "wait")
		l.becomes(hook, pending, "pending")
		close(release)
		l.becomes(hook, pending, "retrying")
		dead := l.say("2@lid", "dies")
		l.becomes(hook, dead, "retrying")
		l.exec(`UPDATE deliveries SET tries = 12, status = 'dead', next_at = NULL WHERE seq = (SELECT seq FROM events WHERE id = $1)`, dead)
		l.becomes(hook, dead, "dead")
		same(t, "dead ones", idsOf(l.call(l.key, "GET", hook+"/deliveries?status=dead", nil)), []string{dead})

		l.call(l.key, "PATCH", hook, map[string]any{"active": false}).ok(http.StatusOK)
		held := l.say("3@lid", "held")
		moment := l.record(event.ConnectionQR, func(e *event.Event) { e.Data = event.QRCode{} })
		l.becomes(hook, held, "held")
		l.becomes(hook, pending, "held") // was retrying
		same(t, "held ones", idsOf(l.call(l.key, "GET", hook+"/deliveries?status=held&type=message.*", nil)), []string{held, pending})
		l.exec(`UPDATE events SET at = at - 61000 WHERE id = $1`, moment)
		l.becomes(hook, moment, "expired")

		l.call(l.key, "PATCH", hook, map[string]any{"active": true, "resume_from": "now"}).ok(http.StatusOK)
		l.becomes(hook, held, "skipped")
		l.becomes(hook, pending, "skipped")
		l.becomes(hook, dead, "dead")
		if got := idsOf(l.call(l.key, "GET", hook+"/deliveries?status=skipped", nil)); !slices.Equal(got, []string{held, pending}) {
			t.Errorf("skipped: %v", got)
		}
		same(t, "none is cancelled as long as its webhook lives", idsOf(l.call(l.key, "GET", hook+"/deliveries?status=cancelled", nil)), nil)
	})
}

func TestEventOfBeforeTheWebhookIsNoDelivery(t *testing.T) {
	l := newLive(t)
	before := l.say("1@lid", "before")
	hook := l.hook(nil)
	l.call(l.key, "GET", hook+"/deliveries/"+before, nil).wants(http.StatusNotFound, "No such delivery")
	l.call(l.key, "POST", hook+"/deliveries/"+before+"/retry", nil).wants(http.StatusNotFound, "No such delivery")
	same(t, "listed", idsOf(l.call(l.key, "GET", hook+"/deliveries", nil)), nil)
}

// A page of old deliveries unpacks what overlaps with it, also when successes of many rounds lie above and a straggler makes
// a round span everything.
func TestOldDeliveriesAreFoundBelowManyRounds(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		hook := l.hook(map[string]any{"events": []string{"message.*"}})
		l.recv.set(func(q delivery.Request) delivery.Outcome {
			if strings.Contains(string(q.Body), "late") && !q.Replay {
				return refuse(q)
			}
			return delivery.Outcome{Status: 204}
		})
		late := l.say("late@lid", "late")
		var ids []string
		for i := range 60 {
			ids = append([]string{l.say(fmt.Sprintf("%d@lid", i), "hi")}, ids...)
		}
		l.until("the others are delivered", func() bool {
			return len(idsOf(l.call(l.key, "GET", hook+"/deliveries?status=delivered&limit=100", nil))) == len(ids)
		})
		l.call(l.key, "POST", hook+"/deliveries/"+late+"/retry", nil).ok(http.StatusAccepted)
		l.becomes(hook, late, "delivered")
		same(t, "all", idsOf(l.call(l.key, "GET", hook+"/deliveries?status=delivered&limit=100", nil)), append(ids, late))
	})
}

func TestDeliveryIsRetriedByHand(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	l.recv.set(func(q delivery.Request) delivery.Outcome {
		if q.Replay {
			return delivery.Outcome{Status: 201}
		}
		return refuse(q)
	})
	first, behind := l.say("1@lid", "first"), l.say("1@lid", "behind")
	l.becomes(hook, first, "retrying")
	a := l.call(l.key, "POST", hook+"/deliveries/"+first+"/retry", nil).ok(http.StatusAccepted)
	if a.message() != "Retry queued" || a.get("id") != first {
		t.Errorf("got %s", a.Body)
	}
	d := l.becomes(hook, first, "delivered")
	attempts := d["attempts"].([]any)
	last := attempts[len(attempts)-1].(map[string]any)
	if d["attempts_made"] != 2.0 || len(attempts) != 2 || last["trigger"] != "manual" || last["n"] != 2.0 || last["status_code"] != 201.0 ||
		last["request_headers"].(map[string]any)["webhook-replay"] != "true" {
		t.Errorf("got %v", d)
	}
	same(t, "requests marked as repeated", l.recv.requests(true), []string{first})
	// Its lane was waiting for five seconds: the next event of the chat goes out at once.
	begin := time.Now()
	l.becomes(hook, behind, "retrying")
	if waited := time.Since(begin); waited > 3*time.Second {
		t.Errorf("the event behind waited %v", waited)
	}
	if n := len(slices.DeleteFunc(l.recv.requests(false), func(id string) bool { return id != first })); n != 1 {
		t.Errorf("the engine sent it %d times, want once, before the retry by hand", n)
	}
}

func TestDeliveredOneCanBeSentAgain(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	id := l.say("1@lid", "hi")
	l.becomes(hook, id, "delivered")
	l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).ok(http.StatusAccepted)
	var d map[string]any
	l.until("it has a second attempt", func() bool { d = l.delivery(hook, id); return len(d["attempts"].([]any)) == 2 })
	if d["status"] != "delivered" || d["attempts_made"] != 2.0 {
		t.Errorf("got %v", d)
	}
	l.recv.set(refuse)
	l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).ok(http.StatusAccepted)
	l.until("it has a third one, that failed", func() bool { d = l.delivery(hook, id); return len(d["attempts"].([]any)) == 3 })
	if d["status"] != "delivered" {
		t.Errorf("a failure afterwards does not undo a delivery: %v", d)
	}
	if q := l.recv.got[len(l.recv.got)-1]; q.Attempt != 3 || !q.Replay {
		t.Errorf("attempt %d, replay %v", q.Attempt, q.Replay)
	}
}

func TestDeadDeliveryIsRevivedByHand(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		hook := l.hook(map[string]any{"events": []string{"message.*"}})
		l.recv.set(refuse)
		id := l.say("1@lid", "hi")
		l.becomes(hook, id, "retrying")
		l.stop() // dead as after twelve tries
		l.start(t)
		l.exec(`UPDATE deliveries SET status = 'dead', tries = 12, next_at = NULL`)
		l.restart()
		l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).ok(http.StatusAccepted)
		l.until("it fails again", func() bool { return l.delivery(hook, id)["attempts_made"] == 2.0 })
		if d := l.delivery(hook, id); d["status"] != "dead" {
			t.Errorf("a failed retry changed %v", d)
		}
		l.recv.set(nil)
		l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).ok(http.StatusAccepted)
		l.becomes(hook, id, "delivered")
		l.restart()
		l.becomes(hook, id, "delivered")
	})
}

func TestRetryNeedsAnActiveWebhook(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	id := l.say("1@lid", "hi")
	l.becomes(hook, id, "delivered")
	l.call(l.key, "PATCH", hook, map[string]any{"active": false}).ok(http.StatusOK)
	l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).wants(http.StatusConflict, "Webhook is paused; resume it first")
}

func TestRetrySurvivesARestart(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	id := l.say("1@lid", "hi")
	l.becomes(hook, id, "delivered")
	l.exec(`INSERT INTO retries (webhook_id, seq, created_at) SELECT 1, seq, 1 FROM events WHERE id = $1`, id)
	l.restart()
	l.until("it is made", func() bool { return len(l.delivery(hook, id)["attempts"].([]any)) == 2 })
	same(t, "requests marked as repeated", l.recv.requests(true), []string{id})
}

// Two requests for one event on the wire at once: the one of the engine, which fails, must not bring the event back to life.
func TestRetryByHandBesideAnAttemptOnTheWire(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	entered, release := make(chan struct{}, 1), make(chan struct{})
	l.recv.set(func(q delivery.Request) delivery.Outcome {
		if q.Replay {
			return delivery.Outcome{Status: 200}
		}
		entered <- struct{}{}
		<-release
		return refuse(q)
	})
	id := l.say("1@lid", "hi")
	<-entered
	l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).ok(http.StatusAccepted)
	l.becomes(hook, id, "delivered")
	close(release)
	l.until("the engine has let go of it", func() bool {
		d := l.delivery(hook, id)
		return d["status"] == "delivered" && len(d["attempts"].([]any)) >= 2
	})
	next := l.say("1@lid", "next")
	l.recv.set(nil)
	l.becomes(hook, next, "delivered")
	if n := len(slices.DeleteFunc(l.recv.requests(false), func(got string) bool { return got != id })); n != 1 {
		t.Errorf("the engine sent it %d times, want once", n)
	}
	l.restart()
	l.becomes(hook, id, "delivered")
}

// A retry by hand that fails counts as one of the attempts; the engine goes on from there.
func TestAttemptsAreNumberedOverTheLifeOfADelivery(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	l.recv.set(refuse)
	id := l.say("1@lid", "hi")
	l.becomes(hook, id, "retrying")
	l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil, "Idempotency-Key", "once").ok(http.StatusAccepted)
	l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil, "Idempotency-Key", "once").ok(http.StatusAccepted)
	l.until("the engine tries again", func() bool { return l.delivery(hook, id)["attempts_made"] == 3.0 })
	var got []string
	for _, a := range l.delivery(hook, id)["attempts"].([]any) {
		a := a.(map[string]any)
		got = append(got, fmt.Sprint(a["n"], " ", a["trigger"]))
	}
	same(t, "attempts", got, []string{"1 auto", "2 manual", "3 auto"})
}
