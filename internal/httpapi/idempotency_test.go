package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/fault"
	"wapost/internal/store"
)

func TestRepetitionGetsTheFirstAnswer(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	post := func(body string) *answer {
		return r.call(key, "POST", "/webhooks", body, "Idempotency-Key", "k1")
	}
	first := post(`{"url":"https://a.example"}`).ok(http.StatusCreated)
	if first.Header().Get("Idempotent-Replayed") != "" {
		t.Error("the first answer says that it is a repetition")
	}
	again := post(`{"url":"https://a.example"}`).ok(http.StatusCreated)
	if again.Body.String() != first.Body.String() || !strings.Contains(again.Body.String(), "whsec_") {
		t.Errorf("first %s\nagain %s", first.Body, again.Body)
	}
	if again.Header().Get("Idempotent-Replayed") != "true" {
		t.Error("the repetition is not marked")
	}
	post(`{"url":"https://b.example"}`).wants(http.StatusUnprocessableEntity, "Idempotency-Key was used before with another request")
	if n := r.count("webhooks"); n != 1 {
		t.Errorf("%d webhooks", n)
	}
}

func (r *rig) count(table string) (n int) {
	r.Helper()
	if err := r.db.Read().QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		r.Fatal(err)
	}
	return n
}

func TestKeyCountsPerAccountDeviceAndPath(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, other := r.account()
	one, token := r.device(key)
	two, _ := r.device(key)
	body := map[string]any{"to": "+4915550003333", "text": "hi"}
	send := func(credential, path string, headers ...string) *answer {
		return r.call(credential, "POST", path, body, append(headers, "Idempotency-Key", "k")...).ok(http.StatusOK)
	}
	r.device(other)
	a := send(key, "/messages", "X-Device-ID", one)
	for name, b := range map[string]*answer{
		"other account": send(other, "/messages"),
		"other device":  send(key, "/messages", "X-Device-ID", two),
	} {
		if b.Header().Get("Idempotent-Replayed") != "" {
			t.Errorf("%s: the answer of another request", name)
		}
	}
	if b := send(token, "/messages"); b.Header().Get("Idempotent-Replayed") != "true" || b.get("message_id") != a.get("message_id") {
		t.Errorf("the token of the same device: %s", b.Body)
	}
	delete(body, "to")
	r.call(key, "POST", "/chats/+4915550003333/messages", body, "X-Device-ID", one, "Idempotency-Key", "k").ok(http.StatusOK)
	if len(r.outbox.sent) != 4 {
		t.Errorf("%d messages", len(r.outbox.sent))
	}
	if r.outbox.sent[0].o.IdempotencyKey != "k" {
		t.Error("the outbox does not know the key")
	}
}

func TestRefusalsAreRepeatedUnlessTheyPass(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	body := map[string]any{"to": "+4915550003333", "text": "hi"}
	send := func(k string) *answer { return r.call(key, "POST", "/messages", body, "Idempotency-Key", k) }
	for _, tc := range []struct {
		key  string
		err  error
		kept bool
	}{
		{"a", fault.New(fault.NotFound, "No WhatsApp account for +4915550003333"), true},
		{"b", fault.New(fault.Throttled, "Slow down"), false},
		{"c", fault.New(fault.BadGateway, "WhatsApp refused"), false},
		{"d", fault.New(fault.Unavailable, "Storage is unavailable"), false},
		{"e", errors.New("unforeseen"), false},
	} {
		r.outbox.fail = tc.err
		first := send(tc.key)
		r.outbox.fail = nil
		again := send(tc.key)
		if kept := again.Header().Get("Idempotent-Replayed") == "true"; kept != tc.kept || kept && again.Body.String() != first.Body.String() {
			t.Errorf("%v: %d %s", tc.err, again.Code, again.Body)
		}
	}
	for _, contentType := range []string{"text/plain", "application/json"} {
		a := r.call(key, "POST", "/messages", `{`, "Content-Type", contentType, "Idempotency-Key", "f")
		a.wants(http.StatusUnsupportedMediaType, "Content-Type must be application/json")
	}
}

