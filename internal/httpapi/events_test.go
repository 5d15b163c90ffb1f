package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/store"
)

func TestEventsAreReadPageByPage(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		created := idsOf(l.call(l.key, "GET", "/events", nil).ok(http.StatusOK)) // device.created
		var said []string
		for range 5 {
			said = append(said, l.say("1@lid", "hi"))
		}
		all := append(created, said...)
		var got []string
		after := ""
		for {
			page := l.call(l.key, "GET", "/events?limit=2&after="+after, nil).ok(http.StatusOK)
			ids := idsOf(page)
			if after = nextOf(page); after == "" {
				t.Fatalf("no cursor: %s", page.Body)
			}
			if len(ids) == 0 {
				break
			}
			got = append(got, ids...)
		}
		same(t, "read by cursor", got, all)
		later := l.say("1@lid", "later")
		same(t, "the cursor of an empty page goes on", idsOf(l.call(l.key, "GET", "/events?after="+after, nil)), []string{later})
		same(t, "an event id is a cursor", idsOf(l.call(l.key, "GET", "/events?after="+said[3], nil)), []string{said[4], later})

		back := l.call(l.key, "GET", "/events?order=desc&limit=2", nil).ok(http.StatusOK)
		same(t, "newest first", idsOf(back), []string{later, said[4]})
		same(t, "and on", idsOf(l.call(l.key, "GET", "/events?order=desc&limit=2&after="+nextOf(back), nil)), []string{said[3], said[2]})
	})
}

func TestEventsAreFiltered(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		a, b := l.say("1@lid", "hi"), l.say("2@lid", "hi")
		qr := l.record(event.ConnectionQR, func(e *event.Event) { e.Data = event.QRCode{Code: "x"} })
		other, _ := l.rig.device(l.key)
		on := l.record(event.ConnectionConnected, func(e *event.Event) { e.DeviceID, e.Key = other, other+"|d" })
		l.exec(`INSERT INTO identities (account_id, lid, phone, since) VALUES ($1, '2', '4915550002222', 1)`, l.account)
		read := func(query string) []string {
			return idsOf(l.call(l.key, "GET", "/events?"+query, nil).ok(http.StatusOK))
		}
		same(t, "by family", read("types=message.*"), []string{a, b})
		same(t, "by name", read("types=connection.connected,connection.qr"), []string{qr, on})
		same(t, "by device", read("types=message.*,connection.connected&device_id="+other), []string{on})
		same(t, "by chat", read("chat=1@lid"), []string{a})
		same(t, "by the number of a chat", read("chat=%2B4915550002222"), []string{b})
		same(t, "since", read("types=message.*&since="+time.Now().Add(time.Minute).UTC().Format(time.RFC3339)), nil)
		same(t, "until", read("types=message.*&until="+time.Now().Add(time.Minute).UTC().Format(time.RFC3339)), []string{a, b})
		same(t, "with a device token", idsOf(l.call(l.token, "GET", "/events?types=message.*,connection.connected", nil)), []string{a, b})
		for query, sentence := range map[string]string{
			"types=mesage.received": `Unknown event "mesage.received"; did you mean "message.received"?`,
			"include=pictures":      "include must be a list of raw, thumbnail",
			"since=yesterday":       "since must be an RFC 3339 time",
			"order=desc&wait=1":     "wait needs order asc",
			"after=nonsense":        "after is not a cursor or an event id",
			"after=evt_1":           "after is not a cursor or an event id",
			"limit=1001":            "limit must be an integer between 1 and 1000",
			"chat=x":                `Not a phone number or JID: "x"`,
		} {
			l.call(l.key, "GET", "/events?"+query, nil).wants(http.StatusBadRequest, sentence)
		}
	})
}

func TestRawPartsAreGivenWhenAskedFor(t *testing.T) {
	l := newLive(t)
	l.record(event.Unknown, func(e *event.Event) {
		e.Data, e.Raw = event.UnknownEvent{Source: "s"}, &event.Raw{Library: "whatsmeow", Type: "t", JSON: json.RawMessage(`{"a":1}`)}
	})
	const part = `"raw":{"library":"whatsmeow"`
	if body := l.call(l.key, "GET", "/events?types=event.unknown&include=raw", nil).ok(http.StatusOK).Body.String(); !strings.Contains(body, part) {
		t.Errorf("no raw part: %s", body)
	}
	if body := l.call(l.key, "GET", "/events?types=event.unknown", nil).ok(http.StatusOK).Body.String(); strings.Contains(body, part) {
		t.Errorf("a raw part that nobody asked for: %s", body)
	}
}

func TestLongPollIsHeldUntilSomethingArrives(t *testing.T) {
	l := newLive(t)
	after := nextOf(l.call(l.key, "GET", "/events", nil).ok(http.StatusOK))
	held := make(chan *answer, 1)
	go func() { held <- l.call(l.key, "GET", "/events?wait=30&types=message.*&after="+after, nil) }()
	l.record(event.ConnectionConnected, nil) // wakes, but is not wanted
	select {
	case a := <-held:
		t.Fatalf("answered at once: %s", a.Body)
	case <-time.After(50 * time.Millisecond):
	}
	want := l.say("1@lid", "hi")
	same(t, "what arrived", idsOf((<-held).ok(http.StatusOK)), []string{want})

	empty := l.call(l.key, "GET", "/events?wait=1&after="+want, nil).ok(http.StatusOK)
	if same(t, "nothing came", idsOf(empty), nil); nextOf(empty) == "" {
		t.Errorf("no cursor: %s", empty.Body)
	}
}

