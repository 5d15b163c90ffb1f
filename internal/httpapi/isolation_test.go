package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// tenant is one account with everything that it can have.
type tenant struct {
	key, token, device, webhook, message, event, replay, media string
}

func (r *rig) tenant() tenant {
	r.Helper()
	_, key := r.account()
	device, token := r.device(key)
	message := r.call(token, "POST", "/messages", map[string]any{"to": "+4915550003333", "text": "mine"}).ok(http.StatusOK).get("message_id")
	r.call(token, "POST", "/devices/me/login", nil).ok(http.StatusOK)
	of := tenant{key: key, token: token, device: device, webhook: r.webhook(token), message: message.(string)}
	of.media = r.file(device, picture(10)).ID
	of.event = idsOf(r.call(token, "GET", "/events?limit=1", nil).ok(http.StatusOK))[0]
	of.replay = r.call(token, "POST", of.webhook+"/replay", replayOfAll()).ok(http.StatusAccepted).get("id").(string)
	return of
}

func replayOfAll() map[string]any {
	return map[string]any{"since": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}
}

// verdict is what becomes of a call that aims at somebody else's things.
type verdict uint8

const (
	hidden   verdict = iota + 1 // 404: it looks as if they did not exist
	own                         // 200: the caller gets its own, and only its own
	operator                    // 401: no customer may call this at all
	open                        // no credential, no customer's data
)

// isolation says for every route of the document how it keeps customers apart. A route without a row fails the test.
func isolation() map[string]verdict {
	return map[string]verdict{
		"GET /": open, "GET /version": open, "GET /health/live": open, "GET /health/ready": open, "POST /devices/token": open,

		"POST /admin/api-keys": operator, "GET /admin/api-keys": operator, "GET /admin/api-keys/{id}": operator,
		"PATCH /admin/api-keys/{id}": operator, "DELETE /admin/api-keys/{id}": operator, "GET /admin/api-keys/{id}/devices": operator,
		"GET /admin/api-keys/{id}/devices/status": operator, "GET /admin/devices": operator, "GET /admin/devices/status": operator,
		"DELETE /admin/devices/{device_id}": operator, "GET /admin/stats": operator, "GET /admin/health": operator,
		"GET /admin/webhooks/stats": operator, "GET /metrics": operator,

		"POST /devices": own, "GET /devices": own, "GET /webhooks": own,
		"POST /webhooks":     hidden, // with the other's device_id
		"GET /webhooks/{id}": hidden, "PATCH /webhooks/{id}": hidden, "DELETE /webhooks/{id}": hidden,
		"POST /webhooks/{id}/test": hidden, "POST /webhooks/{id}/rotate-secret": hidden, "GET /webhooks/{id}/stats": hidden,
		"GET /webhooks/{id}/deliveries": hidden, "GET /webhooks/{id}/logs": hidden, "GET /webhooks/{id}/deliveries/{event_id}": hidden,
		"POST /webhooks/{id}/deliveries/{event_id}/retry": hidden, "POST /webhooks/{id}/replay": hidden, "GET /webhooks/{id}/replays": hidden,
		"GET /webhooks/{id}/replays/{replay_id}": hidden, "DELETE /webhooks/{id}/replays/{replay_id}": hidden,
		"GET /events": own, "GET /events/{event_id}": hidden, "GET /event-types": own, "GET /event-types/{type}": own,
		"GET /events/stream": hidden, // with the other's device_id
		"POST /messages":     hidden, "POST /chats/{chat}/messages": hidden, "GET /outbox": hidden, "GET /messages/{message_id}": hidden,
		"POST /history/sync": hidden, "GET /history/status": hidden,
		"GET /devices/me/settings": hidden, "PATCH /devices/me/settings": hidden,
		"GET /devices/{device_id}/settings": hidden, "PATCH /devices/{device_id}/settings": hidden,
		"GET /devices/me/proxy": hidden, "POST /devices/me/proxy": hidden, "GET /devices/{device_id}/proxy": hidden, "POST /devices/{device_id}/proxy": hidden,
		"GET /chats": hidden, "GET /chats/{chat}": hidden, "GET /chats/{chat}/messages": hidden, "DELETE /outbox/{message_id}": hidden,

		"POST /media": hidden, "GET /media/{media_id}": hidden, "GET /media/{media_id}/thumbnail": hidden, "GET /media/{media_id}/info": hidden, "DELETE /media/{media_id}": hidden,
		"GET /chats/{chat}/messages/{message_id}/media": hidden, "POST /messages/media/retry-receipt": hidden,

		"GET /devices/me": hidden, "PATCH /devices/me": hidden, "DELETE /devices/me": hidden, "GET /devices/me/status": hidden,
		"POST /devices/me/login": hidden, "GET /devices/me/qr": hidden, "GET /devices/me/pairing/stream": hidden,
		"POST /devices/me/login-code": hidden, "DELETE /devices/me/pairing": hidden, "POST /devices/me/pairing/passkey": hidden, "POST /devices/me/pairing/passkey/confirm": hidden,
		"POST /devices/{device_id}/pairing/passkey": hidden, "POST /devices/{device_id}/pairing/passkey/confirm": hidden, "POST /devices/me/reconnect": hidden,
		"DELETE /devices/me/session": hidden, "GET /devices/me/contacts/{phone}/registered": hidden,

		"GET /devices/{device_id}": hidden, "PATCH /devices/{device_id}": hidden, "DELETE /devices/{device_id}": hidden,
		"GET /devices/{device_id}/status": hidden, "POST /devices/{device_id}/login": hidden, "GET /devices/{device_id}/qr": hidden,
		"GET /devices/{device_id}/pairing/stream": hidden, "POST /devices/{device_id}/login-code": hidden,
		"DELETE /devices/{device_id}/pairing": hidden, "POST /devices/{device_id}/reconnect": hidden,
		"DELETE /devices/{device_id}/session": hidden, "GET /devices/{device_id}/contacts/{phone}/registered": hidden,
	}
}

