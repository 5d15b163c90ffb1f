package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"wapost/internal/delivery"
)

func TestWebhookIsTestedInAnyState(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"active": false, "events": []string{"connection.*"}, "device_id": l.device})
	a := l.call(l.key, "POST", hook+"/test", nil).ok(http.StatusOK)
	var v testView
	a.data(&v)
	if a.message() != "Test finished" || !v.Delivered || *v.StatusCode != 200 || v.ErrorClass != nil || v.Response.Excerpt != "ok" {
		t.Errorf("got %s", a.Body)
	}
	for _, part := range []string{`{"id":"` + v.EventID + `","type":"webhook.test"`, `"sequence":null`, `"device_id":"` + l.device + `"`, `"webhook_id":1`} {
		if !strings.Contains(v.Request.Body, part) {
			t.Errorf("no %s in %s", part, v.Request.Body)
		}
	}
	if strings.Contains(v.Request.Body, "token=secret") {
		t.Errorf("the query of the URL is in the body: %s", v.Request.Body)
	}
	same(t, "tests are not logged", idsOf(l.call(l.key, "GET", "/events?types=webhook.*", nil)), nil)
	l.call(l.key, "GET", hook+"/deliveries/"+v.EventID, nil).wants(http.StatusNotFound, "No such delivery")
}

func TestAnyTypeCanBeTested(t *testing.T) {
	l := newLive(t)
	hook := l.hook(nil)
	first := l.call(l.key, "POST", hook+"/test", map[string]any{"type": "message.received"}).ok(http.StatusOK)
	second := l.call(l.key, "POST", hook+"/test", map[string]any{"type": "message.received"}).ok(http.StatusOK)
	body := first.get("request").(map[string]any)["body"].(string)
	if !strings.Contains(body, `"type":"message.received"`) || !strings.HasSuffix(body, `"example":true}}`) {
		t.Errorf("got %s", body)
	}
	if first.get("event_id") == second.get("event_id") {
		t.Error("two tests have one id: a receiver would take the second for a repetition")
	}
	l.call(l.key, "POST", hook+"/test", map[string]any{"type": "mesage.received"}).
		wants(http.StatusBadRequest, `Unknown event "mesage.received"; did you mean "message.received"?`)
	l.call(l.key, "POST", hook+"/test", map[string]any{"type": "message.*"}).wants(http.StatusBadRequest, "type must be the name of one event type")
}

func TestEndpointThatFailsATestIsAnAnswer(t *testing.T) {
	l := newLive(t)
	hook := l.hook(nil)
	l.recv.set(func(delivery.Request) delivery.Outcome {
		return delivery.Outcome{Class: delivery.ClassTimeout, Err: "No answer within 15 s"}
	})
	a := l.call(l.key, "POST", hook+"/test", nil).ok(http.StatusOK)
	if a.get("delivered") != false || a.get("status_code") != nil || a.get("error_class") != "timeout" || a.get("error") != "No answer within 15 s" {
		t.Errorf("got %s", a.Body)
	}
	if state := l.call(l.key, "GET", hook, nil).get("state"); state != "active" {
		t.Errorf("a failed test made the webhook %v", state)
	}
}

func TestTestsOfAWebhookAreLimited(t *testing.T) {
	l := newLive(t)
	hook, other := l.hook(nil), l.hook(nil)
	for range testsPerMinute {
		l.call(l.key, "POST", hook+"/test", nil).ok(http.StatusOK)
	}
	if a := l.call(l.key, "POST", hook+"/test", nil); a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") == "" {
		t.Errorf("one too many: %d %s", a.Code, a.Body)
	}
	l.call(l.key, "POST", other+"/test", nil).ok(http.StatusOK)
}

func TestSecretIsRotated(t *testing.T) {
	l := newLive(t)
	hook := l.hook(nil)
	a := l.call(l.key, "POST", hook+"/rotate-secret", nil).ok(http.StatusOK)
	if secret, _ := a.get("secret").(string); !strings.HasPrefix(secret, "whsec_") || a.get("previous_expires_at") == nil || a.message() != "Secret rotated successfully" {
		t.Errorf("got %s", a.Body)
	}
	own := l.call(l.key, "POST", hook+"/rotate-secret", map[string]any{"secret": "mine", "overlap_seconds": 0}).ok(http.StatusOK)
	if own.get("secret") != nil || own.get("previous_expires_at") != nil || strings.Contains(own.Body.String(), "mine") {
		t.Errorf("got %s", own.Body)
	}
	if live := l.call(l.key, "GET", hook, nil).get("secrets").([]any); len(live) != 1 {
		t.Errorf("with no overlap %d keys are live", len(live))
	}
	for range 4 {
		l.call(l.key, "POST", hook+"/rotate-secret", nil).ok(http.StatusOK)
	}
	if a := l.call(l.key, "POST", hook+"/rotate-secret", nil); a.Code != http.StatusConflict {
		t.Errorf("a sixth live key: %d %s", a.Code, a.Body)
	}
	l.call(l.key, "POST", hook+"/rotate-secret", map[string]any{"overlap_seconds": 604801}).
		wants(http.StatusBadRequest, "overlap_seconds must be between 0 and 604800")
	l.call(l.key, "POST", hook+"/rotate-secret", map[string]any{"secret": ""}).wants(http.StatusBadRequest, "secret must not be empty")
}