func TestCursorOlderThanTheLogIsGone(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		first := l.say("1@lid", "1")
		begin := nextOf(l.call(l.key, "GET", "/events?limit=1", nil).ok(http.StatusOK))
		l.say("1@lid", "2")
		last := l.say("1@lid", "3")
		l.exec(`UPDATE events SET at = 1763337600000`)
		l.exec(`DELETE FROM events WHERE id <> $1`, last)
		const sentence = "Cursor is older than the oldest event kept (2025-11-17T00:00:00.000Z)"
		l.call(l.key, "GET", "/events?after="+begin, nil).wants(http.StatusGone, sentence)
		same(t, "from the begin", idsOf(l.call(l.key, "GET", "/events", nil)), []string{last})

		// The id of a dropped event tells its time.
		l.exec(`UPDATE events SET at = $1`, time.Now().Add(time.Minute).UnixMilli())
		if a := l.call(l.key, "GET", "/events?after="+first, nil); a.Code != http.StatusGone {
			t.Errorf("id of an event that left the log: %d %s", a.Code, a.Body)
		}
	})
}

func TestPlaceOfADroppedMomentShowsWhatFollows(t *testing.T) {
	l := newLive(t)
	moment := l.record(event.ConnectionQR, func(e *event.Event) { e.Data = event.QRCode{Code: "x"} })
	next := l.say("1@lid", "hi")
	l.exec(`DELETE FROM events WHERE id = $1`, moment)
	if got := idsOf(l.call(l.key, "GET", "/events?after="+moment, nil).ok(http.StatusOK)); len(got) == 0 || got[len(got)-1] != next {
		t.Errorf("got %v, want it to end with %s", got, next)
	}
}

func TestBestEffortEventsAreShownWhileTheyLive(t *testing.T) {
	l := newLive(t)
	qr := l.record(event.ConnectionQR, func(e *event.Event) { e.Data = event.QRCode{Code: "x"} })
	same(t, "fresh", idsOf(l.call(l.key, "GET", "/events?types=connection.qr", nil)), []string{qr})
	l.exec(`UPDATE events SET at = at - 61000 WHERE id = $1`, qr)
	same(t, "old", idsOf(l.call(l.key, "GET", "/events?types=connection.qr", nil)), nil)
	l.call(l.key, "GET", "/events/"+qr, nil).wants(http.StatusNotFound, "No such event")
}

// What commits late lies behind every cursor that was given before.
func TestLateCommitIsNotSkipped(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		begun, release := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		var late string
		go func() {
			done <- l.db.Write(context.Background(), "slow", func(ctx context.Context, _ *store.Tx) error {
				e := event.New(event.ConnectionConnected)
				e.At, e.AccountID, e.DeviceID, e.Data, e.Key, late = time.Now(), l.account, l.device, event.Empty{}, l.device+"|d", e.ID
				err := l.journal.Append(ctx, e)
				close(begun)
				<-release
				return err
			})
		}()
		<-begun
		page := l.call(l.key, "GET", "/events", nil).ok(http.StatusOK)
		close(release)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		same(t, "after the cursor of before the commit", idsOf(l.call(l.key, "GET", "/events?after="+nextOf(page), nil)), []string{late})
	})
}

func TestEventShowsItsDeliveries(t *testing.T) {
	l := newLive(t)
	taken, refused := l.hook(nil), l.hook(map[string]any{"url": "https://example.com/no"})
	l.hook(map[string]any{"events": []string{"connection.*"}})
	l.recv.set(refuseAt("/no"))
	id := l.say("1@lid", "hi")
	l.becomes(taken, id, "delivered")
	l.becomes(refused, id, "retrying")
	var e struct {
		ID         string
		Deliveries []struct {
			WebhookID    int64 `json:"webhook_id"`
			Status       string
			AttemptsMade int `json:"attempts_made"`
		}
	}
	l.call(l.key, "GET", "/events/"+id, nil).ok(http.StatusOK).data(&e)
	if e.ID != id || len(e.Deliveries) != 2 || e.Deliveries[0].Status != "delivered" || e.Deliveries[1].Status != "retrying" || e.Deliveries[1].AttemptsMade != 1 {
		t.Errorf("got %+v", e)
	}
	var seen map[string]any // a device token does not see the account's webhooks
	l.call(l.token, "GET", "/events/"+id, nil).ok(http.StatusOK).data(&seen)
	if list := seen["deliveries"].([]any); len(list) != 0 {
		t.Errorf("a device sees %v", list)
	}
	l.call(l.key, "GET", "/events/evt_unknown", nil).wants(http.StatusNotFound, "No such event")
}

// A page is bounded in bytes too: a thousand large events would be half a gigabyte.
func TestPageOfLargeEventsIsShortAndGoesOn(t *testing.T) {
	l := newLive(t)
	large := strings.Repeat("x", 400<<10)
	var want, got []string
	for range 30 {
		want = append(want, l.say("1@lid", large))
	}
	for after := ""; ; {
		page := l.call(l.key, "GET", "/events?types=message.*&limit=1000&after="+after, nil).ok(http.StatusOK)
		ids := idsOf(page)
		if len(ids) == 0 {
			break
		}
		if page.Body.Len() > 9<<20 {
			t.Errorf("a page has %d bytes", page.Body.Len())
		}
		got, after = append(got, ids...), nextOf(page)
	}
	same(t, "all of them", got, want)
}
