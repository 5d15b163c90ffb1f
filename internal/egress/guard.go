package egress

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
)

// Policy is what the operator allows beyond the rules. The zero value allows nothing.
type Policy struct {
	AllowHTTP  bool           // URLs may have the scheme http
	AllowCIDRs []netip.Prefix // addresses that may be reached although they are not public
}

// Guard decides which URLs may be registered and which addresses may be connected to. It may be used by many goroutines.
type Guard struct {
	allowHTTP bool
	allowed   []netip.Prefix
	own       atomic.Pointer[[]netip.AddrPort]
}

// New makes a guard. Tell it the gateway's listeners with Listening as soon as they are bound.
func New(p Policy) *Guard {
	g := &Guard{allowHTTP: p.AllowHTTP}
	for _, prefix := range p.AllowCIDRs {
		if a := prefix.Addr(); a.Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(a.Unmap(), prefix.Bits()-96)
		}
		g.allowed = append(g.allowed, prefix.Masked())
	}
	g.own.Store(&[]netip.AddrPort{})
	return g
}

// RefusedError is an address that the guard does not connect to.
type RefusedError struct {
	Host string // the address, or the name that stands for it
	Why  string // completes "Host is …"
}

// Error names the address: show it only to who gave it.
func (e *RefusedError) Error() string { return e.Host + " is " + e.Why }

// Control is a net.Dialer.ControlContext. It is asked with the resolved address of each connection, after every lookup, so
// a name that changes its mind after registration gains nothing. The error is a *RefusedError.
func (g *Guard) Control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return fmt.Errorf("network %s is not tcp", network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("parse the address to connect to: %w", err)
	}
	return g.CheckAddress(ap)
}

// CheckAddress returns a *RefusedError when a connection to ap is not allowed.
func (g *Guard) CheckAddress(ap netip.AddrPort) error {
	if why := g.refusal(ap.Addr(), ap.Port()); why != "" {
		return &RefusedError{Host: ap.Addr().String(), Why: why}
	}
	return nil
}

// refusal says why an address is not connected to; "" = it is. An address that carries an IPv4 address inside is judged by
// both: the outer one is where the packet is sent, the inner one is where a translator or a tunnel sends it on.
func (g *Guard) refusal(a netip.Addr, port uint16) string {
	a = a.Unmap()
	inner := embedded(a)
	for _, x := range append(inner, a) {
		if g.isOwn(x, port) {
			return ownWhy
		}
	}
	if g.allows(a) {
		return ""
	}
	if why := special(a); why != "" {
		return why
	}
	for _, x := range inner {
		if why := g.refusal(x, port); why != "" {
			return why
		}
	}
	return ""
}

const ownWhy = "this gateway itself"

// allows reports whether the operator opened a range that holds a. The zone of a link-local address is no obstacle.
func (g *Guard) allows(a netip.Addr) bool {
	a = a.WithZone("")
	for _, p := range g.allowed {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Listening sets the gateway's own listening addresses. They are refused even inside an allowed range: a webhook that
// calls the gateway could make it call itself, with the credentials of a custom header.
func (g *Guard) Listening(listeners ...net.Addr) {
	own := make([]netip.AddrPort, 0, len(listeners))
	for _, l := range listeners {
		if ap, err := netip.ParseAddrPort(l.String()); err == nil { // a unix socket cannot be dialled by URL
			own = append(own, netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port()))
		}
	}
	g.own.Store(&own)
}

func (g *Guard) isOwn(a netip.Addr, port uint16) bool {
	a = a.WithZone("")
	for _, l := range *g.own.Load() {
		if l.Port() != port {
			continue
		}
		// Connecting to an unspecified address reaches the machine itself.
		if l.Addr() == a || a.IsUnspecified() || l.Addr().IsUnspecified() && ofThisMachine(a) {
			return true
		}
	}
	return false
}

// ofThisMachine is only asked for a port of ours, so it looks at the interfaces of this moment. When they cannot be read
// the answer is yes: the guard fails shut.
func ofThisMachine(a netip.Addr) bool {
	if a.IsLoopback() {
		return true
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, i := range addrs {
		if p, err := netip.ParsePrefix(i.String()); err == nil && p.Addr().Unmap() == a {
			return true
		}
	}
	return false
}
