package httpapi

import (
	"net/http"
	"testing"

	"wapost/internal/session"
)

func TestSettingsOfADevice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	a := r.call(key, "POST", "/devices", map[string]any{"device_name": "phone", "settings": map[string]any{"history": "events"}}).ok(http.StatusCreated)
	token := a.get("token").(string)
	if got := r.call(token, "GET", "/devices/me/settings", nil).ok(http.StatusOK).get("history"); got != "events" {
		t.Errorf("history is %v after the creation", got)
	}
	for _, c := range []struct {
		set  any
		want string
	}{{"off", "off"}, {nil, "store"}, {"store", "store"}} {
		if got := r.call(token, "PATCH", "/devices/me/settings", map[string]any{"history": c.set}).ok(http.StatusOK).get("history"); got != c.want {
			t.Errorf("%v gives %v, want %s", c.set, got, c.want)
		}
	}
	r.call(token, "PATCH", "/devices/me/settings", map[string]any{"history": "all"}).wants(http.StatusBadRequest, "history must be off, store or events")
	r.call(key, "POST", "/devices", map[string]any{"settings": map[string]any{"history": "all"}}).wants(http.StatusBadRequest, "history must be off, store or events")
	r.call(token, "PATCH", "/devices/me", map[string]any{"device_name": "renamed"}).ok(http.StatusOK)
	if got := r.call(token, "GET", "/devices/me/settings", nil).ok(http.StatusOK).get("history"); got != "store" {
		t.Errorf("a new name changed history to %v", got)
	}
}

func TestHistoryIsAskedForAndShown(t *testing.T) {
	k := newRig(t).talk()
	ask := func(body map[string]any) *answer { return k.call(k.token, "POST", "/history/sync", body) }
	ask(map[string]any{"chat_jid": miaLID}).wants(http.StatusNotFound, "No such chat")
	k.said(miaLID, "M1", "known", noon(), false)
	ask(map[string]any{"chat_jid": miaLID}).wants(http.StatusConflict, "Device is not linked to WhatsApp; pair it first")
	ask(map[string]any{"chat_jid": miaLID, "before": "M9"}).wants(http.StatusNotFound, "No such message")
	ask(map[string]any{"chat_jid": miaLID, "count": 501}).wants(http.StatusBadRequest, "count must be 1 to 500")
	ask(map[string]any{"chat_jid": "abc"}).wants(http.StatusBadRequest, `Not a phone number or JID: "abc"`)
	if got := k.call(k.token, "GET", "/history/status", nil).ok(http.StatusOK); namesOf(got, "sync_type") != "" {
		t.Errorf("without history: %s", got.Body)
	}
	percent := 40
	err := k.db.Past().HistoryAnnounced(t.Context(), k.device, session.Notice{MessageID: "N1", Type: "recent", Progress: &percent})
	if err != nil {
		t.Fatal(err)
	}
	got := k.call(k.token, "GET", "/history/status", nil).ok(http.StatusOK)
	if namesOf(got, "sync_type") != "recent" || namesOf(got, "chunks") != "1" || namesOf(got, "stored") != "0" || namesOf(got, "progress") != "<nil>" {
		t.Errorf("announced: %s", got.Body)
	}
}