func TestRotationUnderAKeyIsDoneOnce(t *testing.T) {
	l := newLive(t)
	hook := l.hook(nil)
	first := l.call(l.key, "POST", hook+"/rotate-secret", nil, "Idempotency-Key", "k").ok(http.StatusOK)
	again := l.call(l.key, "POST", hook+"/rotate-secret", nil, "Idempotency-Key", "k").ok(http.StatusOK)
	if first.get("secret") != again.get("secret") || again.Header().Get("Idempotent-Replayed") != "true" {
		t.Errorf("%s\n%s", first.Body, again.Body)
	}
	if live := l.call(l.key, "GET", hook, nil).get("secrets").([]any); len(live) != 2 {
		t.Errorf("%d live keys, want 2", len(live))
	}
}

func TestStatsOfAWebhook(t *testing.T) {
	eachLive(t, func(t *testing.T, l *live) {
		hook := l.hook(map[string]any{"events": []string{"message.*"}})
		if a := l.call(l.key, "GET", hook+"/stats", nil).ok(http.StatusOK); a.get("success_rate") != nil || a.get("latency_ms").(map[string]any)["p50"] != nil {
			t.Errorf("without a delivery: %s", a.Body)
		}
		for range 3 {
			l.becomes(hook, l.say("1@lid", "hi"), "delivered")
		}
		l.recv.set(refuse)
		l.becomes(hook, l.say("2@lid", "no"), "retrying")
		var v struct {
			Delivered      int
			FailedAttempts int `json:"failed_attempts"`
			Dead, Pending  int
			SuccessRate    float64             `json:"success_rate"`
			LatencyMS      map[string]*float64 `json:"latency_ms"`
			LagMS          map[string]*float64 `json:"lag_ms"`
			Breaker        map[string]any
			ByStatus       map[string]int `json:"by_status"`
		}
		l.call(l.key, "GET", hook+"/stats?window=1h", nil).ok(http.StatusOK).data(&v)
		if v.Delivered != 3 || v.FailedAttempts != 1 || v.Pending != 1 || v.SuccessRate != 0.75 || v.ByStatus["200"] != 3 || v.ByStatus["422"] != 1 {
			t.Errorf("got %+v", v)
		}
		if p := v.LatencyMS["p99"]; p == nil || *p != 3 {
			t.Errorf("latency %v, want 3", p)
		}
		if p := v.LagMS["p50"]; p == nil || *p < 3 {
			t.Errorf("lag %v, want at least the request", p)
		}
		if v.Breaker["state"] != "closed" || v.Breaker["opened_at"] != nil {
			t.Errorf("breaker %v", v.Breaker)
		}
		l.exec(`UPDATE outcomes SET at = at - 7200000`)
		l.exec(`UPDATE attempts SET at = at - 7200000`)
		l.call(l.key, "GET", hook+"/stats?window=1h", nil).ok(http.StatusOK).data(&v)
		if v.Delivered != 0 || v.FailedAttempts != 0 {
			t.Errorf("two hours ago is not in the last hour: %+v", v)
		}
		if a := l.call(l.key, "GET", hook+"/stats?window=7d", nil).ok(http.StatusOK); a.get("delivered") != 3.0 {
			t.Errorf("but in the last week: %s", a.Body)
		}
		l.call(l.key, "GET", hook+"/stats?window=2h", nil).wants(http.StatusBadRequest, "window must be one of 1h, 24h, 7d")
	})
}

// What somebody asks for counts as an attempt like any other, whatever becomes of it.
func TestStatsCountAttemptsByHand(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}})
	id := l.say("1@lid", "hi")
	l.becomes(hook, id, "delivered")
	again := func(made float64) {
		t.Helper()
		l.call(l.key, "POST", hook+"/deliveries/"+id+"/retry", nil).ok(http.StatusAccepted)
		l.until("it was tried", func() bool { return l.delivery(hook, id)["attempts_made"] == made })
	}
	for n := 2.0; n <= 4; n++ {
		again(n)
	}
	l.recv.set(refuse)
	for n := 5.0; n <= 7; n++ {
		again(n)
	}
	a := l.call(l.key, "GET", hook+"/stats", nil).ok(http.StatusOK)
	by := a.get("by_status").(map[string]any)
	if a.get("success_rate") != 4.0/7 || by["200"] != 4.0 || by["422"] != 3.0 || a.get("delivered") != 1.0 || a.get("failed_attempts") != 3.0 {
		t.Errorf("got %s", a.Body)
	}
	if a.get("last_success_at") == nil || a.get("last_failure_at") == nil {
		t.Errorf("the last ones: %s", a.Body)
	}
}

func TestStatsShowAnOpenBreaker(t *testing.T) {
	l := newLive(t)
	hook := l.hook(map[string]any{"events": []string{"message.*"}, "ordering": "parallel"})
	l.recv.set(func(delivery.Request) delivery.Outcome {
		return delivery.Outcome{Class: delivery.ClassConnect, Err: "The connection was refused"}
	})
	for range 6 {
		l.say("1@lid", "hi")
	}
	l.until("the breaker opens", func() bool {
		return l.call(l.key, "GET", hook+"/stats", nil).get("breaker").(map[string]any)["state"] == "open"
	})
	a := l.call(l.key, "GET", hook+"/stats", nil)
	if b := a.get("breaker").(map[string]any); b["opened_at"] == nil || b["next_probe_at"] == nil || a.get("by_status").(map[string]any)["connect"].(float64) < 5 {
		t.Errorf("got %s", a.Body)
	}
}
