package app_test

import (
	"net/http"
	"testing"

	"wapost/internal/egress/proxytest"
)

// A number that lives behind a proxy from its first code on, across a restart.
func TestADeviceIsLinkedAndStaysBehindItsProxy(t *testing.T) {
	w := newWorld(t)
	w.person(ownPhone, "Own")
	g := newGateway(t, w)
	p := proxytest.Start(t, "user", "hidden", nil)
	c := newCustomer(t, g.admin())
	if status := c.call("POST", "/devices/me/proxy", map[string]any{"proxy_url": g.url}, nil); status != http.StatusBadRequest {
		t.Errorf("the gateway as its own proxy: %d", status)
	}
	c.must("POST", "/devices/me/proxy", map[string]any{"proxy_url": "socks5://user:hidden@" + p.Addr()}, nil)
	c.link(w, ownPhone)
	var proxy struct {
		URL    string `json:"proxy_url"`
		Active bool
	}
	c.must("GET", "/devices/me/proxy", nil, &proxy)
	if proxy.URL != "socks5://user:xxxxx@"+p.Addr() || !proxy.Active {
		t.Errorf("%+v", proxy)
	}
	before := len(p.Led())
	g.restart()
	c.url = g.url
	c.connected(w)
	if len(p.Led()) != before+1 {
		t.Errorf("led to %v", p.Led())
	}
	p.Close()
	eventually(t, "the device is not connected any more", func() bool { return c.state() != "connected" })
	c.must("POST", "/devices/me/proxy", map[string]any{"proxy_url": ""}, nil)
	c.connected(w)
}
