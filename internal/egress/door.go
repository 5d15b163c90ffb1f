package egress

import (
	"context"
	"net"
	"net/http"
)

// Door is both ways out: what speaks whatever HTTP the other side wants, and bare connections for who speaks it himself.
// Both connect only where the guard allows.
type Door struct {
	Transport *http.Transport
	// Dial connects to host:port over TCP. The error is as that of net.Dialer, or a *RefusedError.
	Dial func(ctx context.Context, address string) (net.Conn, error)
}

// Door returns both ways out.
func (g *Guard) Door(o TransportOptions) Door {
	dial := g.dialer(o)
	return Door{Transport: g.Transport(o), Dial: func(ctx context.Context, address string) (net.Conn, error) { return dial(ctx, "tcp", address) }}
}

func (g *Guard) dialer(o TransportOptions) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive, Resolver: o.Resolver, ControlContext: g.Control}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return d.DialContext(ctx, network, canonical(address))
	}
}