// bodies are valid ones, so that a refusal can only be about whose things they aim at.
func bodies(victim tenant) map[string]any {
	text := map[string]any{"text": "hi"}
	assertion := map[string]any{"id": "c", "rawId": "Yw", "type": "public-key", "response": map[string]any{"clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "cw"}}
	return map[string]any{
		"POST /webhooks":                            map[string]any{"url": hookURL, "device_id": victim.device},
		"PATCH /webhooks/{id}":                      map[string]any{"url": "https://evil.example"},
		"POST /webhooks/{id}/replay":                replayOfAll(),
		"POST /messages/media/retry-receipt":        map[string]any{"chat_jid": "+4915550003333", "message_id": "3EB0" + victim.device[:8]},
		"POST /messages":                            map[string]any{"to": "+4915550003333", "text": "hi"},
		"POST /chats/{chat}/messages":               text,
		"POST /history/sync":                        map[string]any{"chat_jid": "+4915550003333"},
		"PATCH /devices/me/settings":                map[string]any{"history": "off"},
		"PATCH /devices/{device_id}/settings":       map[string]any{"history": "off"},
		"POST /devices/me/proxy":                    map[string]any{"proxy_url": "socks5://proxy.example:1080"},
		"POST /devices/{device_id}/proxy":           map[string]any{"proxy_url": "socks5://proxy.example:1080"},
		"POST /devices":                             map[string]any{},
		"PATCH /devices/me":                         map[string]any{"device_name": "evil"},
		"PATCH /devices/{device_id}":                map[string]any{"device_name": "evil"},
		"POST /devices/me/pairing/passkey":          assertion,
		"POST /devices/{device_id}/pairing/passkey": assertion,
		"POST /devices/me/login-code":               map[string]any{"phone": "+4915550003333"},
		"POST /devices/{device_id}/login-code":      map[string]any{"phone": "+4915550003333"},
	}
}

func TestNoRouteLetsOneCustomerReachAnother(t *testing.T) {
	r := newRig(t)
	victim, attacker := r.tenant(), r.tenant()
	table, content := isolation(), bodies(victim)
	path := strings.NewReplacer("{device_id}", victim.device, "/webhooks/{id}", victim.webhook, "{id}", "1",
		"/events/stream", "/events/stream?device_id="+victim.device, "{event_id}", victim.event, "{replay_id}", victim.replay, "{type}", "message.received",
		"{message_id}", victim.message, "{media_id}", victim.media, "{chat}", "+4915550003333", "{phone}", "+4915550003333")
	before := r.snapshot(victim)
	r.operations(func(method, route string, _ *huma.Operation) {
		name := method + " " + route
		want, ok := table[name]
		if !ok {
			t.Errorf("%s has no row: say how it keeps customers apart", name)
			return
		}
		for _, credential := range []string{attacker.key, attacker.token} {
			if want == open {
				continue
			}
			var headers []string
			if want == hidden {
				headers = []string{"X-Device-ID", victim.device}
			}
			a := r.call(credential, method, path.Replace(route), content[name], headers...)
			checkVerdict(t, name, want, a, credential == attacker.token)
			for _, secret := range []string{victim.device, victim.key, victim.token, victim.message, victim.event, victim.replay, victim.media} {
				if strings.Contains(a.Body.String(), secret) {
					t.Errorf("%s shows %q: %s", name, secret, a.Body)
				}
			}
		}
		delete(table, name)
	})
	for name := range table {
		t.Errorf("%s is no route any more", name)
	}
	if after := r.snapshot(victim); after != before {
		t.Errorf("the victim's things have changed:\n%s\n%s", before, after)
	}
}

func checkVerdict(t *testing.T, name string, want verdict, a *answer, token bool) {
	t.Helper()
	refused := a.Code == http.StatusUnauthorized
	switch {
	case want == hidden && (a.Code == http.StatusNotFound || refused && token), want == own && (a.Code < 300 || refused && token), want == operator && refused:
	default:
		t.Errorf("%s: %d %s", name, a.Code, a.Body)
	}
}

// snapshot is everything that a customer can see of itself.
func (r *rig) snapshot(of tenant) string {
	r.Helper()
	var all strings.Builder
	for _, path := range []string{"/devices/me", "/devices/me/settings", "/devices/me/proxy", "/devices/me/qr?format=text", of.webhook, "/webhooks", "/outbox", of.webhook + "/replays", "/events?limit=1", "/media/" + of.media + "/info"} {
		all.WriteString(r.call(of.token, "GET", path, nil).ok(http.StatusOK).Body.String() + "\n")
	}
	return all.String()
}

// What belongs to another device of the same account is as foreign to a device token as what belongs to another account.
func TestDeviceTokenSeesOnlyItsDevice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	mine, token := r.device(key)
	other, _ := r.device(key)
	wide := r.webhook(key)
	r.call(token, "GET", wide, nil).wants(http.StatusNotFound, "No such webhook")
	r.call(token, "DELETE", wide, nil).wants(http.StatusNotFound, "No such webhook")
	r.call(token, "GET", "/devices/"+other, nil).wants(http.StatusNotFound, "No such device")
	r.call(token, "GET", "/devices/me", nil, "X-Device-ID", other).wants(http.StatusNotFound, "No such device")
	r.call(token, "GET", "/webhooks?device_id="+other, nil).wants(http.StatusNotFound, "No such device")
	if a := r.call(token, "GET", "/devices/"+mine, nil).ok(http.StatusOK); a.get("device_id") != mine {
		t.Errorf("own device: %s", a.Body)
	}
	narrow := r.webhook(token)
	r.call(key, "GET", narrow, nil).ok(http.StatusOK)
}

// A replay or an event of one webhook is not found through another one of the same account.
func TestPartsOfAWebhookAreOnlyFoundThroughIt(t *testing.T) {
	r := newRig(t)
	of := r.tenant()
	other := r.webhook(of.token)
	r.call(of.token, "GET", other+"/replays/"+of.replay, nil).wants(http.StatusNotFound, "No such replay")
	r.call(of.token, "DELETE", other+"/replays/"+of.replay, nil).wants(http.StatusNotFound, "No such replay")
	r.call(of.token, "GET", other+"/deliveries/"+of.event, nil).wants(http.StatusNotFound, "No such delivery") // from before the webhook
	stranger := r.tenant()
	r.call(of.token, "GET", of.webhook+"/deliveries/"+stranger.event, nil).wants(http.StatusNotFound, "No such delivery")
	r.call(of.token, "POST", of.webhook+"/deliveries/"+stranger.event+"/retry", nil).wants(http.StatusNotFound, "No such delivery")
	r.call(of.token, "GET", "/events?after="+stranger.event, nil).ok(http.StatusOK) // stands for its time, shows nothing of it
}