func TestSecondRequestWhileTheFirstRuns(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	r.outbox.entered, r.outbox.release = make(chan struct{}, 1), make(chan struct{})
	send := func(text string) *answer {
		return r.call(key, "POST", "/messages", map[string]any{"to": "+4915550003333", "text": text}, "Idempotency-Key", "k")
	}
	var wg sync.WaitGroup
	wg.Go(func() { send("hi").ok(http.StatusOK) })
	<-r.outbox.entered
	send("hi").wants(http.StatusConflict, "A request with this Idempotency-Key is still running")
	send("other").wants(http.StatusUnprocessableEntity, "Idempotency-Key was used before with another request")
	close(r.outbox.release)
	wg.Wait()
	r.outbox.entered = nil
	if a := send("hi").ok(http.StatusOK); a.Header().Get("Idempotent-Replayed") != "true" {
		t.Error("not a repetition")
	}
	if len(r.outbox.sent) != 1 {
		t.Errorf("%d messages", len(r.outbox.sent))
	}
}

func TestMalformedKeys(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	body := map[string]any{"url": hookURL}
	for k, fine := range map[string]bool{
		"": false, "a b": false, "é": false, "tab\t": false, strings.Repeat("x", 256): false, strings.Repeat("x", 255): true, "!~": true,
	} {
		a := r.call(key, "POST", "/webhooks", body, "Idempotency-Key", k)
		if fine {
			a.ok(http.StatusCreated)
			continue
		}
		a.wants(http.StatusBadRequest, "Idempotency-Key must be 1 to 255 visible ASCII characters")
	}
	twice := request(t, "POST", "/webhooks", body, "Authorization", key)
	twice.Header["Idempotency-Key"] = []string{"a", "b"}
	r.serve(twice).ok(http.StatusBadRequest)
}

// blindAnswers finds nothing: what another process has answered meanwhile.
type blindAnswers struct{ Answers }

func (blindAnswers) Find(context.Context, string, string) (store.Answer, bool, error) {
	return store.Answer{}, false, nil
}

// An answer that cannot be written must not leave its effect behind.
func TestEffectGoesWithItsRecord(t *testing.T) {
	r := newRig(t)
	id, key := r.account()
	taken := store.Answer{RequestHash: []byte("another process"), Status: 201, Body: []byte("{}")}
	r.api.Answers = blindAnswers{r.api.Answers}
	if err := r.db.Idempotency().Keep(t.Context(), number64(id)+"||/webhooks", "k", taken); err != nil {
		t.Fatal(err)
	}
	r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL}, "Idempotency-Key", "k").
		wants(http.StatusConflict, "A request with this Idempotency-Key is still running")
	if n := r.count("webhooks"); n != 0 {
		t.Errorf("%d webhooks", n)
	}
}

func TestAnswersEndAfterADay(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	post := func() *answer {
		return r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL}, "Idempotency-Key", "k").ok(http.StatusCreated)
	}
	post()
	age := func() {
		t.Helper()
		err := r.db.Write(t.Context(), "age", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE idempotency SET created_at = created_at - $1", (25 * time.Hour).Milliseconds())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	age()
	if post().Header().Get("Idempotent-Replayed") != "" {
		t.Error("repeated after a day")
	}
	age()
	r.api.prune(t.Context())
	if n := r.count("idempotency"); n != 0 {
		t.Errorf("%d old answers are left", n)
	}
}

func TestTokensAreRepeatedOnlyForTheSameSecret(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	a := r.call(key, "POST", "/devices", `{}`).ok(http.StatusCreated)
	good := map[string]any{"device_id": a.get("device_id"), "device_secret": a.get("device_secret")}
	first := r.call("", "POST", "/devices/token", good, "Idempotency-Key", "k").ok(http.StatusOK)
	again := r.call("", "POST", "/devices/token", good, "Idempotency-Key", "k").ok(http.StatusOK)
	if first.Body.String() != again.Body.String() {
		t.Errorf("%s\n%s", first.Body, again.Body)
	}
	bad := map[string]any{"device_id": a.get("device_id"), "device_secret": "x"}
	r.call("", "POST", "/devices/token", bad, "Idempotency-Key", "k").wants(http.StatusUnauthorized, missing)
}
