package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/fault"
	"wapost/internal/httpapi/strict"
	"wapost/internal/session"
)

// proxyView is the proxy of a device.
type proxyView struct {
	ProxyURL *string `json:"proxy_url" doc:"The password is masked; null = the device connects directly"`
	Active   bool    `json:"active" doc:"The device is connected through it now"`
}

type proxyBody struct {
	ProxyURL strict.Field[string] `json:"proxy_url" nullable:"true" maxLength:"2048" doc:"http://, https:// or socks5://, with user name and password if it wants them; empty or null = none"`
}

func viewProxy(s session.ProxyStatus) proxyView {
	return proxyView{ProxyURL: text(s.Proxy.String()), Active: s.Active}
}

func (a *API) proxyRoutes() {
	onDevice(a, operation[none, none, proxyView]{
		method: http.MethodGet, path: "/proxy", tag: tagDevices, id: "get-device-proxy", auth: deviceUser,
		summary: "The proxy of a device", message: "Proxy retrieved successfully", fallback: "Failed to read proxy",
		handle: func(ctx context.Context, c *call, _ none, _ none) (proxyView, error) {
			s, err := a.Sessions.Proxy(ctx, c.account, c.deviceID)
			return viewProxy(s), err
		},
	})
	onDevice(a, operation[waitParams, proxyBody, proxyView]{
		method: http.MethodPost, path: "/proxy", tag: tagDevices, id: "set-device-proxy", auth: deviceUser,
		summary: "Set the proxy of a device, and connect anew", message: "Proxy set successfully", fallback: "Failed to set proxy",
		description: "All of the device's traffic with WhatsApp goes through it, files too. While it cannot be reached the device is not connected: " +
			"it never takes the direct way. A running pairing ends.",
		handle: func(ctx context.Context, c *call, p waitParams, b proxyBody) (proxyView, error) {
			if !b.ProxyURL.Given {
				return proxyView{}, fault.New(fault.Invalid, "proxy_url is required")
			}
			s, err := a.Sessions.SetProxy(ctx, c.account, c.deviceID, b.ProxyURL.Value, seconds(p.Wait))
			return viewProxy(s), err
		},
	})
}
