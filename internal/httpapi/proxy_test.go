package httpapi

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheProxyOfADevice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	shows := func(a *answer, want string) {
		t.Helper()
		if a.ok(http.StatusOK); !strings.Contains(a.Body.String(), `"data":{"proxy_url":`+want+`,"active":false}`) || strings.Contains(a.Body.String(), "hidden") {
			t.Errorf("%s, want %s", a.Body, want)
		}
	}
	shows(r.call(token, "GET", "/devices/me/proxy", nil), `null`)
	shows(r.call(token, "POST", "/devices/me/proxy?wait=0", `{"proxy_url":"socks5://user:hidden@proxy.example:1080"}`), `"socks5://user:xxxxx@proxy.example:1080"`)
	shows(r.call(token, "GET", "/devices/me/proxy", nil), `"socks5://user:xxxxx@proxy.example:1080"`)
	for body, want := range map[string]string{
		`{}`:                                    "proxy_url is required",
		`{"proxy_url":5}`:                       "proxy_url must be a string",
		`{"proxy_url":"ftp://proxy.example"}`:   "proxy_url must begin with http://, https:// or socks5://",
		`{"proxy_url":"http://a.example/hook"}`: "proxy_url must have no path, query or fragment",
		`{"proxy_url":"http://u:hidden@10.0.0.1:3128"}`: "proxy_url address is not allowed: 10.0.0.1 is private",
	} {
		if a := r.call(token, "POST", "/devices/me/proxy", body).wants(http.StatusBadRequest, want); strings.Contains(a.Body.String(), "hidden") {
			t.Errorf("%s", a.Body)
		}
		shows(r.call(token, "GET", "/devices/me/proxy", nil), `"socks5://user:xxxxx@proxy.example:1080"`)
	}
	shows(r.call(token, "POST", "/devices/me/proxy", `{"proxy_url":""}`), `null`)
	shows(r.call(token, "POST", "/devices/me/proxy", `{"proxy_url":"http://proxy.example"}`), `"http://proxy.example"`)
	shows(r.call(token, "POST", "/devices/me/proxy", `{"proxy_url":null}`), `null`)
}

func TestADeviceIsMadeWithItsProxy(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	a := r.call(key, "POST", "/devices", `{"proxy_url":"http://user:hidden@proxy.example:3128"}`, "Idempotency-Key", "k").ok(http.StatusCreated)
	again := r.call(key, "POST", "/devices", `{"proxy_url":"http://user:hidden@proxy.example:3128"}`, "Idempotency-Key", "k").ok(http.StatusCreated)
	token := a.get("token").(string)
	b := r.call(token, "GET", "/devices/me/proxy", nil).ok(http.StatusOK)
	if b.get("proxy_url") != "http://user:xxxxx@proxy.example:3128" || again.get("device_id") != a.get("device_id") {
		t.Errorf("%s", b.Body)
	}
	if d := r.call(token, "GET", "/devices/me", nil).ok(http.StatusOK); strings.Contains(a.Body.String()+d.Body.String(), "hidden") {
		t.Errorf("%s %s", a.Body, d.Body)
	}
	r.call(key, "POST", "/devices", `{"proxy_url":"http://127.0.0.1:3128"}`).wants(http.StatusBadRequest, "proxy_url address is not allowed: 127.0.0.1 is loopback")
	r.call(key, "POST", "/devices", `{"proxy_url":null}`).ok(http.StatusCreated)
}
