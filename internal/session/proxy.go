package session

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"time"
)

// Proxy is the way of a device to WhatsApp. The zero value is the direct way. It shows itself without its password, however it
// is printed.
type Proxy struct {
	url     string
	damaged bool
}

// NewProxy returns the proxy of a URL that has been checked; "" = none.
func NewProxy(url string) Proxy { return Proxy{url: url} }

// DamagedProxy stands for a setting that is kept and cannot be read. No connection is made then: the direct way was not what
// the owner wanted.
func DamagedProxy() Proxy { return Proxy{damaged: true} }

// Set reports whether there is one.
func (p Proxy) Set() bool { return p.url != "" || p.damaged }

// Damaged reports whether it cannot be read.
func (p Proxy) Damaged() bool { return p.damaged }

// URL returns it with its password.
func (p Proxy) URL() string { return p.url }

// String returns it with its password masked, "" for none.
func (p Proxy) String() string {
	if p.damaged {
		return "(not readable)"
	}
	u, err := url.Parse(p.url)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

// GoString implements fmt.GoStringer.
func (p Proxy) GoString() string { return p.String() }

// LogValue implements slog.LogValuer.
func (p Proxy) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON implements json.Marshaler.
func (p Proxy) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

// ProxyStatus is the proxy of a device, and whether it is connected through it now.
type ProxyStatus struct {
	Proxy  Proxy
	Active bool
}

// Proxy returns the proxy of a device.
//
// Errors: fault.NotFound.
func (m *Manager) Proxy(ctx context.Context, accountID int64, id string) (ProxyStatus, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return ProxyStatus{}, err
	}
	return s.proxyStatus(), nil
}

func (s *session) proxyStatus() ProxyStatus {
	d := s.device()
	return ProxyStatus{Proxy: d.Proxy, Active: d.Proxy.Set() && d.State.Online()}
}

// SetProxy changes the proxy of a device, "" = none, and connects anew at once if it changed; it returns when the device is
// connected or wait is over. A running pairing ends, as its codes came by the old way.
//
// Errors: fault.Invalid for what cannot be a proxy; fault.NotFound.
func (m *Manager) SetProxy(ctx context.Context, accountID int64, id, url string, wait time.Duration) (ProxyStatus, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return ProxyStatus{}, err
	}
	if url != "" {
		if err := m.checkProxy(url); err != nil {
			return ProxyStatus{}, err
		}
	}
	if err := s.setProxy(ctx, NewProxy(url)); err != nil {
		return ProxyStatus{}, err
	}
	if _, err := s.awaitOnline(ctx, wait); err != nil {
		return ProxyStatus{}, err
	}
	return s.proxyStatus(), nil
}

// setProxy keeps a proxy, then uses it. Two changes do one after the other, so that the one on disk is the one in use.
func (s *session) setProxy(ctx context.Context, p Proxy) error {
	s.routing.Lock()
	defer s.routing.Unlock()
	if err := s.m.store.SetProxy(ctx, s.id, p); err != nil {
		return err
	}
	return s.do(context.WithoutCancel(ctx), func(context.Context) { s.reroute(p) })
}

// reroute is the loop's part of setProxy.
func (s *session) reroute(p Proxy) {
	s.mu.Lock()
	before := s.dev.Proxy
	s.dev.Proxy = p
	s.mu.Unlock()
	if before == p {
		return
	}
	switch s.device().State {
	case Pairing:
		s.endPairing(PairingStep{Kind: StepError, Data: StepFailure{"The proxy was changed; begin again"}})
	case Connecting, Connected, Degraded, Disconnected:
		s.reopen()
	}
}

// Proxy implements Observer.
func (s *session) Proxy() Proxy { return s.device().Proxy }
