package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// anyPath fills in the parameters of a path.
func anyPath(route, value string) string {
	for {
		begin, end := strings.IndexByte(route, '{'), strings.IndexByte(route, '}')
		if begin < 0 {
			return route
		}
		route = route[:begin] + value + route[end+1:]
	}
}

// credentialOf is one that an operation takes.
func credentialOf(op *huma.Operation, key string) string {
	for _, s := range op.Security {
		if _, ok := s["adminSecret"]; ok {
			return adminText
		}
	}
	return key
}

func TestEveryRouteRefusesQueriesThatItDoesNotRead(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.operations(func(method, route string, op *huma.Operation) {
		path, credential := anyPath(route, "1"), credentialOf(op, key)
		var body any
		if op.RequestBody != nil {
			body = "{}"
		}
		a := r.call(credential, method, path+"?wrong_one=1", body)
		if a.Code != http.StatusBadRequest || !strings.HasPrefix(a.sentence(), `Unknown query parameter "wrong_one"; `) {
			t.Errorf("%s %s: %d %s", method, route, a.Code, a.Body)
		}
		for _, p := range op.Parameters {
			if p.Ref == parameterPrefix+"DeviceQuery" {
				p = sharedParams()["DeviceQuery"]
			}
			if p.In != "query" {
				continue
			}
			// the other one is refused, so this one is known
			a := r.call(credential, method, path+"?"+url.QueryEscape(p.Name)+"=1&zzz=1", body)
			if !strings.HasPrefix(a.sentence(), `Unknown query parameter "zzz"; `) || !strings.Contains(a.sentence(), p.Name) {
				t.Errorf("%s %s: %s: %s", method, route, p.Name, a.Body)
			}
		}
	})
}

func TestQueriesAreRefusedWithAdvice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	for query, want := range map[string]string{
		"/events?type=message.received":   `Unknown query parameter "type"; did you mean "types"?`,
		"/events?Limit=1":                 `Unknown query parameter "Limit"; did you mean "limit"?`,
		"/events/stream?type=x":           `Unknown query parameter "type"; did you mean "types"?`,
		"/webhooks?stat=failing":          `Unknown query parameter "stat"; did you mean "state"?`,
		"/webhooks?offset=3":              `Unknown query parameter "offset"; known are limit, after, active, state, device_id`,
		"/version?pretty":                 `Unknown query parameter "pretty"; there are none here`,
		"/devices/me?device=x":            `Unknown query parameter "device"; did you mean "device_id"?`,
		"/events?types=a.b&types=b.c":     `Duplicate query parameter "types"`,
		"/events?types=message.*;limit=1": "The query of the URL cannot be read",
		"/events?types=%zz":               "The query of the URL cannot be read",
		"/events?types=message":           `Unknown event "message"; did you mean "message.*"?`,
		"/events?types=message.sent,":     "Entry 2 of the events is empty",
	} {
		r.call(key, "GET", query, nil).wants(http.StatusBadRequest, want)
	}
	for _, query := range []string{"/events?", "/events?types=", "/events?limit=1&types=message.*", "/devices/me?device_id=", "/chats?q=a&limit=1"} {
		r.call(key, "GET", query, nil).ok(http.StatusOK)
	}
}
