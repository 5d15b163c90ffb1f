package httpapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
)

// What no text of PostgreSQL can hold is as unknown to it as to SQLite, wherever it is given as an id.
func TestStrangeIDsAreUnknownToEveryDatabase(t *testing.T) {
	answers := map[string]map[string]string{}
	eachLive(t, func(t *testing.T, l *live) {
		got, hook := map[string]string{}, l.hook(nil)
		ask := func(credential, method, path string, body any, headers ...string) {
			a := l.call(credential, method, path, body, headers...)
			if a.Code >= 500 || strings.Contains(a.sentence(), "stored") {
				t.Errorf("%s %s: %d %s", method, path, a.Code, a.sentence())
			}
			got[method+" "+path+" "+strings.Join(headers, " ")] = fmt.Sprint(a.Code, " ", a.sentence())
		}
		l.operations(func(method, route string, op *huma.Operation) {
			credential := credentialOf(op, l.key)
			body := bodies(tenant{device: l.device})[method+" "+route]
			if body == nil && op.RequestBody != nil {
				body = "{}"
			}
			for _, strange := range []string{"%00", "a%00b", "%ff"} {
				path := anyPath(strings.Replace(route, "/webhooks/{id}", hook, 1), strange)
				if strings.Contains(path, strange) {
					ask(credential, method, path, body)
				}
				for _, p := range op.Parameters {
					if p.In == "query" && p.Schema.Type == huma.TypeString && len(p.Schema.Enum) == 0 && method == "GET" {
						ask(credential, method, anyPath(strings.Replace(route, "/webhooks/{id}", hook, 1), "1")+"?"+p.Name+"="+strange, nil)
					}
				}
			}
		})
		ask(l.key, "GET", "/devices/me", nil, "X-Device-ID", "\xff")
		answers[t.Name()] = got
		l.call(l.key, "GET", "/events/%00", nil).wants(http.StatusNotFound, "No such event")
		l.call(l.key, "GET", hook+"/deliveries/%ff", nil).wants(http.StatusNotFound, "No such delivery")
		l.call(l.key, "GET", hook+"/replays/%00", nil).wants(http.StatusNotFound, "No such replay")
		l.call(l.key, "GET", "/media/%00", nil).wants(http.StatusNotFound, "No such media")
		l.call("", "POST", "/devices/token", `{"device_id":"\u0000","device_secret":"\u0000"}`).
			wants(http.StatusBadRequest, "device_id must not contain the character U+0000")
		l.call("", "POST", "/devices/token", map[string]any{"device_id": "x", "device_secret": "y"}).
			wants(http.StatusUnauthorized, "Invalid or missing authentication")
		if s := l.log.String(); strings.Contains(s, "level=ERROR") {
			t.Error(s)
		}
	})
	first := ""
	for name, got := range answers {
		if first == "" {
			first = name
		}
		if diff := cmp.Diff(answers[first], got); diff != "" {
			t.Errorf("%s and %s:\n%s", first, name, diff)
		}
	}
}

func TestTextsWithNULAreRefused(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	hook := r.webhook(key)
	for _, c := range []struct{ credential, method, path, body, field string }{
		{adminText, "POST", "/admin/api-keys", `{"customer_name":"m\u0000e"}`, "customer_name"},
		{key, "POST", "/devices", `{"device_name":"\u0000"}`, "device_name"},
		{key, "POST", "/devices", `{"metadata":{"a":"\u0000"}}`, "metadata.a"},
		{token, "PATCH", "/devices/me", `{"device_name":"a\u0000"}`, "device_name"},
		{key, "POST", "/webhooks", `{"url":"https://a.example","description":"\u0000"}`, "description"},
		{key, "PATCH", hook, `{"description":"\u0000"}`, "description"},
		{key, "POST", "/messages", `{"to":"+4915550003333","text":"a\u0000"}`, "text"},
	} {
		r.call(c.credential, c.method, c.path, c.body).wants(http.StatusBadRequest, c.field+" must not contain the character U+0000")
	}
}
